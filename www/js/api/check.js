// What could be built or run, told without touching the model that is there: `vae.check`.

/** Asks the engine that would do it. */
export class Check {
  #client;

  /** @param {import('./client.js').Client} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * What a spec would give; one that cannot be built is refused as `invalid-spec` with the place in `details.at`.
   * @param {string | import('./types.js').VaeSpec} spec or a preset's name
   * @returns {Promise<import('./types.js').SpecDescription>}
   */
  spec(spec) {
    return this.#client.request('describe', { spec });
  }

  /**
   * The model that a file holds, which `load` would take; `invalid-checkpoint` for any other file.
   * @param {Uint8Array | ArrayBuffer} bytes a safetensors file
   * @returns {Promise<import('./types.js').VaeSpec>}
   */
  checkpoint(bytes) {
    return this.#client.request('checkCheckpoint', { bytes: new Uint8Array(bytes) });
  }

  /**
   * Resolves where `train` would take these settings; else `invalid-argument` with the setting in `details.at`.
   * @param {import('./types.js').TrainSettings} settings
   * @returns {Promise<void>}
   */
  settings(settings) {
    return this.#client.request('checkSettings', { settings });
  }
}
