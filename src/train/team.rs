//! A run on several workers that share no memory: each computes the gradients of its slice of every batch.
//!
//! All hold the same parameters and moments and make the same updates. One, the lead, has the run: it hands out chunks
//! of steps and takes their losses. For every step of a chunk each worker calls [`Trainer::part_gradients`]; gradients
//! are exchanged and summed in the order of the workers ([`sum`]), so that all come to the same bits; and each calls
//! [`Trainer::part_update`]. Whoever exchanges them is no part of this. All
//! of it is the CPU's: a GPU's gradients stay on it.

use std::ops::Range;

use super::report::{Phase, Progress};
use super::{MAX_CHUNK, Trainer};
use crate::cpu::CpuExecutor;
use crate::error::{Error, Result};
use crate::executor::{self, Executor, StepMetrics};
use crate::loss::Objective;
use crate::op::Step;

/// Values that [`sum`] adds at a time, so that they stay in a cache.
const BLOCK: usize = 8192;

/// Why a run cannot begin.
const NOT_FINITE: &str = "a value of its parameters or moments is not finite; reset or load the model first";

/// Steps that all workers make together: of training, or of evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// What they are; none of [`Phase::Done`].
    pub phase: Phase,
    /// The epoch, from 0, in whose order training images are visited.
    pub epoch: u32,
    /// Whole batches.
    pub steps: Vec<Step>,
}

/// What a slice adds to the losses of its batch, in nats per image of the whole batch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Share {
    /// −log p(x|z).
    pub recon: f32,
    /// KL divergence to the prior, without β.
    pub kl: f32,
    /// What is minimised.
    pub objective: f32,
    /// Images in the slice.
    pub rows: f32,
}

/// What decides whether sharing a run pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// Whether the gradients of slices add up to those of the batch.
    pub divisible: bool,
    /// Floating-point operations of a step.
    pub flops: u64,
    /// Values that are exchanged at every step.
    pub gradients: u32,
}

/// One worker's part in a chunk.
#[derive(Debug)]
pub(super) struct Part {
    chunk: Chunk,
    slices: Vec<Option<Step>>,
    /// (step, epoch) of each; the lead's alone.
    told: Vec<(u64, u32)>,
    losses: Vec<StepMetrics>,
}

/// The slice of `step` that worker `index` of `count` computes: as many images as any other worker, or one fewer.
/// `None` where there are not enough.
#[must_use]
pub fn slice(step: &Step, index: u32, count: u32) -> Option<Step> {
    let count = count.min(step.rows);
    if index >= count {
        return None;
    }
    let bound = |i: u32| (u64::from(step.rows) * u64::from(i) / u64::from(count)) as u32;
    let (from, to) = (bound(index), bound(index + 1));
    Some(Step { rows: to - from, row_offset: step.row_offset + from, first: step.first + from, ..*step })
}

/// Sums the gradients of `count` slices in their order into `own`, which holds those of slice `index`, or nothing where
/// `index` is none of them. `read` gives part of another slice's.
///
/// Floating-point sums depend on their order; that of the slices is the same for every worker.
pub fn sum(own: &mut [f32], index: usize, count: usize, read: impl Fn(usize, Range<usize>, &mut [f32])) {
    let (mut total, mut next) = (vec![0.0; BLOCK.min(own.len())], vec![0.0; BLOCK.min(own.len())]);
    for (i, own) in own.chunks_mut(BLOCK).enumerate() {
        let range = i * BLOCK..i * BLOCK + own.len();
        let next = &mut next[..own.len()];
        // Of two, either may come first: the sum is the same.
        if index == 0 || (index, count) == (1, 2) {
            for slice in (0..count).filter(|&slice| slice != index) {
                read(slice, range.clone(), next);
                add(own, next);
            }
            continue;
        }
        let total = &mut total[..own.len()];
        read(0, range.clone(), total);
        for slice in 1..count {
            if slice == index {
                add(total, own);
            } else {
                read(slice, range.clone(), next);
                add(total, next);
            }
        }
        own.copy_from_slice(total);
    }
}

fn add(total: &mut [f32], part: &[f32]) {
    total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
}

impl Trainer {
    /// What sharing this run is about.
    #[must_use]
    pub const fn division(&self) -> Division {
        // A floor under a batch's mean divergence cannot be told from a slice.
        let floor = matches!(self.config.objective, Objective::Elbo { free_bits } if free_bits > 0.0);
        Division { divisible: !floor, flops: self.flops, gradients: self.params }
    }

    /// The lead's: the next chunk, for all workers to take part in. As [`Self::advance`] it holds up to `max_steps`
    /// optimiser steps, or evaluation batches after an epoch's last step.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for parameters that are not finite; whatever the executor answers.
    pub fn team_begin(&mut self, executor: &mut CpuExecutor, max_steps: u32) -> Result<Chunk> {
        let max_steps = max_steps.clamp(1, MAX_CHUNK);
        if !self.checked && !executor.finite() {
            return Err(Error::argument("model", NOT_FINITE));
        }
        self.checked = true;
        let (phase, epoch) = (self.phase, self.position.epoch);
        let (steps, told) = match phase {
            Phase::Training => {
                self.guard.before_step(executor, self.position);
                self.training_steps(max_steps)
            }
            Phase::Evaluating if self.test.is_some() => (self.evaluation_steps(max_steps), Vec::new()),
            Phase::Evaluating | Phase::Done => (Vec::new(), Vec::new()),
        };
        let losses = vec![StepMetrics::default(); steps.len()];
        let chunk = Chunk { phase, epoch, steps };
        self.part = Some(Part { chunk: chunk.clone(), slices: Vec::new(), told, losses });
        Ok(chunk)
    }

    /// Makes `chunk` ready, of which this worker computes slice `index` of `count`. The lead may change its slice in
    /// the middle of a chunk, where others went away.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if there are no such images.
    pub fn take_part(
        &mut self,
        executor: &mut CpuExecutor,
        chunk: Chunk,
        index: u32,
        count: u32,
    ) -> Result<()> {
        if chunk.phase == Phase::Training {
            self.order(executor, chunk.epoch)?;
        }
        let slices = chunk.steps.iter().map(|step| slice(step, index, count)).collect();
        let mine = self.part.take().filter(|part| part.chunk == chunk);
        let (told, losses) = mine.map_or_else(
            || (Vec::new(), vec![StepMetrics::default(); chunk.steps.len()]),
            |part| (part.told, part.losses),
        );
        self.part = Some(Part { chunk, slices, told, losses });
        Ok(())
    }

    /// Gradients of this worker's slice of step `i` of the chunk, or its held-out losses; what the slice adds to the
    /// losses. `None` where it has no image: its gradients are then nobody's.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] outside of a chunk; whatever the executor answers.
    pub fn part_gradients(&mut self, executor: &mut CpuExecutor, i: usize) -> Result<Option<Share>> {
        let part = self.part.as_ref().ok_or_else(no_chunk)?;
        let Some(step) = *part.slices.get(i).ok_or_else(no_chunk)? else { return Ok(None) };
        let ticket = match (part.chunk.phase, self.test) {
            (Phase::Evaluating, Some(test)) => executor.run(test, executor::Phase::All, &[step])?,
            _ => {
                executor.run(self.train, executor::Phase::Gradients, &[step])?;
                executor.run(self.train, executor::Phase::Losses, &[step])?
            }
        };
        let StepMetrics { recon, kl, objective, rows, .. } = executor.losses(&ticket)?[0];
        Ok(Some(Share { recon, kl, objective, rows }))
    }

    /// The lead's: the losses of step `i`, from what each slice adds to them, in the order of the slices.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] outside of a chunk.
    pub fn part_losses(&mut self, i: usize, shares: &[Share]) -> Result<()> {
        let part = self.part.as_mut().ok_or_else(no_chunk)?;
        let losses = part.losses.get_mut(i).ok_or_else(no_chunk)?;
        let total =
            |of: fn(&Share) -> f32| shares.iter().map(|share| f64::from(of(share))).sum::<f64>() as f32;
        losses.recon = total(|share| share.recon);
        losses.kl = total(|share| share.kl);
        losses.objective = total(|share| share.objective);
        losses.rows = total(|share| share.rows);
        Ok(())
    }

    /// The optimiser's update of step `i`, from gradients that are those of the whole batch by now.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] outside of a chunk; whatever the executor answers.
    pub fn part_update(&mut self, executor: &mut CpuExecutor, i: usize) -> Result<()> {
        let part = self.part.as_mut().ok_or_else(no_chunk)?;
        let (whole, slice) = part.chunk.steps.get(i).zip(part.slices.get(i)).ok_or_else(no_chunk)?;
        // A worker without a slice updates too; the losses that come with it are nobody's.
        let step = slice.unwrap_or(Step { rows: 1, ..*whole });
        let ticket = executor.run(self.train, executor::Phase::Update, &[step])?;
        // Of the whole batch, unlike the others: it was computed from the sum.
        part.losses[i].grad_norm_squared = executor.losses(&ticket)?[0].grad_norm_squared;
        Ok(())
    }

    /// The lead's: what the chunk brought, as [`Self::advance`] tells it.
    ///
    /// # Errors
    /// As [`Self::advance`].
    pub async fn team_end(&mut self, executor: &mut impl Executor) -> Result<Progress> {
        let Part { chunk, told, losses, .. } = self.part.take().ok_or_else(no_chunk)?;
        let mut steps = Vec::new();
        let mut test = None;
        match chunk.phase {
            Phase::Training => self.take_steps(executor, &losses, &told, &mut steps).await?,
            Phase::Evaluating => {
                self.take_evaluation(executor, &losses).await?;
                test = self.after_evaluation(executor).await?;
            }
            Phase::Done => {}
        }
        Ok(Progress { steps, test, phase: self.phase, steps_in_epoch: self.steps_in_epoch() })
    }
}

fn no_chunk() -> Error {
    Error::argument("chunk", "no such step of a shared chunk is under way")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(rows: u32) -> Step {
        Step { rows, row_offset: 100, first: 7, ..bytemuck::Zeroable::zeroed() }
    }

    #[test]
    fn slices_cover_a_batch_once_and_differ_by_one_image_at_most() {
        for rows in [1, 2, 3, 5, 96, 128, 8192] {
            for count in 1..=9 {
                let slices: Vec<_> = (0..count).filter_map(|i| slice(&step(rows), i, count)).collect();
                assert_eq!(slices.len() as u32, count.min(rows));
                let mut at = 0;
                for s in &slices {
                    assert_eq!((s.first, s.row_offset), (7 + at, 100 + at));
                    assert!(s.rows.abs_diff(rows / count.min(rows)) <= 1);
                    at += s.rows;
                }
                assert_eq!(at, rows);
            }
        }
        assert_eq!(slice(&step(2), 2, 3), None);
    }

    #[test]
    fn sums_have_the_same_bits_whoever_makes_them() {
        // Of these, the order of the sum decides the last bits.
        let parts: Vec<Vec<f32>> = (0..4_u32)
            .map(|w| {
                (0..20_000_u32).map(|i| ((i * 37 + w * 101) as f32).sin() / 3.0_f32.powi(w as i32)).collect()
            })
            .collect();
        let by = |index: usize, count: usize| {
            let mut own = parts.get(index).cloned().unwrap_or_else(|| vec![f32::NAN; 20_000]);
            sum(&mut own, index, count, |worker, range, to| to.copy_from_slice(&parts[worker][range]));
            own.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
        };
        for count in 1..=4 {
            let first = by(0, count);
            let in_order = |i: usize| parts[1..count].iter().fold(parts[0][i], |sum, part| sum + part[i]);
            assert!(first.iter().enumerate().all(|(i, &bits)| bits == in_order(i).to_bits()));
            for index in 1..=count {
                assert_eq!(first, by(index, count), "{index} of {count}");
            }
        }
    }
}
