//! Panels of an operand that is never stored: value (r, j) is `source[rows[r] + columns[j]]`, and most
//! neighbouring columns are neighbours in the source.

use std::ops::Range;

use crate::cpu::gemm::MOST_TILE_COLUMNS;
use crate::cpu::simd::Task;

/// Columns counted along the rows of several equal grids.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// Part of one row of a grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// Which grid, row and column it begins at.
    pub(super) grid: usize,
    pub(super) row: usize,
    pub(super) column: usize,
    /// Its place in the range asked for.
    pub(super) at: usize,
    pub(super) len: usize,
}

impl Grid {
    pub(super) const fn area(self) -> usize {
        self.rows * self.columns
    }

    /// The rows' parts that a range consists of.
    #[inline(always)]
    pub(super) fn runs(self, range: Range<usize>) -> impl Iterator<Item = Run> {
        let start = range.start / self.columns;
        let mut next = Run {
            grid: start / self.rows,
            row: start % self.rows,
            column: range.start % self.columns,
            at: 0,
            len: 0,
        };
        let count = range.len();
        std::iter::from_fn(move || {
            if next.at >= count {
                return None;
            }
            next.len = (self.columns - next.column).min(count - next.at);
            let run = next;
            next.at += next.len;
            next.column = 0;
            next.row += 1;
            if next.row == self.rows {
                next.row = 0;
                next.grid += 1;
            }
            Some(run)
        })
    }
}

/// Copies of `WIDTH` values that together make one row of a panel; what one writes too much, the next mends.
#[derive(Debug)]
pub(super) struct Copies<const WIDTH: usize> {
    /// Place in the row, place in the source.
    places: [(usize, usize); MOST_TILE_COLUMNS],
    count: usize,
}

impl<const WIDTH: usize> Copies<WIDTH> {
    /// From runs with the place in the source at which each begins; no more than a tile's columns in all.
    #[inline(always)]
    pub(super) fn of(runs: impl Iterator<Item = (Run, usize)>) -> Self {
        let mut copies = Self { places: [(0, 0); MOST_TILE_COLUMNS], count: 0 };
        for (run, from) in runs {
            for part in (0..run.len).step_by(WIDTH) {
                copies.places[copies.count] = (run.at + part, from + part);
                copies.count += 1;
            }
        }
        copies
    }
}

/// Writes one panel, row by row. `source` and `to` must reach `WIDTH` values past what is asked for.
pub(super) struct Gather<'a, const NR: usize, const WIDTH: usize> {
    pub(super) source: &'a [f32],
    /// Place in the source of each of the panel's rows.
    pub(super) rows: &'a [usize],
    pub(super) copies: Copies<WIDTH>,
    pub(super) to: &'a mut [f32],
}

impl<const NR: usize, const WIDTH: usize> Task for Gather<'_, NR, WIDTH> {
    #[inline(always)]
    fn run(self) {
        // Narrow panels are made of few copies: with their number known, the places stay in registers.
        let Copies { places, count } = self.copies;
        match places[..count] {
            [one] => self.rows(&[one]),
            [one, two] => self.rows(&[one, two]),
            [one, two, three] => self.rows(&[one, two, three]),
            _ => self.rows(&places[..count]),
        }
    }
}

impl<const NR: usize, const WIDTH: usize> Gather<'_, NR, WIDTH> {
    #[inline(always)]
    fn rows(self, places: &[(usize, usize)]) {
        for (row, &base) in self.rows.iter().enumerate() {
            let to = &mut self.to[row * NR..][..NR + WIDTH];
            let source = &self.source[base..];
            for &(at, from) in places {
                to[at..at + WIDTH].copy_from_slice(&source[from..from + WIDTH]);
            }
        }
    }
}
