// When a page's canvases first show something, and what was fetched for it.

/** Runs in the page before anything else: looks at the canvases in each frame and notes when they come alive. */
export function watchCanvases() {
  /** @type {Record<string, number>} milliseconds from navigation */
  const sights = {};
  Object.assign(globalThis, { firstSights: sights });

  /**
   * Whether a canvas has more than a few pixels unlike its corner.
   * @param {string} selector
   */
  const drawn = (selector) => {
    const canvas = document.querySelector(selector);
    if (!(canvas instanceof HTMLCanvasElement) || canvas.width === 0 || canvas.height === 0) return false;
    // A copy: reading the page's own canvas would change how the browser keeps it.
    const copy = new OffscreenCanvas(56, 56);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (copy.getContext('2d', { willReadFrequently: true }));
    context.drawImage(canvas, 0, 0, copy.width, copy.height);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let different = 0;
    for (let i = 0; i < data.length; i += 4) {
      if ([0, 1, 2, 3].some((c) => Math.abs(data[i + c] - data[c]) > 32)) different++;
    }
    return different > 40;
  };
  const wanted = {
    ink: () => drawn('.pad canvas'),
    reconstruction: () => drawn('[data-testid="reconstruction"]'),
    map: () => drawn('[data-testid="latent-map"]'),
    ready: () => document.body?.dataset.testid === 'ready',
  };
  const look = () => {
    let missing = false;
    for (const [name, seen] of Object.entries(wanted)) {
      if (name in sights) continue;
      if (seen()) sights[name] = performance.now();
      else missing = true;
    }
    if (missing) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/**
 * Everything that `page` and its workers fetch from now on, in bytes as they travel, headers not counted.
 * @param {import('@playwright/test').Page} page
 */
export function transfers(page) {
  /** @type {Promise<{ url: string, bytes: number }>[]} */
  const files = [];
  page.on('requestfinished', (request) => {
    files.push(sizeOf(request).then((bytes) => ({ url: request.url(), bytes })));
  });
  return { files: () => Promise.all(files) };
}

/**
 * A worker's own script is reported without a size, but every file of the plain server has its length in the header.
 * @param {import('@playwright/test').Request} request
 */
async function sizeOf(request) {
  const { responseBodySize } = await request.sizes();
  return responseBodySize || Number((await (await request.response())?.headerValue('content-length')) ?? 0);
}
