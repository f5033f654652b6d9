//! What is not zero of an operand, row by row.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::pack::{Along, Operand};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::wasm::nonzero;
use crate::cpu::simd::{Isa, Task};

/// One line in so many is looked at to tell whether an operand is worth compressing.
const SAMPLED: usize = 16;
/// Values that are looked at together.
pub(super) const LANES: usize = 16;

/// A value that is not zero, and its number in a pass over the reduction.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Term {
    pub(crate) index: u32,
    pub(crate) value: f32,
}

/// Terms of every row in every pass of the reduction, in the order in which they are added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    rows: usize,
    terms: &'a [Term],
    /// `[passes, rows]`: where each row's end.
    ends: &'a [u32],
}

impl<'a> Terms<'a> {
    /// Those of one row in one pass.
    #[inline(always)]
    pub(super) fn of(&self, pass: usize, row: usize) -> &'a [Term] {
        let list = pass * self.rows + row;
        let start = if list == 0 { 0 } else { self.ends[list - 1] };
        &self.terms[start as usize..self.ends[list] as usize]
    }
}

/// An operand with its number of outer indices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) from: Operand<'a>,
    pub(super) rows: usize,
    pub(super) depth: usize,
}

impl<'o> Rows<'o> {
    /// Number of lines and the length of each, as they lie in memory.
    const fn lines(&self) -> (usize, usize) {
        match self.from.along {
            Along::Reduction => (self.rows, self.depth),
            Along::Outer => (self.depth, self.rows),
        }
    }

    fn line(&self, number: usize) -> &'o [f32] {
        &self.from.values[number * self.from.stride..][..self.lines().1]
    }

    /// About which part of the values is not zero.
    pub(super) fn density(&self, isa: Isa) -> f32 {
        let (lines, len) = self.lines();
        let mut found = 0;
        isa.run(Sample { operand: *self, found: &mut found });
        let looked = lines.div_ceil(SAMPLED) * len;
        found as f32 / looked.max(1) as f32
    }

    /// Lists what is not zero, in passes of that length, if `terms` has room for that and a line more.
    pub(super) fn compress<'a>(
        self,
        isa: Isa,
        pass: usize,
        terms: &'a mut [Term],
        ends: &'a mut [u32],
    ) -> Option<Terms<'a>> {
        let ends = &mut ends[..self.depth.div_ceil(pass) * self.rows];
        let mut fits = true;
        isa.run(Compress { operand: self, pass, terms, ends, fits: &mut fits });
        fits.then_some(Terms { rows: self.rows, terms, ends })
    }
}

struct Sample<'a> {
    operand: Rows<'a>,
    found: &'a mut u32,
}

impl Task for Sample<'_> {
    #[inline(always)]
    fn run(self) {
        for line in (0..self.operand.lines().0).step_by(SAMPLED) {
            blocks(self.operand.line(line), |_, mask| *self.found += mask.count_ones());
        }
    }
}

struct Compress<'a> {
    operand: Rows<'a>,
    pass: usize,
    terms: &'a mut [Term],
    ends: &'a mut [u32],
    fits: &'a mut bool,
}

impl Task for Compress<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { operand, pass, terms, ends, fits } = self;
        let Rows { from, rows, depth } = operand;
        let mut done = 0;
        for (first, ends) in (0..depth).step_by(pass).zip(ends.chunks_exact_mut(rows)) {
            let part = first..depth.min(first + pass);
            *fits = match from.along {
                Along::Reduction => along_reduction(operand, part, terms, ends, &mut done),
                Along::Outer => along_outer(operand, part, terms, ends, &mut done),
            };
            if !*fits {
                return;
            }
        }
    }
}

#[inline(always)]
fn along_reduction(
    operand: Rows<'_>,
    part: Range<usize>,
    terms: &mut [Term],
    ends: &mut [u32],
    done: &mut usize,
) -> bool {
    for (row, end) in ends.iter_mut().enumerate() {
        let line = &operand.line(row)[part.clone()];
        if terms.len() - *done < line.len() {
            return false;
        }
        blocks(line, |at, mut mask| {
            while mask != 0 {
                let index = at + mask.trailing_zeros() as usize;
                terms[*done] = Term { index: index as u32, value: line[index] };
                *done += 1;
                mask &= mask - 1;
            }
        });
        *end = *done as u32;
    }
    true
}

#[inline(always)]
fn along_outer(
    operand: Rows<'_>,
    part: Range<usize>,
    terms: &mut [Term],
    ends: &mut [u32],
    done: &mut usize,
) -> bool {
    ends.fill(0);
    for r in part.clone() {
        for (count, &value) in ends.iter_mut().zip(operand.line(r)) {
            *count += u32::from(value != 0.0);
        }
    }
    // From counts to where each row's terms begin; listing them moves that on to where they end.
    for end in &mut *ends {
        (*end, *done) = (*done as u32, *done + *end as usize);
    }
    if *done > terms.len() {
        return false;
    }
    for (index, r) in part.enumerate() {
        let line = operand.line(r);
        blocks(line, |at, mut mask| {
            while mask != 0 {
                let row = at + mask.trailing_zeros() as usize;
                terms[ends[row] as usize] = Term { index: index as u32, value: line[row] };
                ends[row] += 1;
                mask &= mask - 1;
            }
        });
    }
    true
}

/// Calls `f` with the place of each block of values and a bit for each that is not zero, the first one lowest.
#[inline(always)]
fn blocks(values: &[f32], mut f: impl FnMut(usize, u32)) {
    let (blocks, last) = values.as_chunks::<LANES>();
    for (i, block) in blocks.iter().enumerate() {
        f(i * LANES, nonzero(block));
    }
    if !last.is_empty() {
        let mut padded = [0.0; LANES];
        padded[..last.len()].copy_from_slice(last);
        f(values.len() - last.len(), nonzero(&padded));
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn nonzero(values: &[f32; LANES]) -> u32 {
    values.iter().enumerate().fold(0, |mask, (i, &value)| mask | u32::from(value != 0.0) << i)
}
