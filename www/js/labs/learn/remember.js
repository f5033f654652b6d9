// What a guide moves about, and how it comes back.

/**
 * @param {import('../../store.js').Store} store
 * @param {import('../../engine/engine.js').Engine} engine
 * @returns {() => Promise<void>} puts drawing, code, samples, tab and the place on the page back as they are now
 */
export function remember(store, engine) {
  const { strokes, picture, pictureDigit, z, zSource, samples, sampleSeed, tab, weightsVersion } = store.state;
  const scrolled = scrollY;
  return async () => {
    store.set({ tab });
    const same = store.state.weightsVersion === weightsVersion;
    if (store.state.sampleSeed !== sampleSeed) {
      if (same) store.set({ samples, sampleSeed });
      else {
        store.set({ sampleSeed: sampleSeed - 1 });
        await engine.resample();
      }
    }
    if (store.state.strokes !== strokes || store.state.picture !== picture) await engine.lay({ strokes, picture, pictureDigit });
    if (zSource === 'mu') engine.latentToMean();
    else if (z && z.length === store.state.spec?.latent) engine.setZ(z);
    scrollTo({ top: scrolled, behavior: 'instant' });
  };
}
