// One worker for all elements that show the same model on the same backend, for as long as none of them changes it. Who
// does gets a Vae of its own first, and nobody sees a difference.

import { VaeError } from '../api/errors.js';
import { Vae } from '../api/vae.js';

/** @typedef {import('../api/create.js').CreateOptions} CreateOptions */
/** @typedef {{ opening: Promise<Vae>, holders: number }} Entry */
/** @typedef {Vae & { own: () => Promise<Vae> }} Lease `own` gives the Vae itself, shared with nobody from then on */

/** By what they were created with. @type {Map<string, Entry>} */
const shared = new Map();

/** What changes a Vae, or belongs to one alone. */
const CHANGING = Object.freeze(['setModel', 'load', 'reset', 'setParameters', 'setDataset', 'setHyperparameters']);

/**
 * @param {CreateOptions} options
 * @param {(options: CreateOptions) => Promise<Vae>} [create]
 * @returns {Promise<Lease>} to be given back by `dispose`
 */
export async function borrow(options, create = (how) => Vae.create(how)) {
  const key = JSON.stringify(options);
  const entry = shared.get(key) ?? { opening: create(options), holders: 0 };
  shared.set(key, entry);
  entry.holders += 1;
  try {
    return lease(await entry.opening, entry, () => create(options));
  } catch (thrown) {
    close(entry);
    throw thrown;
  }
}

/** Nobody new comes to it. @param {Entry} entry */
function close(entry) {
  for (const [key, other] of shared) if (other === entry) shared.delete(key);
}

/**
 * @param {Vae} vae
 * @param {Entry} entry
 * @param {() => Promise<Vae>} another just like it
 * @returns {Lease}
 */
function lease(vae, entry, another) {
  /** @type {Promise<Vae> | null} */
  let owning = null;
  let alone = false;
  let ended = false;
  /** Images that the worker has been given; their places here are the numbers that the holder knows.
   * @type {{ given: Parameters<Vae['gallery']['remember']>, set: Promise<number> }[]} */
  const remembered = [];
  /** @type {{ on: string, listener: unknown, off: () => void }[]} */
  const listeners = [];

  /** @param {Vae} to @param {string} on the method's name @param {unknown} listener @returns {() => void} */
  const listen = (to, on, listener) => Reflect.get(to, on).call(to, listener);

  const leave = () => {
    for (const { off } of listeners) off();
    entry.holders -= 1;
    if (entry.holders > 0) {
      const { gallery: theirs } = vae;
      // A worker that has failed has forgotten them.
      for (const { set } of remembered) void set.then((known) => theirs.forget(known)).catch(() => {});
      return;
    }
    close(entry);
    vae.dispose();
  };

  const part = async () => {
    const own = entry.holders > 1 ? await another() : null;
    if (own && (ended || entry.holders === 1)) own.dispose();
    if (ended) return gone();
    if (own && entry.holders > 1) {
      leave();
      for (const one of listeners) one.off = listen(own, one.on, one.listener);
      for (const one of remembered) {
        one.set = own.gallery.remember(...one.given);
        // Told to whoever encodes them.
        one.set.catch(() => {});
      }
      vae = own;
    } else {
      close(entry);
    }
    alone = true;
    return vae;
  };

  const own = () => {
    owning ??= part().catch((thrown) => {
      owning = null;
      throw thrown;
    });
    return owning;
  };

  const gone = async () => {
    throw new VaeError('disposed', 'the Vae has been disposed');
  };

  const gallery = {
    /** @param {Parameters<Vae['gallery']['remember']>} given */
    async remember(...given) {
      const one = { given, set: vae.gallery.remember(...given) };
      const number = remembered.push(one) - 1;
      await one.set;
      return number;
    },
    /** @param {number} number @param {{ first?: number, count: number }} range */
    encode: async (number, range) => vae.gallery.encode(await remembered[number].set, range),
    /** @param {number} number */
    forget: async (number) => vae.gallery.forget(await remembered[number].set),
    /** @param {Parameters<Vae['gallery']['decode']>} given */
    decode: (...given) => vae.gallery.decode(...given),
  };

  /** @type {Record<string, unknown>} */
  const instead = {
    gallery, own,
    // A promise would take what can be waited for as one of its kind.
    then: undefined,
    dispose() {
      if (ended) return;
      ended = true;
      if (alone) vae.dispose();
      else leave();
    },
  };
  /** What tells of the Vae goes along to another. @param {string} on */
  const subscribe = (on) => (/** @type {unknown} */ listener) => {
    const one = { on, listener, off: listen(vae, on, listener) };
    listeners.push(one);
    return () => {
      one.off();
      listeners.splice(listeners.indexOf(one), 1);
    };
  };
  return /** @type {Lease} */ (new Proxy({}, {
    get(_, key) {
      if (typeof key === 'string' && key in instead) return instead[key];
      if (/^on[A-Z]/.test(String(key))) return subscribe(String(key));
      if (CHANGING.includes(String(key))) return async (/** @type {unknown[]} */ ...args) => Reflect.get(await own(), key).apply(await own(), args);
      const value = Reflect.get(vae, key);
      if (typeof value !== 'function') return value;
      // Another holder may still use it.
      return ended ? gone : value.bind(vae);
    },
  }));
}
