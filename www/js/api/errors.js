// The one error class of the API, and how any thrown value becomes one.

/**
 * Stable names for everything that can go wrong.
 * `network` and `internal` exist only in JavaScript: a file that could not be fetched, and a fault of ours.
 * @typedef {'invalid-argument' | 'invalid-spec' | 'invalid-checkpoint' | 'unsupported' | 'device-lost' | 'out-of-memory' | 'diverged' | 'aborted' | 'disposed' | 'network' | 'internal'} VaeErrorCode
 */

/** @type {readonly VaeErrorCode[]} */
export const ERROR_CODES = Object.freeze([
  'invalid-argument', 'invalid-spec', 'invalid-checkpoint', 'unsupported', 'device-lost', 'out-of-memory',
  'diverged', 'aborted', 'disposed', 'network', 'internal',
]);

/**
 * What is known beyond the message.
 * @typedef {object} ErrorDetails
 * @property {string} [at] of `invalid-argument` the option, of `invalid-spec` the place, such as `encoder[0].units`; `worker` of an
 *   `internal` error where the worker failed and another takes its place
 * @property {number} [restored] of `diverged`, the step of the run whose parameters are back in place
 */

/** An error with a stable `code`; the message names what was wrong and what was expected. */
export class VaeError extends Error {
  /**
   * @param {VaeErrorCode} code
   * @param {string} message
   * @param {ErrorOptions & { details?: ErrorDetails }} [options]
   */
  constructor(code, message, { details = {}, ...options } = {}) {
    super(message, options);
    this.name = 'VaeError';
    /** @readonly @type {VaeErrorCode} */
    this.code = code;
    /** @readonly @type {Readonly<ErrorDetails>} */
    this.details = details;
  }
}

/**
 * @param {unknown} code
 * @returns {code is VaeErrorCode}
 */
function isCode(code) {
  return ERROR_CODES.includes(/** @type {VaeErrorCode} */ (code));
}

/**
 * Any thrown value as a VaeError: errors from wasm keep their code, refused allocations and aborts are recognised,
 * everything else is `internal`.
 * @param {unknown} thrown
 * @returns {VaeError}
 */
export function toVaeError(thrown) {
  if (thrown instanceof VaeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const { code, at, restored } = /** @type {{ code?: unknown } & ErrorDetails} */ (thrown ?? {});
  if (isCode(code)) {
    const details = { ...(at === undefined ? {} : { at }), ...(restored === undefined ? {} : { restored }) };
    return new VaeError(code, message, { cause: thrown, details });
  }
  if (thrown instanceof Error && thrown.name === 'AbortError') return new VaeError('aborted', message, { cause: thrown });
  if (thrown instanceof RangeError && /memory|allocation|array buffer/i.test(message)) {
    return new VaeError('out-of-memory', message, { cause: thrown });
  }
  return new VaeError('internal', message, { cause: thrown });
}
