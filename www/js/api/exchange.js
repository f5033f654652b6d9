// Sums of gradients between workers that share no memory: buffers are handed over through message ports, and every sum is
// made in the order of the workers, so that all come to the same bits, whoever was first.

import { VaeError } from './errors.js';

/** Up to so many workers send one another everything: one message each way. More of them cost fewer bytes by parts. */
const DIRECT = 2;

/** The part of MessagePort that is used.
 * @typedef {Pick<MessagePort, 'postMessage' | 'onmessage' | 'close'>} Port */

/** Gradients, or a sum of them, and what the sender's slice adds to the step's losses.
 * @typedef {{ share: Float32Array, values: Float32Array }} Parcel */

/** @typedef {Pick<import('./types.js').WasmEngine, 'readGradients' | 'sumGradients' | 'writeGradients'>} Gradients */

/** One end of a connection between two workers: what arrives waits until it is asked for. */
export class Link {
  /** @type {Parcel[]} */
  #arrived = [];
  /** @type {{ resolve: (parcel: Parcel) => void, reject: (error: VaeError) => void } | null} */
  #waiting = null;
  /** @type {VaeError | null} */
  #broken = null;

  /** @param {Port} port */
  constructor(port) {
    this.port = port;
    port.onmessage = ({ data }) => {
      if (!this.#waiting) return void this.#arrived.push(data);
      const { resolve } = this.#waiting;
      this.#waiting = null;
      resolve(data);
    };
  }

  /** Whether somebody waits at this end. */
  get waiting() {
    return this.#waiting !== null;
  }

  /** @param {Parcel} parcel its values' buffer is handed over */
  send(parcel) {
    this.port.postMessage(parcel, [parcel.values.buffer]);
  }

  /** @returns {Promise<Parcel>} the next one, in the order of sending */
  receive() {
    const next = this.#arrived.shift();
    if (next) return Promise.resolve(next);
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Nothing will come any more. */
  close() {
    this.#broken ??= new VaeError('aborted', 'the exchange between workers was given up');
    this.port.close();
    this.#waiting?.reject(this.#broken);
    this.#waiting = null;
  }
}

/**
 * Where each of `count` workers' parts of `length` values begins, and the end.
 * @param {number} length
 * @param {number} count
 */
export function bounds(length, count) {
  return Array.from({ length: count + 1 }, (_, i) => Math.floor((length * i) / count));
}

/** One worker's side of all sums. */
export class Exchange {
  /** Buffers that came and can be sent again, by their length. @type {Map<number, Float32Array[]>} */
  #spare = new Map();

  /**
   * @param {number} index of this worker
   * @param {(Link | null)[]} links to each worker, null at its own place
   * @param {number} length gradients
   */
  constructor(index, links, length) {
    this.index = index;
    this.links = links;
    this.bounds = bounds(length, links.length);
    this.length = length;
    /** Whether it was given up. */
    this.closed = false;
  }

  /** Workers from which something is awaited. */
  get silent() {
    return this.others().filter((worker) => this.link(worker).waiting);
  }

  /** Another's link. @param {number} worker */
  link(worker) {
    const link = this.links[worker];
    if (!link) throw new VaeError('internal', `worker ${this.index} has no link to worker ${worker}`);
    return link;
  }

  /** @returns {number[]} the others below `count` */
  others(count = this.links.length) {
    return Array.from({ length: count }, (_, worker) => worker).filter((worker) => worker !== this.index);
  }

  /**
   * Puts the sum of all slices' gradients in place of this worker's own.
   * @param {Gradients} engine
   * @param {Float32Array} share what this slice adds to the losses
   * @param {number} slices the first so many workers have one
   * @returns {Promise<Float32Array>} the slices' shares, in their order
   */
  async reduce(engine, share, slices) {
    if (this.links.length <= DIRECT) return this.#gather(engine, share, slices, 0, this.length, () => [0, this.length]);
    const [from, to] = this.#part(this.index);
    const shares = await this.#gather(engine, share, slices, from, to, (worker) => this.#part(worker));
    for (const worker of this.others()) this.#send(engine, worker, share, from, to);
    for (const worker of this.others()) {
      const { values } = await this.link(worker).receive();
      engine.writeGradients(this.#part(worker)[0], values);
      this.#keep(values);
    }
    return shares;
  }

  /** Ends every connection; what waits is refused. */
  close() {
    this.closed = true;
    for (const link of this.links) link?.close();
  }

  /** @param {number} worker */
  #part(worker) {
    return [this.bounds[worker], this.bounds[worker + 1]];
  }

  /**
   * Sends each worker what it sums, and sums from `from` to `to` here.
   * @param {Gradients} engine
   * @param {Float32Array} share
   * @param {number} slices
   * @param {number} from
   * @param {number} to
   * @param {(worker: number) => number[]} summedBy
   */
  async #gather(engine, share, slices, from, to, summedBy) {
    if (this.index < slices) {
      for (const worker of this.others()) {
        const [theirs, end] = summedBy(worker);
        this.#send(engine, worker, share, theirs, end);
      }
    }
    /** @type {(Parcel | null)[]} */
    const parcels = [];
    for (let worker = 0; worker < slices; worker++) parcels.push(worker === this.index ? null : await this.link(worker).receive());
    engine.sumGradients(from, to - from, parcels.map((parcel) => parcel && parcel.values));
    for (const parcel of parcels) if (parcel) this.#keep(parcel.values);
    return Float32Array.from(parcels.flatMap((parcel) => [...(parcel ?? { share }).share]));
  }

  /**
   * @param {Gradients} engine
   * @param {number} worker
   * @param {Float32Array} share
   * @param {number} from
   * @param {number} to
   */
  #send(engine, worker, share, from, to) {
    const values = this.#spare.get(to - from)?.pop() ?? new Float32Array(to - from);
    engine.readGradients(from, values);
    this.link(worker).send({ share, values });
  }

  /** No more than can be sent at once: a worker without a slice is sent buffers and sends none. @param {Float32Array} values */
  #keep(values) {
    const spare = this.#spare.get(values.length) ?? [];
    if (spare.length < this.links.length) spare.push(values);
    this.#spare.set(values.length, spare);
  }

  /** Buffers kept to be sent again. */
  get kept() {
    return [...this.#spare.values()].reduce((sum, { length }) => sum + length, 0);
  }
}
