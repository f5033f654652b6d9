// What a page is told of an element: the store's changes as events, at most one of a kind a frame.

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../store.js').State} State */

/**
 * @typedef {object} Events what each tells, as its `detail`
 * @property {{ model: string, spec: import('../api/types.js').VaeSpec, backend: import('../api/types.js').BackendInfo }} ready
 * @property {{ step: number, epoch: number, loss: number, recon: number, kl: number, stepsPerSecond: number,
 *   test: import('../api/types.js').Losses | null }} train nats per image
 * @property {{ input: Float32Array | null, mu: Float32Array | null, sigma: Float32Array | null, z: Float32Array | null,
 *   reconstruction: Float32Array | null }} change copies; 784 pixels, latent, latent, latent, 784 probabilities
 * @property {{ code: string, message: string }} error
 */
/** @typedef {keyof Events} EventName */

/**
 * @param {Store} store
 * @param {(name: EventName, detail: object) => void} tell
 */
export function happenings(store, tell) {
  const once = perFrame(store.signal);

  store.watch(['ready'], ({ ready, preset: model, spec, backend }) => {
    if (ready) tell('ready', { model, spec, backend });
  });
  store.watch(['error'], ({ error }) => {
    if (error) tell('error', { code: error.code, message: error.message });
  });
  let step = 0;
  store.watch(['step'], () => once('train', () => {
    const { step: now, epoch, train, stepsPerSecond, test } = store.state;
    if (now === step) return;
    step = now;
    if (now > 0 && train) tell('train', { step: now, epoch, ...train, stepsPerSecond, test });
  }));
  const copy = (/** @type {Float32Array | null} */ values) => values && values.slice();
  let told = shown(store.state);
  store.watch(['input', 'mu', 'sigma', 'z', 'reconstruction'], () => once('change', () => {
    const now = shown(store.state);
    if (Object.entries(now).every(([key, value]) => value === told[/** @type {keyof typeof now} */ (key)])) return;
    told = now;
    tell('change', Object.fromEntries(Object.entries(now).map(([key, value]) => [key, copy(value)])));
  }));
}

/** @param {Readonly<State>} state */
function shown({ input, mu, sigma, z, reconstruction }) {
  return { input, mu, sigma, z, reconstruction };
}

/**
 * @param {AbortSignal} signal
 * @returns {(name: string, act: () => void) => void} acts once before the next frame, however often it is called
 */
function perFrame(signal) {
  /** @type {Set<string>} */
  const waiting = new Set();
  return (name, act) => {
    if (waiting.has(name)) return;
    waiting.add(name);
    const go = () => {
      waiting.delete(name);
      if (!signal.aborted) act();
    };
    // A hidden page has no frames, and may still want to know.
    if (document.hidden) setTimeout(go);
    else requestAnimationFrame(go);
  };
}
