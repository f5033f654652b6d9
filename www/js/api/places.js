// Where the engine runs: in the first of several places in which it starts. A request is kept until it has answered there.

/** @typedef {import('./client.js').Port} Port */

/** A place to try; `why` says what was wrong with the ones before it.
 * @typedef {(why: string) => Port | Promise<Port>} Place */

/** A port to whichever place works. @implements {Port} */
export class PlacePort {
  /** @type {Port['onmessage']} */
  onmessage = null;
  /** @type {Port['onerror']} */
  onerror = null;
  /** @type {Port | null} */
  #port = null;
  /** What was sent and not heard of yet: another place may have to be asked. @type {unknown[]} */
  #unheard = [];
  #alive = false;
  #ended = false;
  #places;

  /** @param {Place[]} places the first of them is tried before this returns */
  constructor(places) {
    this.#places = [...places];
    this.#next('');
  }

  /**
   * @param {unknown} message
   * @param {Transferable[]} transfer
   */
  postMessage(message, transfer) {
    // Until it answers, it gets copies: what is handed over could not be sent elsewhere.
    if (!this.#alive) this.#unheard.push(structuredClone(message));
    this.#port?.postMessage(message, this.#alive ? transfer : []);
  }

  terminate() {
    this.#ended = true;
    this.#port?.terminate();
  }

  /** @param {string} why the last one failed */
  #next(why) {
    const place = this.#places.shift();
    if (!place) return this.onerror?.(/** @type {ErrorEvent} */ ({ message: why }));
    this.#port = null;
    try {
      const port = place(why);
      if ('then' in port) port.then((there) => this.#take(there), (thrown) => this.#failed(wordsOf(thrown)));
      else this.#take(port);
    } catch (thrown) {
      this.#failed(wordsOf(thrown));
    }
  }

  /** @param {string} why */
  #failed(why) {
    if (!this.#ended) this.#next(why);
  }

  /** @param {Port} port */
  #take(port) {
    if (this.#ended) return port.terminate();
    this.#port = port;
    port.onmessage = (event) => {
      this.#alive = true;
      this.#unheard = [];
      this.onmessage?.(event);
    };
    port.onerror = (event) => {
      if (this.#alive) return this.onerror?.(event);
      if (this.#port !== port) return;
      // A page's own error handlers need not hear of what is mended here.
      event.preventDefault?.();
      port.terminate();
      this.#failed(event.message || 'its file could not be loaded');
    };
    for (const message of this.#unheard) port.postMessage(message, []);
  }
}

/** @param {unknown} thrown */
function wordsOf(thrown) {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
