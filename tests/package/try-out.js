// What every example does with the package, whichever way it came by it.

/** 64 pictures of stripes, n×784 in [0, 1]. */
const IMAGES = Float32Array.from({ length: 64 * 784 }, (_, i) => (Math.floor(i / 784) + Math.floor((i % 28) / 4)) % 2);

/**
 * @param {typeof import('vae-playground')} api
 * @param {import('vae-playground').CreateOptions} [options]
 * @returns {Promise<Record<string, unknown>>} what came of it
 */
export async function tryOut({ Vae, VaeError, parseIdx, preprocessDrawing, presets, version }, options = {}) {
  const vae = await Vae.create({ model: 'mini-2', backend: 'cpu', ...options });
  const { mu } = await vae.encode(IMAGES);
  const losses = [];
  for await (const { loss } of vae.train({ images: IMAGES }, { steps: 8, batchSize: 32, seed: 3 })) losses.push(loss);
  const saved = await vae.save();
  await vae.reset(5);
  await vae.load(saved);
  const wrong = await vae.encode(new Float32Array(3)).catch((/** @type {unknown} */ thrown) => thrown);
  const { backend, spec } = vae;
  vae.dispose();
  const late = await vae.sample(1).catch((/** @type {unknown} */ thrown) => thrown);
  const drawing = await preprocessDrawing(new Float32Array(100 * 100).fill(1, 4000, 6000), 100, 100);
  const idx = await parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9));
  return {
    backend, losses, version,
    latent: spec.latent,
    codes: mu.length,
    saved: saved.length,
    presets: presets.length,
    wrong: wrong instanceof VaeError && wrong.code,
    late: late instanceof VaeError && late.code,
    drawing: drawing.blank ? 0 : drawing.pixels.length,
    idx: [...idx.data],
  };
}

/**
 * @param {import('vae-playground/element').VaePlayground} element on the page
 * @returns {Promise<{ ready: boolean, size: boolean }>} once its model has looked at a stroke
 */
export async function tryElement(element) {
  await element.draw([[0.3, 0.3, 0.5, 0.25, 0.6, 0.4, 0.5, 0.7]]);
  const { width, height } = element.getBoundingClientRect();
  return { ready: element.ready, size: width > 0 && height > 0 };
}
