// A worker that shares another's training run: it holds the same parameters, computes the gradients of its slice of every batch
// and makes the same updates.

import { packError } from './protocol.js';
import { Exchange, Link } from './exchange.js';

/**
 * What a peer needs to take part: what it computes, and where the run stands.
 * @typedef {object} Joining
 * @property {import('./types.js').WasmSource} source
 * @property {import('./types.js').VaeSpec} spec
 * @property {import('./types.js').TrainSettings} settings
 * @property {Parameters<import('./types.js').WasmEngine['setDataset']>[0] | null} dataset null where it has it for this spec
 * @property {Float32Array[]} state parameters and moments
 * @property {number} index
 * @property {(MessagePort | null)[]} ports to each worker, null at its own place
 * @property {number} gradients
 */

/** @typedef {{ op: 'join', joining: Joining } | { op: 'chunk', chunk: import('./types.js').TeamChunk }} PeerOrder */
/** @typedef {{ op: 'joined' } | { op: 'failed', error: import('./protocol.js').WireError }} PeerAnswer */

/** Does what the lead says, one thing after the other. */
export class Peer {
  /** @type {import('./types.js').WasmModule | null} */
  #wasm = null;
  /** @type {import('./types.js').WasmEngine | null} */
  #engine = null;
  #spec = '';
  /** @type {Exchange | null} */
  #exchange = null;
  #work = Promise.resolve();

  /**
   * @param {object} parts
   * @param {(source: import('./types.js').WasmSource) => Promise<import('./types.js').WasmModule>} parts.loadWasm
   * @param {(answer: PeerAnswer) => void} parts.post
   */
  constructor(parts) {
    this.parts = parts;
  }

  /** @param {PeerOrder} order */
  handle(order) {
    if (order.op === 'join') {
      // A new beginning: what the old one still waits for may never come.
      this.#exchange?.close();
      this.#exchange = null;
    }
    const exchange = this.#exchange;
    this.#work = this.#work.then(async () => {
      try {
        if (order.op === 'join') await this.#join(order.joining);
        else await this.#chunk(order.chunk);
      } catch (thrown) {
        // Whoever gave an exchange up knows.
        if (order.op === 'join' || exchange === this.#exchange) this.parts.post({ op: 'failed', error: packError(thrown) });
      }
    });
    return this.#work;
  }

  /** @param {Joining} joining */
  async #join({ source, spec, settings, dataset, state, index, ports, gradients }) {
    this.#wasm ??= await this.parts.loadWasm(source);
    const name = JSON.stringify(spec);
    if (!this.#engine || name !== this.#spec) {
      this.#engine?.free();
      this.#engine = await this.#wasm.Engine.create({ spec, backend: 'cpu', seed: 0 });
      this.#spec = name;
    }
    if (dataset) this.#engine.setDataset(dataset);
    this.#engine.trainStart(settings);
    const [params, first, second] = state;
    this.#engine.joinTeam(params, first, second);
    this.#exchange = new Exchange(index, ports.map((port) => port && new Link(port)), gradients);
    this.parts.post({ op: 'joined' });
  }

  /** @param {import('./types.js').TeamChunk} chunk */
  async #chunk({ training, epoch, steps }) {
    const [engine, exchange] = [this.#engine, this.#exchange];
    if (!engine || !exchange) return;
    const { index, links } = exchange;
    const slices = engine.takePart(training, epoch, steps, index, links.length);
    const shares = [];
    for (let i = 0; i < slices.length; i++) {
      const share = engine.partGradients(i);
      if (training) {
        await exchange.reduce(engine, share, slices[i]);
        engine.partUpdate(i);
      } else {
        shares.push(...share);
      }
    }
    // Held-out losses are for the lead alone, all at once.
    if (!training) exchange.link(0).send({ share: Float32Array.from(shares), values: new Float32Array() });
  }
}
