// A classic script in the page's head: it starts the engine's worker before the page is laid out, long before the modules
// have arrived. The page's first Vae takes it.

'use strict';

(({ dataset }) => {
  const url = new URL(/** @type {string} */ (dataset.worker), document.baseURI);
  Object.assign(globalThis, { earlyWorker: new Worker(url, { type: 'module', name: 'vae-engine' }) });
})(/** @type {HTMLScriptElement} */ (document.currentScript));
