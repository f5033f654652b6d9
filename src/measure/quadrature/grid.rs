//! Where a quadrature over a latent of two dimensions puts its points.

use crate::error::{Error, Result};
use crate::measure::rows;
use crate::session::Posterior;

/// Half the side of the grid, chosen from the posteriors, in standard deviations of the prior: at least and at most.
const HALF_WIDTH: (f64, f64) = (6.0, 12.0);
/// How far beyond each μ the chosen grid reaches, in the posterior's standard deviations.
const REACH: f64 = 6.0;
/// Spacing of the chosen grid in standard deviations of a narrow posterior, and how many of all are narrower.
const SPACING: f64 = 1.25;
const NARROWER: f64 = 0.01;
/// Points along a side: chosen at least and at most, and most that can be asked for.
const CHOSEN_POINTS: (u32, u32) = (129, 801);
const MAX_POINTS: u32 = 4097;

/// A grid's points in two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Every second one along both dimensions: a grid of twice the spacing over the same square.
    Coarse,
    /// All others.
    Rest,
}

/// A square grid of z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    half_width: f64,
    points: u32,
}

impl Grid {
    /// A grid with `points` along a side, rounded up to an odd number.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for under 5 or over 4097 points and a half width that is not in (0, 100].
    pub fn new(half_width: f64, points: u32) -> Result<Self> {
        if !(half_width > 0.0 && half_width <= 100.0) {
            return Err(Error::argument(
                "half width",
                format!("{half_width}, expected more than 0, at most 100"),
            ));
        }
        if !(5..=MAX_POINTS).contains(&points) {
            return Err(Error::argument(
                "points",
                format!("{points}, expected 5 to {MAX_POINTS} along a side"),
            ));
        }
        Ok(Self { half_width, points: points | 1 })
    }

    /// A grid that reaches 6 standard deviations beyond every μ (but at least to ±6 and at most to ±12), with
    /// `points` along a side, or, without it, with a spacing of 1.25 standard deviations of the narrowest percent of
    /// posteriors, within 129 to 801 points. Whether it was fine and wide
    /// enough, the quadrature itself finds out: it takes a wider one where an encoder that misses misled this choice.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a posterior that is not of two dimensions or not finite; as [`Self::new`].
    pub fn covering(posterior: &Posterior, points: Option<u32>) -> Result<Self> {
        let Posterior { mu, logvar } = posterior;
        rows("mu", mu, 2)?;
        rows("logvar", logvar, 2)?;
        let mut deviations: Vec<f64> = logvar.iter().map(|&l| (0.5 * f64::from(l)).exp()).collect();
        let reach = mu.iter().zip(&deviations).map(|(&m, s)| f64::from(m).abs() + REACH * s);
        let half_width = reach.fold(HALF_WIDTH.0, f64::max).min(HALF_WIDTH.1);
        let narrow = ((deviations.len() - 1) as f64 * NARROWER) as usize;
        let (_, narrow, _) = deviations.select_nth_unstable_by(narrow, f64::total_cmp);
        let fine = (2.0 * half_width / (SPACING * *narrow)).ceil() + 1.0;
        let chosen = fine.clamp(CHOSEN_POINTS.0.into(), CHOSEN_POINTS.1.into()) as u32;
        Self::new(half_width, points.unwrap_or(chosen))
    }

    /// The widest grid that is chosen, where this one is narrower: of the same spacing, as far as 801 points along a
    /// side reach, or as many as this one has.
    pub(super) fn wider(self) -> Option<Self> {
        let (half_width, most) = (HALF_WIDTH.1, CHOSEN_POINTS.1.max(self.points));
        (self.half_width < half_width).then(|| {
            let points = (2.0 * half_width / self.spacing()).ceil().min(f64::from(most - 1)) as u32 + 1;
            Self { half_width, points: points | 1 }
        })
    }

    /// Whether a point of the grid lies on its outermost ring.
    pub(super) fn on_edge(self, z: [f64; 2]) -> bool {
        z.iter().any(|v| v.abs() > self.half_width - 0.5 * self.spacing())
    }

    /// Distance between neighbours.
    #[must_use]
    pub fn spacing(self) -> f64 {
        2.0 * self.half_width / f64::from(self.points - 1)
    }

    /// It covers [−half_width, half_width] along both dimensions.
    #[must_use]
    pub const fn half_width(self) -> f64 {
        self.half_width
    }

    /// Points along a side; odd, so that every second one makes a grid of twice the spacing over the same square.
    #[must_use]
    pub const fn points(self) -> u32 {
        self.points
    }

    /// The points (z₁, z₂) of one part.
    pub(super) const fn places(self, part: Part) -> Places {
        Places { grid: self, part, next: 0 }
    }
}

/// The points of one part of a grid, row by row.
#[derive(Debug, Clone)]
pub(super) struct Places {
    grid: Grid,
    part: Part,
    /// Number of the next point, of either part.
    next: u32,
}

impl Iterator for Places {
    type Item = [f64; 2];

    fn next(&mut self) -> Option<[f64; 2]> {
        let points = self.grid.points;
        while self.next < points * points {
            let (i, j) = (self.next / points, self.next % points);
            self.next += 1;
            let part = if (i | j) & 1 == 0 { Part::Coarse } else { Part::Rest };
            if part == self.part {
                return Some([i, j].map(|i| (f64::from(i) - f64::from(points / 2)) * self.grid.spacing()));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_is_symmetric_and_its_coarse_part_reaches_its_corners() {
        let grid = Grid::new(6.0, 5).unwrap();
        assert_eq!(grid.spacing(), 3.0);
        let coarse: Vec<_> = grid.places(Part::Coarse).collect();
        assert_eq!(coarse.len(), 9);
        assert_eq!((coarse[0], coarse[4], coarse[8]), ([-6.0, -6.0], [0.0, 0.0], [6.0, 6.0]));
        let rest: Vec<_> = grid.places(Part::Rest).collect();
        assert_eq!(rest.len(), 16);
        assert!(rest.iter().all(|z| !coarse.contains(z)));
        let sum = rest.iter().fold([0.0, 0.0], |s, z| [s[0] + z[0], s[1] + z[1]]);
        assert_eq!(sum, [0.0, 0.0]);
        assert_eq!(Grid::new(6.0, 100).unwrap().points, 101);
    }

    #[test]
    fn a_grid_covers_its_posteriors_within_bounds() {
        let of = |mu: f32, sigma: f32, points| {
            let posterior = Posterior { mu: vec![0.0, mu], logvar: vec![2.0 * sigma.ln(); 2] };
            Grid::covering(&posterior, points).unwrap()
        };
        let wide = of(0.5, 0.9, None);
        assert_eq!((wide.half_width, wide.points), (6.0, 129));
        let far = of(-7.0, 0.08, None);
        assert!((far.half_width - 7.48).abs() < 1e-5);
        assert!(far.spacing() < 0.1001 && far.spacing() > 0.098, "{far:?}");
        assert_eq!(of(40.0, 1e-4, None), Grid { half_width: 12.0, points: 801 });
        assert_eq!(of(0.0, 1e-4, Some(64)).points, 65);
    }

    #[test]
    fn a_wider_grid_keeps_the_spacing_within_bounds() {
        let wider = Grid::new(6.0, 129).unwrap().wider().unwrap();
        assert_eq!(wider, Grid { half_width: 12.0, points: 257 });
        assert_eq!(Grid::new(8.0, 701).unwrap().wider().unwrap().points, 801);
        assert_eq!(Grid::new(8.0, 901).unwrap().wider().unwrap().points, 901);
        assert_eq!(wider.wider(), None);
        let ring = wider.places(Part::Coarse).chain(wider.places(Part::Rest)).filter(|&z| wider.on_edge(z));
        assert_eq!(ring.count(), 4 * 256);
    }

    #[test]
    fn grids_that_make_no_sense_are_refused() {
        for (half_width, points) in [(0.0, 9), (f64::NAN, 9), (101.0, 9), (6.0, 4), (6.0, 4098)] {
            assert!(matches!(Grid::new(half_width, points), Err(Error::InvalidArgument { .. })));
        }
        let odd = Posterior { mu: vec![0.0; 3], logvar: vec![0.0; 3] };
        assert!(Grid::covering(&odd, None).is_err());
    }
}
