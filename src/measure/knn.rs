//! Classification by the nearest neighbours: how well the classes part in the latent.

use super::rows;
use crate::error::{Error, Result};

/// Reference points whose distances are computed side by side.
const LANES: usize = 16;
/// Reference points that all queries of a block are compared with before the next ones are fetched: they stay in
/// the first-level cache.
const BLOCK: usize = 512;
/// Queries between two reports of progress.
const QUERIES: usize = 256;

/// Points with known classes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelled<'a> {
    /// `n × dimensions`.
    pub points: &'a [f32],
    /// `n` classes.
    pub labels: &'a [u8],
}

/// The class of each query, `n × dimensions` values: the most frequent among the `k` points of `known` nearest in
/// Euclidean distance, and the smallest label where several are as frequent (scikit-learn's `KNeighborsClassifier`
/// with uniform weights). Of points as far away as each other the earlier one is the nearer. `progress` hears how
/// many queries are done.
///
/// Every distance is computed, in 32-bit floats: `n · known · dimensions` multiplications.
///
/// # Errors
/// [`Error::InvalidArgument`] for values that are not whole points or not finite, labels that are not one a point,
/// and `k` outside 1 to the number of known points.
pub fn classify(
    known: Labelled<'_>,
    queries: &[f32],
    dimensions: usize,
    k: usize,
    mut progress: impl FnMut(usize),
) -> Result<Vec<u8>> {
    let n = rows("known", known.points, dimensions)?;
    rows("queries", queries, dimensions)?;
    check_labels(known.labels, n)?;
    if k == 0 || k > n {
        return Err(Error::argument("k", format!("{k}, expected 1 to {n}, the number of known points")));
    }
    let tiles = side_by_side(known.points, dimensions);
    let mut classes = Vec::with_capacity(queries.len() / dimensions);
    for block in queries.chunks(QUERIES * dimensions) {
        let queries = block.len() / dimensions;
        let mut nearest = vec![Nearest::new(k); queries];
        for (i, tiles) in tiles.chunks(BLOCK * dimensions).enumerate() {
            for (query, nearest) in block.chunks_exact(dimensions).zip(&mut nearest) {
                for (j, tile) in tiles.chunks_exact(LANES * dimensions).enumerate() {
                    nearest.offer(&distances(query, tile), i * BLOCK + j * LANES);
                }
            }
        }
        if nearest.iter().any(|nearest| nearest.found.len() < k) {
            return Err(Error::argument("queries", "farther from the known points than 32-bit floats reach"));
        }
        classes.extend(nearest.iter().map(|nearest| nearest.vote(known.labels)));
        progress(classes.len());
    }
    Ok(classes)
}

/// The share of `queries` that [`classify`] gives their own label.
///
/// # Errors
/// As [`classify`], and [`Error::InvalidArgument`] for queries' labels that are not one a query.
pub fn accuracy(
    known: Labelled<'_>,
    queries: Labelled<'_>,
    dimensions: usize,
    k: usize,
    progress: impl FnMut(usize),
) -> Result<f64> {
    let n = rows("queries", queries.points, dimensions)?;
    check_labels(queries.labels, n)?;
    let classes = classify(known, queries.points, dimensions, k, progress)?;
    let right = classes.iter().zip(queries.labels).filter(|(found, label)| found == label).count();
    Ok(right as f64 / n as f64)
}

fn check_labels(labels: &[u8], n: usize) -> Result<()> {
    if labels.len() == n {
        return Ok(());
    }
    Err(Error::argument("labels", format!("{} labels for {n} points, expected one for each", labels.len())))
}

/// Tiles of `LANES` points, each dimension's values beside each other; past the last point, infinity.
fn side_by_side(points: &[f32], dimensions: usize) -> Vec<f32> {
    let tile = LANES * dimensions;
    let mut tiles = vec![f32::INFINITY; points.len().next_multiple_of(tile)];
    for (tile, points) in tiles.chunks_exact_mut(tile).zip(points.chunks(tile)) {
        for (lane, point) in points.chunks_exact(dimensions).enumerate() {
            for (j, &value) in point.iter().enumerate() {
                tile[j * LANES + lane] = value;
            }
        }
    }
    tiles
}

/// Squared distances of a query from the points of one tile.
fn distances(query: &[f32], tile: &[f32]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for (q, values) in query.iter().zip(tile.as_chunks::<LANES>().0) {
        for (sum, value) in sums.iter_mut().zip(values) {
            let difference = q - value;
            *sum += difference * difference;
        }
    }
    sums
}

/// The nearest points so far, by distance.
#[derive(Clone)]
struct Nearest {
    /// Distance and number of a point, nearest first.
    found: Vec<(f32, usize)>,
    k: usize,
    /// What a point must be nearer than to be among them.
    bound: f32,
}

impl Nearest {
    fn new(k: usize) -> Self {
        Self { found: Vec::with_capacity(k + 1), k, bound: f32::INFINITY }
    }

    fn offer(&mut self, distances: &[f32; LANES], first: usize) {
        for (lane, &distance) in distances.iter().enumerate() {
            if distance < self.bound {
                let place = self.found.partition_point(|&(other, _)| other <= distance);
                self.found.insert(place, (distance, first + lane));
                self.found.truncate(self.k);
                if self.found.len() == self.k {
                    self.bound = self.found[self.k - 1].0;
                }
            }
        }
    }

    fn vote(&self, labels: &[u8]) -> u8 {
        let mut votes = [0_usize; 256];
        for &(_, point) in &self.found {
            votes[usize::from(labels[point])] += 1;
        }
        // The last of several maxima wins, so the order is turned round.
        let best = (0..=u8::MAX).rev().max_by_key(|&label| votes[usize::from(label)]);
        best.expect("there are 256 labels")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: fn(usize) = |_| {};

    #[test]
    fn the_majority_of_the_nearest_wins_and_the_smallest_label_a_tie() {
        let known = Labelled { points: &[0.0, 1.0, 2.0, 3.0, 10.0], labels: &[7, 3, 3, 7, 1] };
        let of = |query: f32, k| classify(known, &[query], 1, k, QUIET).unwrap()[0];
        assert_eq!(of(-1.0, 1), 7);
        assert_eq!(of(-1.0, 2), 3, "7 and 3 once each");
        assert_eq!(of(-1.0, 3), 3);
        assert_eq!(of(3.1, 4), 3, "7 and 3 twice each");
        assert_eq!(of(100.0, 1), 1);
        assert_eq!(of(100.0, 5), 3);
    }

    #[test]
    fn of_points_at_the_same_place_the_earlier_is_the_nearer() {
        let labels: Vec<u8> = (0..40).collect();
        let known = Labelled { points: &[1.0; 80], labels: &labels };
        assert_eq!(classify(known, &[0.0, 0.0], 2, 1, QUIET).unwrap(), [0]);
    }

    #[test]
    fn more_points_than_a_block_and_a_last_tile_that_is_not_full() {
        // Each query lies nearest to the point with its own number.
        let n = 2 * BLOCK + 13;
        let points: Vec<f32> = (0..n).flat_map(|i| [i as f32, -(i as f32), 0.5]).collect();
        let labels: Vec<u8> = (0..n).map(|i| (i % 251) as u8).collect();
        let known = Labelled { points: &points, labels: &labels };
        let queries: Vec<f32> = points.iter().map(|v| v + 0.1).collect();
        let mut reports = Vec::new();
        let found = classify(known, &queries, 3, 1, |done| reports.push(done)).unwrap();
        assert_eq!(found, labels);
        assert_eq!(reports.last(), Some(&n));
        let same = Labelled { points: &queries, labels: &labels };
        assert_eq!(accuracy(known, same, 3, 1, QUIET).unwrap(), 1.0);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let known = Labelled { points: &[0.0; 4], labels: &[0, 1] };
        let refused =
            |known, queries: &[f32], k| classify(known, queries, 2, k, QUIET).unwrap_err().to_string();
        assert!(refused(known, &[0.0; 2], 0).contains("k: 0"));
        assert!(refused(known, &[0.0; 2], 3).contains("1 to 2"));
        assert!(refused(known, &[0.0; 3], 1).contains("queries"));
        assert!(refused(known, &[f32::NAN; 2], 1).contains("NaN"));
        assert!(refused(known, &[1e30; 2], 1).contains("farther"));
        assert!(refused(Labelled { labels: &[0], ..known }, &[0.0; 2], 1).contains("1 labels for 2"));
        assert!(accuracy(known, Labelled { labels: &[], ..known }, 2, 1, QUIET).is_err());
    }
}
