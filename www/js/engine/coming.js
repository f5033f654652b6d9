// A Vae that is still to come, so that the page is built while it does: what is asked of it meanwhile waits.

/** @typedef {import('../api/vae.js').Vae} Vae */

/** What is known of a Vae without asking, once it is there. */
const PROPERTIES = Object.freeze(['spec', 'backend', 'parameterCount', 'presets', 'version']);
/** Objects whose methods answer by promise, as the Vae's own do. */
const PARTS = Object.freeze(['measure', 'gallery']);

/**
 * @param {Promise<Vae>} opening
 * @returns {Vae} its properties are undefined until it is there
 */
export function coming(opening) {
  /** @type {Vae | null} */
  let there = null;
  // Whoever opens it hears of a failure.
  opening.then((vae) => (there = vae), () => {});

  /**
   * @param {(vae: Vae) => object} part
   * @param {(key: string) => unknown} before what a key gives meanwhile
   */
  const standIn = (part, before) => new Proxy({}, {
    get(_, key) {
      if (!there) return before(String(key));
      const value = Reflect.get(part(there), key);
      return typeof value === 'function' ? value.bind(part(there)) : value;
    },
  });

  /** @param {(vae: Vae) => object} part */
  const asked = (part) => (/** @type {string} */ key) => async (/** @type {unknown[]} */ ...args) => Reflect.get(part(await opening), key).apply(part(await opening), args);

  const whole = (/** @type {Vae} */ vae) => vae;
  return /** @type {Vae} */ (standIn(whole, (key) => {
    // A promise would take what can be waited for as one of its kind.
    if (key === 'then' || PROPERTIES.includes(key)) return undefined;
    if (PARTS.includes(key)) {
      const part = (/** @type {Vae} */ vae) => Reflect.get(vae, key);
      return standIn(part, asked(part));
    }
    if (key === 'dispose') return () => void opening.then((vae) => vae.dispose(), () => {});
    if (key === 'onBackendChange' || key === 'onRestart') {
      return (/** @type {(told: any) => void} */ listener) => void opening.then((vae) => vae[key](listener), () => {});
    }
    return asked(whole)(key);
  }));
}
