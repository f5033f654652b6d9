// The plane through the latent space that the map shows: projecting on it, and going along it from a code.

/**
 * Two directions of length 1, at right angles; in one dimension the second is nought.
 * A code's coordinates are its products with them, so N(0, 1) stays N(0, 1) along either.
 * @typedef {{ a: Float64Array, b: Float64Array }} Plane
 */

/**
 * @param {number} latent
 * @param {number} x index of the dimension to the right
 * @param {number} y of the one upwards
 * @returns {Plane}
 */
export function dimensionPlane(latent, x, y) {
  const a = new Float64Array(latent);
  const b = new Float64Array(latent);
  a[x] = 1;
  if (latent > 1) b[y] = 1;
  return { a, b };
}

/**
 * The plane of the first two principal components, turned and mirrored within itself so that it lies as much like `before`
 * as it can: while a model learns, components change sign and place, and what they show would jump.
 * @param {Float64Array} components latent×latent, orthonormal rows
 * @param {Plane | null} before
 * @returns {Plane}
 */
export function principalPlane(components, before) {
  const latent = Math.sqrt(components.length);
  const a = components.slice(0, latent);
  const b = components.slice(latent, 2 * latent);
  if (before?.a.length !== latent) return { a, b };
  // The orthogonal Procrustes problem in two dimensions: of all turns and all reflections the one with the larger trace.
  const [aa, ab, ba, bb] = [dot(before.a, a), dot(before.a, b), dot(before.b, a), dot(before.b, b)];
  const turn = Math.hypot(aa + bb, ba - ab);
  const mirror = Math.hypot(aa - bb, ab + ba);
  const sign = turn >= mirror ? 1 : -1;
  const length = Math.max(turn, mirror);
  if (length < 1e-9) return { a, b };
  const cos = (aa + sign * bb) / length;
  const sin = (sign * ba - ab) / length;
  return {
    a: a.map((value, j) => cos * value - sin * b[j]),
    b: a.map((value, j) => sign * (sin * value + cos * b[j])),
  };
}

/**
 * @param {ArrayLike<number>} codes n×latent
 * @param {Plane} plane
 * @returns {Float32Array} n×2
 */
export function project(codes, plane) {
  const latent = plane.a.length;
  const found = new Float32Array((2 * codes.length) / latent);
  for (let from = 0, to = 0; from < codes.length; from += latent, to += 2) {
    let u = 0;
    let v = 0;
    for (let j = 0; j < latent; j++) {
      u += codes[from + j] * plane.a[j];
      v += codes[from + j] * plane.b[j];
    }
    found[to] = u;
    found[to + 1] = v;
  }
  return found;
}

/**
 * What is left of a code once its part within the plane is taken away.
 * @param {ArrayLike<number> | null} code latent; null stands for the origin
 * @param {Plane} plane
 * @returns {Float32Array} latent
 */
export function residual(code, plane) {
  const latent = plane.a.length;
  const left = new Float32Array(latent);
  if (code?.length !== latent) return left;
  const [u, v] = project(code, plane);
  for (let j = 0; j < latent; j++) left[j] = code[j] - u * plane.a[j] - v * plane.b[j];
  return left;
}

/**
 * @param {Float32Array} left what `residual` gives
 * @param {Plane} plane
 * @param {number} u
 * @param {number} v
 * @returns {Float32Array} latent: the code at (u, v) of the plane through that residual
 */
export function along(left, plane, u, v) {
  return left.map((value, j) => value + u * plane.a[j] + v * plane.b[j]);
}

/**
 * A diagonal Gaussian seen on the plane: its covariance there is AᵀΣA.
 * @param {ArrayLike<number>} sigma latent
 * @param {Plane} plane
 * @returns {{ major: number, minor: number, angle: number }} the half-axes at one σ, and the major one's angle in radians
 */
export function projectedEllipse(sigma, plane) {
  let uu = 0;
  let uv = 0;
  let vv = 0;
  for (let j = 0; j < plane.a.length; j++) {
    const variance = sigma[j] * sigma[j];
    uu += plane.a[j] * plane.a[j] * variance;
    uv += plane.a[j] * plane.b[j] * variance;
    vv += plane.b[j] * plane.b[j] * variance;
  }
  const middle = (uu + vv) / 2;
  const spread = Math.hypot((uu - vv) / 2, uv);
  return {
    major: Math.sqrt(middle + spread),
    minor: Math.sqrt(Math.max(0, middle - spread)),
    angle: Math.atan2(2 * uv, uu - vv) / 2,
  };
}

/**
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 */
function dot(x, y) {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += x[j] * y[j];
  return sum;
}
