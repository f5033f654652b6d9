// `<vae-playground>`: the playground in any page. Importing this defines it, and touches nothing where there are no
// elements. What is heavy is fetched when an element comes near to what is seen.

import { VaeError, toVaeError } from '../api/errors.js';
import { languageOf } from '../i18n/languages.js';
import { BACKENDS, DEFAULT_MODEL, THEMES, VIEW_NAMES, oneOf, strokesOf } from './attributes.js';
import { frameIn } from './frame.js';
import { sayNotLoaded } from './not-loaded.js';
import { whenNear } from './near.js';
import { OPENING_DIGIT, exampleStrokes } from '../digits.js';

/** @typedef {import('./playground.js').Playground} Playground */
/** @typedef {import('../api/types.js').VaeSpec} VaeSpec */
/** @typedef {import('../store.js').Stroke} Stroke */
/** What each event carries as its `detail`, by its name. @typedef {import('./happenings.js').Events} VaePlaygroundEvents */

/** In Node there is none; the class is then never made. */
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

const PROPERTIES = /** @type {const} */ (['model', 'backend', 'view', 'theme', 'mnist']);

export class VaePlayground extends Base {
  static observedAttributes = ['model', 'backend', 'view', 'lang', 'theme', 'mnist'];

  #root;
  /** A model that no attribute can name. @type {VaeSpec | null} */
  #spec = null;
  /** @type {Playground | null} */
  #inside = null;
  /** The one that is being fetched or is there. @type {Promise<Playground> | null} */
  #coming = null;
  /** Grows with every end: what was fetched for an earlier life is not begun. */
  #life = 0;
  /** @type {readonly Stroke[]} */
  #strokes = exampleStrokes(OPENING_DIGIT);
  /** @type {() => void} */
  #forgetNear = () => {};

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: 'open', delegatesFocus: false });
  }

  connectedCallback() {
    for (const name of PROPERTIES) this.#adoptProperty(name);
    frameIn(this.#root);
    if (this.#coming) return;
    this.#forgetNear();
    this.#forgetNear = whenNear(this, () => void this.#begin().catch(() => {}));
  }

  disconnectedCallback() {
    // Whoever moves an element takes it out and puts it in again.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
  }

  /** Sheets and observers belong to a document. */
  adoptedCallback() {
    this.#end();
    if (this.isConnected) this.connectedCallback();
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === 'model' && now !== null) this.#spec = null;
    const inside = this.#inside;
    // One that is still on its way reads them when it comes.
    if (!inside) return;
    if (name === 'lang') inside.store.set({ lang: this.#language() });
    else if (name === 'theme') inside.store.set({ theme: this.theme });
    else if (name === 'view') void inside.show(this.view);
    else if (name === 'model' && now !== null && inside.store.state.presets.some((preset) => preset.name === now)) void inside.engine.choosePreset(now);
    else this.#restart();
  }

  /** A preset's name, the address of a checkpoint, or a spec; the last is reflected by no attribute. */
  get model() {
    return this.#spec ?? this.getAttribute('model') ?? DEFAULT_MODEL;
  }

  /** @param {string | VaeSpec} model */
  set model(model) {
    const same = typeof model === 'string' && this.#spec === null && this.getAttribute('model') === model;
    this.#spec = typeof model === 'string' ? null : model;
    // Another may have been chosen in the element itself since.
    if (same && this.#inside && this.#inside.store.state.preset !== model) this.attributeChangedCallback('model', null, model);
    else if (typeof model === 'string') this.setAttribute('model', model);
    else if (this.hasAttribute('model')) this.removeAttribute('model');
    else if (this.#inside) this.#restart();
  }

  get backend() {
    return oneOf(BACKENDS, this.getAttribute('backend'));
  }

  set backend(backend) {
    this.setAttribute('backend', backend);
  }

  get view() {
    return oneOf(VIEW_NAMES, this.getAttribute('view'));
  }

  set view(view) {
    this.setAttribute('view', view);
  }

  get theme() {
    return oneOf(THEMES, this.getAttribute('theme'));
  }

  set theme(theme) {
    this.setAttribute('theme', theme);
  }

  /** The address of the folder that holds MNIST's four gzipped files; empty for the one beside these modules. */
  get mnist() {
    return this.getAttribute('mnist') ?? '';
  }

  set mnist(address) {
    this.setAttribute('mnist', address);
  }

  /** Whether the model is there and everything that is shown has been computed. */
  get ready() {
    return this.#inside?.store.state.ready ?? false;
  }

  /** The model, from now on shared with no other element; asking for it starts the engine. After changing it, call `refresh`. */
  get vae() {
    return this.#open().then(({ own }) => own());
  }

  /**
   * Puts strokes on the pad; resolves once the model has looked at them.
   * @param {readonly (readonly number[] | Stroke)[]} strokes each x0, y0, x1, y1, … in the pad's unit square, from its upper left
   */
  async draw(strokes) {
    const lines = strokesOf(strokes);
    if (!lines) throw new VaeError('invalid-argument', 'draw: expected a list of strokes, each with an even number of finite numbers');
    const { engine } = await this.#open();
    return engine.draw(lines, { over: null });
  }

  /** Nothing on the pad. */
  async clear() {
    return (await this.#open()).engine.clear();
  }

  /** Trains, or goes on with a paused run; the training set is fetched when it is first needed. */
  async train() {
    return (await this.#open()).engine.train();
  }

  async pause() {
    return (await this.#open()).engine.pause();
  }

  /** One training step. */
  async step() {
    return (await this.#open()).engine.step();
  }

  /** Random weights: everything learnt is forgotten. @returns {Promise<void>} */
  async reset() {
    await (await this.#open()).engine.reset();
  }

  /** @returns {Promise<Blob | null>} the weights as a safetensors file; null where that failed, which was told */
  async save() {
    return (await this.#open()).engine.save();
  }

  /** @param {Blob} file of weights @returns {Promise<boolean>} whether they were taken */
  async load(file) {
    return (await this.#open()).engine.load(file);
  }

  /** Looks again at a model that was changed through `vae`. */
  async refresh() {
    const { engine } = await this.#open();
    engine.adopt();
    return engine.refresh();
  }

  /** @returns {Promise<Playground>} once its model is there */
  async #open() {
    while (this.isConnected) {
      const life = this.#life;
      try {
        const inside = await this.#begin();
        await inside.ready;
        if (inside === this.#inside) return inside;
      } catch (thrown) {
        // It began anew meanwhile: what is asked is asked of that.
        if (life === this.#life) throw thrown;
      }
    }
    throw new VaeError('disposed', 'the element is on no page');
  }

  /** @returns {Promise<Playground>} */
  #begin() {
    this.#forgetNear();
    this.#coming ??= this.#fetch(this.#life);
    return this.#coming;
  }

  /** @param {number} life */
  async #fetch(life) {
    const frame = frameIn(this.#root);
    try {
      const { begin } = await import('./playground.js');
      if (life !== this.#life) throw new VaeError('disposed', 'the element was taken off the page');
      const inside = begin(frame, {
        model: this.model, backend: this.backend, view: this.view, lang: this.#language(), theme: this.theme,
        mnist: this.mnist === '' ? null : folder(this.mnist, this.baseURI), strokes: this.#strokes,
      }, (name, detail) => this.dispatchEvent(new CustomEvent(name, { detail })));
      this.#inside = inside;
      inside.ready.catch(() => {
        // Not even the parts that would say so have come.
        if (this.#inside === inside && inside.isEmpty()) this.#sayNotLoaded(frame);
      });
      return inside;
    } catch (thrown) {
      if (life !== this.#life) throw thrown;
      const { message } = toVaeError(thrown);
      this.#sayNotLoaded(frame);
      this.dispatchEvent(new CustomEvent('error', { detail: { code: 'network', message } }));
      throw new VaeError('network', message, { cause: thrown });
    }
  }

  /** With a button that tries again, as every method does. @param {HTMLElement} frame */
  #sayNotLoaded(frame) {
    this.#end();
    sayNotLoaded(frame, this.#language(), () => this.#restart());
  }

  #restart() {
    this.#end();
    if (this.isConnected) void this.#begin().catch(() => {});
  }

  #end() {
    this.#life += 1;
    this.#forgetNear();
    this.#coming = null;
    if (!this.#inside) return;
    // What was drawn is there again when it comes back.
    this.#strokes = this.#inside.store.state.strokes;
    this.#inside.dispose();
    this.#inside = null;
  }

  /** Its own, or that of the nearest ancestor with one, also beyond the shadow roots that it may be in. */
  #language() {
    for (let at = /** @type {Element | null} */ (this); at;) {
      const said = at.closest('[lang]')?.getAttribute('lang');
      if (said) return languageOf(said);
      const root = at.getRootNode();
      at = root instanceof ShadowRoot ? root.host : null;
    }
    return languageOf(navigator.language);
  }

  /**
   * What was set before the element was defined stands in the way of its property.
   * @param {typeof PROPERTIES[number]} name
   */
  #adoptProperty(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete /** @type {Partial<VaePlayground>} */ (this)[name];
    Object.assign(this, { [name]: value });
  }
}

/** @param {string} address @param {string} base */
function folder(address, base) {
  return new URL(address.endsWith('/') ? address : `${address}/`, base).href;
}

if (globalThis.customElements && !customElements.get('vae-playground')) customElements.define('vae-playground', VaePlayground);
