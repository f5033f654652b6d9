// One of the workers that share a training run, as the one that leads it sees it.

import { VaeError, toVaeError } from './errors.js';

/** A worker that has not begun by then will not be waited for. */
const START_SECONDS = 20;

/** The part of Worker that is used.
 * @typedef {object} PeerPort
 * @property {(message: import('./peer.js').PeerOrder, transfer: Transferable[]) => void} postMessage
 * @property {((event: MessageEvent<import('./peer.js').PeerAnswer>) => void) | null} onmessage
 * @property {((event: ErrorEvent) => void) | null} onerror
 * @property {() => void} terminate
 */

/** One of the others, as the lead sees it. */
export class Member {
  /** @type {VaeError | null} */
  failure = null;
  /** What it holds already. @type {{ spec: string, dataset: unknown }} */
  holds = { spec: '', dataset: null };
  /** @type {{ resolve: () => void, reject: (error: VaeError) => void } | null} */
  #joining = null;

  /**
   * @param {PeerPort} port
   * @param {(member: Member) => void} onFailure
   */
  constructor(port, onFailure) {
    this.port = port;
    this.onFailure = onFailure;
    port.onmessage = ({ data }) => {
      if (data.op === 'joined') this.#joining?.resolve();
      else this.fail(new VaeError(data.error.code, data.error.message));
    };
    port.onerror = (event) => this.fail(new VaeError('internal', event.message ?? 'it could not start'));
  }

  /**
   * @param {import('./peer.js').Joining} joining
   * @returns {Promise<void>}
   */
  join(joining) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.fail(new VaeError('internal', `no answer in ${START_SECONDS} s`)), START_SECONDS * 1000);
      const settle = () => clearTimeout(late);
      this.#joining = { resolve: () => (settle(), resolve()), reject: (error) => (settle(), reject(error)) };
      const ports = joining.ports.filter((port) => port !== null);
      try {
        this.port.postMessage({ op: 'join', joining }, ports);
      } catch (thrown) {
        this.fail(toVaeError(thrown));
      }
    });
  }

  /** @param {VaeError} error */
  fail(error) {
    if (this.failure) return;
    this.failure = error;
    this.port.terminate();
    this.#joining?.reject(error);
    this.onFailure(this);
  }
}
