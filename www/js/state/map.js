// The map of the latent space: what it shows, how it is looked at, and the record of how it formed.

/** @typedef {{ kind: 'pca' } | { kind: 'dimensions', x: number, y: number }} PlaneChoice */

/**
 * The test digits through the encoder, and the plane they are seen on. Without digits there is the plane alone.
 * @typedef {object} Atlas
 * @property {Float32Array} mu n×latent
 * @property {Float64Array} kl latent, nats per dimension, a mean over the digits; empty without any
 * @property {import('../map/plane.js').Plane} plane
 * @property {Float32Array} points n×2, μ on the plane
 */

/**
 * Decoded pictures behind the points.
 * @typedef {object} Manifold
 * @property {import('../map/manifold.js').Frame} frame
 * @property {import('../map/plane.js').Plane} plane
 * @property {Uint8Array} pictures (rows·columns)×(height·width)
 * @property {number} width of a picture
 * @property {number} height
 */

/**
 * The map as it was at some step of the training.
 * @typedef {object} Snapshot
 * @property {number} step
 * @property {import('../api/types.js').Losses | null} losses
 * @property {Atlas} atlas
 * @property {PlaneChoice} choice what its plane was chosen by
 * @property {Manifold | null} manifold
 * @property {Float32Array | null} mu of the drawing
 * @property {Float32Array | null} sigma
 * @property {Float32Array | null} reconstruction of the drawing
 * @property {Float32Array | null} samples n×784, of the same codes all along
 */

/**
 * @typedef {object} MapState
 * @property {Atlas | null} atlas
 * @property {Manifold | null} manifold
 * @property {import('../map/manifold.js').Frame | null} frame the cells that the map has room for
 * @property {'off' | import('../map/scale.js').Warp} mapGrid how the manifold behind the points is laid out
 * @property {PlaneChoice} planeChoice
 * @property {readonly number[]} hiddenClasses
 * @property {number} label the class that a conditional model is told with the drawing
 * @property {readonly Float32Array[]} trail the drawing's μ through the training, oldest first
 * @property {readonly Snapshot[]} snapshots
 * @property {number | null} replay position among the snapshots, with a fraction between two; null shows what is there now
 */

/** @returns {MapState} */
export function mapState() {
  return {
    atlas: null, manifold: null, frame: null, mapGrid: 'even', planeChoice: { kind: 'pca' }, hiddenClasses: [], label: 0,
    trail: [], snapshots: [], replay: null,
  };
}
