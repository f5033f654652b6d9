//! Principal components of points such as latent means: the directions of most variance, for projections to the
//! plane and to see how many directions a latent really uses.

use super::rows;
use crate::error::{Error, Result};

/// Most dimensions: the eigenvalue solver's work grows with their cube, and takes seconds here.
pub const MAX_DIMENSIONS: usize = 512;
/// Sweeps over all pairs until the off-diagonal vanishes; convergence is quadratic and takes under ten.
const SWEEPS: usize = 60;

/// The principal components of some points.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    /// `[dimensions]`: the points' mean.
    pub mean: Vec<f64>,
    /// `[dimensions, dimensions]`, orthonormal rows in the order of [`Self::variances`]. Each row's sign is such
    /// that its entry of largest magnitude is positive (of several, the first).
    pub components: Vec<f64>,
    /// `[dimensions]`: the points' variance along each component (divisor n − 1), largest first.
    pub variances: Vec<f64>,
}

impl Pca {
    /// The principal components of `n × dimensions` values: eigenvectors of their covariance matrix.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole points or not finite and for fewer than two points;
    /// [`Error::Unsupported`] for more than [`MAX_DIMENSIONS`].
    pub fn of(points: &[f32], dimensions: usize) -> Result<Self> {
        let n = rows("points", points, dimensions)?;
        if n < 2 {
            return Err(Error::argument("points", "one point has no variance, expected at least two"));
        }
        if dimensions > MAX_DIMENSIONS {
            let problem =
                format!("principal components of {dimensions} dimensions; at most {MAX_DIMENSIONS}");
            return Err(Error::Unsupported(problem));
        }
        let (mean, mut covariance) = covariance(points, dimensions, n);
        let mut vectors = identity(dimensions);
        diagonalise(&mut covariance, &mut vectors, dimensions);
        let mut order: Vec<usize> = (0..dimensions).collect();
        let value = |i: usize| covariance[i * dimensions + i];
        for i in 0..dimensions {
            let largest = (i..dimensions).rev().max_by(|&a, &b| value(order[a]).total_cmp(&value(order[b])));
            order.swap(i, largest.unwrap_or(i));
        }
        let mut components = Vec::with_capacity(vectors.len());
        for &i in &order {
            let row = &vectors[i * dimensions..][..dimensions];
            let largest = row.iter().fold(0.0_f64, |m, &v| if v.abs() > m.abs() { v } else { m });
            components.extend(row.iter().map(|v| v * largest.signum()));
        }
        // A variance of zero may come out as a rounding below it.
        let variances = order.iter().map(|&i| value(i).max(0.0)).collect();
        Ok(Self { mean, components, variances })
    }

    /// Each component's share of the whole variance; zeros where there is none at all.
    #[must_use]
    pub fn ratios(&self) -> Vec<f64> {
        let total: f64 = self.variances.iter().sum();
        self.variances.iter().map(|v| if total > 0.0 { v / total } else { 0.0 }).collect()
    }

    /// Coordinates of `n × dimensions` values along the first `count` components: `n × count`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole points or not finite, and for a `count` outside 1 to
    /// the number of dimensions.
    pub fn project(&self, points: &[f32], count: usize) -> Result<Vec<f32>> {
        let d = self.mean.len();
        self.check_count(count)?;
        rows("points", points, d)?;
        let coordinates = points.chunks_exact(d).flat_map(|point| {
            self.components.chunks_exact(d).take(count).map(move |component| {
                let terms = component.iter().zip(point).zip(&self.mean);
                terms.map(|((c, &p), m)| c * (f64::from(p) - m)).sum::<f64>() as f32
            })
        });
        Ok(coordinates.collect())
    }

    /// The points whose first `count` coordinates are given, `n × count`, and whose others are 0: `n × dimensions`.
    ///
    /// # Errors
    /// As [`Self::project`].
    pub fn unproject(&self, coordinates: &[f32], count: usize) -> Result<Vec<f32>> {
        let d = self.mean.len();
        self.check_count(count)?;
        rows("coordinates", coordinates, count)?;
        let mut points = Vec::with_capacity(coordinates.len() / count * d);
        for row in coordinates.chunks_exact(count) {
            let mut point = self.mean.clone();
            for (&c, component) in row.iter().zip(self.components.chunks_exact(d)) {
                point.iter_mut().zip(component).for_each(|(p, v)| *p += f64::from(c) * v);
            }
            points.extend(point.iter().map(|&p| p as f32));
        }
        Ok(points)
    }

    fn check_count(&self, count: usize) -> Result<()> {
        let d = self.mean.len();
        if count == 0 || count > d {
            return Err(Error::argument("count", format!("{count} components, expected 1 to {d}")));
        }
        Ok(())
    }
}

/// Mean and covariance (divisor n − 1) of `n` points.
fn covariance(points: &[f32], d: usize, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut mean = vec![0.0; d];
    for point in points.chunks_exact(d) {
        mean.iter_mut().zip(point).for_each(|(m, &p)| *m += f64::from(p) / n as f64);
    }
    let mut matrix = vec![0.0; d * d];
    let mut centred = vec![0.0; d];
    for point in points.chunks_exact(d) {
        centred.iter_mut().zip(point).zip(&mean).for_each(|((c, &p), m)| *c = f64::from(p) - m);
        for (i, row) in matrix.chunks_exact_mut(d).enumerate() {
            let scale = centred[i] / (n - 1) as f64;
            row[i..].iter_mut().zip(&centred[i..]).for_each(|(sum, c)| *sum += scale * c);
        }
    }
    for i in 0..d {
        for j in 0..i {
            matrix[i * d + j] = matrix[j * d + i];
        }
    }
    (mean, matrix)
}

fn identity(d: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; d * d];
    matrix.iter_mut().step_by(d + 1).for_each(|v| *v = 1.0);
    matrix
}

/// Cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 4th edition, section 8.5): `a`, symmetric,
/// becomes diagonal, and row i of `vectors`, the identity before, the eigenvector of `a[i, i]`.
fn diagonalise(a: &mut [f64], vectors: &mut [f64], d: usize) {
    let scale = a.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let negligible = scale * f64::EPSILON * 1e-3;
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..d {
            for q in p + 1..d {
                let apq = a[p * d + q];
                if apq.abs() <= negligible {
                    continue;
                }
                rotated = true;
                // The smaller of the two angles that make a[p, q] vanish.
                let tau = (a[q * d + q] - a[p * d + p]) / (2.0 * apq);
                let t = tau.signum() / (tau.abs() + tau.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                rotate_rows(a, d, p, q, c, s);
                for row in a.chunks_exact_mut(d) {
                    let (x, y) = (row[p], row[q]);
                    row[p] = c * x - s * y;
                    row[q] = s * x + c * y;
                }
                rotate_rows(vectors, d, p, q, c, s);
                // What rounding left of it would be rotated for ever.
                (a[p * d + q], a[q * d + p]) = (0.0, 0.0);
            }
        }
        if !rotated {
            break;
        }
    }
}

/// Rows p < q become c·p − s·q and s·p + c·q.
fn rotate_rows(matrix: &mut [f64], d: usize, p: usize, q: usize, c: f64, s: f64) {
    let (above, below) = matrix.split_at_mut(q * d);
    for (x, y) in above[p * d..][..d].iter_mut().zip(&mut below[..d]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{self, Purpose};

    /// `n` points with some covariance that is not diagonal.
    fn cloud(n: u32, d: u32) -> Vec<f32> {
        let noise = |i| rng::normal(1, Purpose::Prior, 0, i);
        let value = |row: u32, j: u32| (0..=j).map(|k| noise(row * d + k) / (1.0 + (j - k) as f32)).sum();
        (0..n).flat_map(|row| (0..d).map(move |j| (row, j))).map(|(row, j)| value(row, j)).collect()
    }

    #[test]
    fn four_points_by_hand() {
        // At ±(3, 3) and ±(1, −1) around (10, 20).
        let points = [13.0, 23.0, 7.0, 17.0, 11.0, 19.0, 9.0, 21.0];
        let pca = Pca::of(&points, 2).unwrap();
        assert_eq!(pca.mean, [10.0, 20.0]);
        assert!((pca.variances[0] - 36.0 / 3.0).abs() < 1e-12);
        assert!((pca.variances[1] - 4.0 / 3.0).abs() < 1e-12);
        let half = std::f64::consts::FRAC_1_SQRT_2;
        for (found, expected) in pca.components.iter().zip([half, half, half, -half]) {
            assert!((found - expected).abs() < 1e-12, "{:?}", pca.components);
        }
        assert!((pca.ratios()[0] - 0.9).abs() < 1e-12);
        let projected = pca.project(&points, 1).unwrap();
        assert!((projected[0] - 18.0_f32.sqrt()).abs() < 1e-6 && projected[2].abs() < 1e-6);
        let back = pca.unproject(&projected, 1).unwrap();
        assert!((back[0] - 13.0).abs() < 1e-5 && (back[4] - 10.0).abs() < 1e-5);
    }

    #[test]
    fn components_are_orthonormal_eigenvectors_in_order() {
        let (n, d) = (500, 37);
        let points = cloud(n, d);
        let (d, pca) = (d as usize, Pca::of(&points, d as usize).unwrap());
        let (_, covariance) = covariance(&points, d, n as usize);
        assert!(pca.variances.windows(2).all(|w| w[0] >= w[1]));
        for i in 0..d {
            let row = &pca.components[i * d..][..d];
            for j in 0..d {
                let dot: f64 = row.iter().zip(&pca.components[j * d..]).map(|(a, b)| a * b).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12);
                let image: f64 = row.iter().zip(&covariance[j * d..]).map(|(a, b)| a * b).sum();
                assert!((image - pca.variances[i] * row[j]).abs() < 1e-12);
            }
            let largest = row.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
            assert!(largest.unwrap() > 0.0);
        }
        let whole = pca.project(&points, d).unwrap();
        let back = pca.unproject(&whole, d).unwrap();
        assert!(back.iter().zip(&points).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn points_without_variance_have_components_all_the_same() {
        let pca = Pca::of(&[2.0; 12], 3).unwrap();
        assert_eq!(pca.variances, [0.0; 3]);
        assert_eq!(pca.ratios(), [0.0; 3]);
        assert_eq!(pca.components, identity(3));
    }

    #[test]
    fn what_has_no_components_is_refused() {
        assert!(Pca::of(&[1.0, 2.0], 2).unwrap_err().to_string().contains("one point"));
        assert!(Pca::of(&[1.0, f32::INFINITY], 1).unwrap_err().to_string().contains("inf"));
        assert!(matches!(Pca::of(&[0.0; 1026], 513), Err(Error::Unsupported(_))));
        let pca = Pca::of(&[0.0, 1.0, 1.0, 0.0], 2).unwrap();
        assert!(pca.project(&[0.0; 2], 3).unwrap_err().to_string().contains("1 to 2"));
        assert!(pca.unproject(&[0.0; 3], 2).is_err());
    }
}
