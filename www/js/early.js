// A classic script in the page's head: it starts the engine's worker before the page is laid out, long before the modules
// have arrived. The page's first Vae takes it.

'use strict';

(({ dataset }) => {
  const url = new URL(/** @type {string} */ (dataset.worker), document.baseURI);
  const worker = new Worker(url, { type: 'module', name: 'vae-engine' });
  // One that could not be loaded would never answer; the page starts another, and hears why.
  worker.onerror = () => Object.assign(globalThis, { earlyWorker: null });
  Object.assign(globalThis, { earlyWorker: worker });
})(/** @type {HTMLScriptElement} */ (document.currentScript));
