// What is put on the pad, with a memory of what was there.

import { VaeError } from '../api/errors.js';
import { readImage } from '../read-image.js';

/** Drawings that can be gone back to. */
const MEMORY = 100;

/** @typedef {import('../store.js').Stroke} Stroke */
/** @typedef {Pick<import('../store.js').State, 'strokes' | 'picture' | 'pictureDigit'>} Sheet */

/**
 * @param {import('../api/vae.js').Vae} vae
 * @param {import('../store.js').Store} store
 * @param {{ look: () => Promise<void>, report: (thrown: unknown) => void }} parts
 */
export function drawing(vae, store, { look, report }) {
  /** @type {Sheet[]} */
  const past = [];
  /** @type {Sheet[]} */
  let future = [];

  /** @returns {Sheet} */
  const sheet = () => {
    const { strokes, picture, pictureDigit } = store.state;
    return { strokes, picture, pictureDigit };
  };

  /** @param {Sheet} next */
  const show = (next) => {
    store.set({ ...next, canUndo: past.length > 0, canRedo: future.length > 0 });
    return look();
  };

  /** @param {Sheet} next */
  const replace = (next) => {
    const before = sheet();
    if (next.strokes !== before.strokes || next.picture !== before.picture) {
      past.push(before);
      if (past.length > MEMORY) past.shift();
      future = [];
    }
    return show(next);
  };

  return {
    /**
     * Strokes in place of those on the pad.
     * @param {readonly Stroke[]} strokes
     * @param {{ continues?: boolean, over?: Float32Array | null }} [how] `continues` a change that can be undone as one; drawn
     *   `over` a picture, that on the pad unless another is named
     */
    draw(strokes, { continues = false, over = store.state.picture } = {}) {
      const next = { strokes, picture: over, pictureDigit: over === store.state.picture ? store.state.pictureDigit : null };
      return continues ? show(next) : replace(next);
    },

    /**
     * What was on the pad before something else borrowed it; not a step that can be undone.
     * @param {Sheet} sheet
     */
    lay: show,

    /** Nothing on the pad. */
    clear() {
      return replace({ strokes: [], picture: null, pictureDigit: null });
    },

    /**
     * One of the page's test digits as it is, pixel for pixel.
     * @param {number} index
     */
    pick(index) {
      const { digits, spec } = store.state;
      if (!digits || !(index in digits.labels)) return Promise.resolve();
      // A conditional model is told what the digit is.
      if (spec?.classes) store.set({ label: digits.labels[index] });
      return replace({ strokes: [], picture: digits.images.slice(index * 784, (index + 1) * 784), pictureDigit: index });
    },

    /**
     * An image of a file, made into what MNIST would hold of it.
     * @param {Blob} file
     */
    async importImage(file) {
      try {
        const { blank, pixels } = await vae.interpret(await readImage(file));
        if (blank) throw new VaeError('invalid-argument', 'the image is of one colour: there is nothing to see on it');
        await replace({ strokes: [], picture: pixels, pictureDigit: null });
      } catch (thrown) {
        // A picture that cannot be used says nothing against the model.
        if (thrown instanceof VaeError && thrown.code === 'invalid-argument') store.set({ error: { code: thrown.code, message: thrown.message, words: 'draw.unreadable' } });
        else report(thrown);
      }
    },

    undo() {
      const before = past.pop();
      if (!before) return Promise.resolve();
      future.push(sheet());
      return show(before);
    },

    redo() {
      const after = future.pop();
      if (!after) return Promise.resolve();
      past.push(sheet());
      return show(after);
    },

    /** The test digit that a link names, under what the link draws. */
    restorePicture() {
      const { digits, pictureDigit, picture } = store.state;
      if (!digits || picture || pictureDigit === null || !(pictureDigit in digits.labels)) return Promise.resolve();
      return show({ ...sheet(), picture: digits.images.slice(pictureDigit * 784, (pictureDigit + 1) * 784) });
    },
  };
}
