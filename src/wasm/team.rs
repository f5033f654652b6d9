//! What several workers do to share a training run: parts of chunks, and gradients that go to and fro.

use js_sys::{Array, Float32Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::{count, floats, object, to_js};
use super::engine::Engine;
use crate::error::{Error, Result};
use crate::op::Step;
use crate::train::{self, Chunk, Phase, Share};

/// Values that tell a share.
const SHARE: usize = 4;

#[wasm_bindgen]
impl Engine {
    /// `{ divisible, flops, gradients }` of the run under way: whether slices of a batch can be computed apart,
    /// floating-point operations of a step, values exchanged at every step.
    ///
    /// # Errors
    /// `invalid-argument` without a run.
    pub fn division(&self) -> JsResult {
        let division = self.vae.division()?;
        Ok(object([
            ("divisible", division.divisible.into()),
            ("flops", (division.flops as f64).into()),
            ("gradients", division.gradients.into()),
        ]))
    }

    /// `{ training, epoch, steps }`: a chunk of up to `max_steps` steps for all workers to take part in.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = teamBegin)]
    pub fn team_begin(&mut self, max_steps: f64) -> JsResult {
        let Chunk { phase, epoch, steps } = self.vae.team_begin(count("maxSteps", max_steps)?)?;
        let bytes = Uint8Array::from(bytemuck::cast_slice::<Step, u8>(&steps));
        Ok(object([
            ("training", (phase == Phase::Training).into()),
            ("epoch", epoch.into()),
            ("steps", bytes.into()),
        ]))
    }

    /// This worker's part in a chunk that `teamBegin` gave: slice `index` of `workers`. Returns the number of slices
    /// of each step, which is smaller where there are fewer images than workers.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = takePart)]
    pub fn take_part(
        &mut self,
        training: bool,
        epoch: f64,
        steps: &[u8],
        index: f64,
        workers: f64,
    ) -> JsResult<Vec<u32>> {
        let (index, workers) = (count("index", index)?, count("workers", workers)?);
        let steps: Vec<Step> =
            steps.chunks_exact(size_of::<Step>()).map(bytemuck::pod_read_unaligned).collect();
        let phase = if training { Phase::Training } else { Phase::Evaluating };
        let slices = steps.iter().map(|step| step.rows.min(workers)).collect();
        self.vae.take_part(Chunk { phase, epoch: count("epoch", epoch)?, steps }, index, workers)?;
        Ok(slices)
    }

    /// Gradients of this worker's slice of step `i`, or its held-out losses: what the slice adds to the step's losses,
    /// empty where the slice has no image.
    ///
    /// # Errors
    /// `invalid-argument` outside of a chunk.
    #[wasm_bindgen(js_name = partGradients)]
    pub fn part_gradients(&mut self, i: f64) -> JsResult<Float32Array> {
        let share = self.vae.part_gradients(count("i", i)? as usize)?;
        let values = share.map(|share| [share.recon, share.kl, share.objective, share.rows]);
        Ok(Float32Array::from(values.as_slice().as_flattened()))
    }

    /// The losses of step `i`, from the shares of all slices in their order, one behind the other.
    ///
    /// # Errors
    /// `invalid-argument` outside of a chunk.
    #[wasm_bindgen(js_name = partLosses)]
    pub fn part_losses(&mut self, i: f64, shares: &[f32]) -> JsResult<()> {
        let (shares, _) = shares.as_chunks::<SHARE>();
        let shares: Vec<Share> =
            shares.iter().map(|&[recon, kl, objective, rows]| Share { recon, kl, objective, rows }).collect();
        Ok(self.vae.part_losses(count("i", i)? as usize, &shares)?)
    }

    /// The update of step `i`, from the gradients that are in place.
    ///
    /// # Errors
    /// `invalid-argument` outside of a chunk.
    #[wasm_bindgen(js_name = partUpdate)]
    pub fn part_update(&mut self, i: f64) -> JsResult<()> {
        Ok(self.vae.part_update(count("i", i)? as usize)?)
    }

    /// What the chunk brought, in the shape of `trainChunk`.
    ///
    /// # Errors
    /// As `trainChunk`.
    #[wasm_bindgen(js_name = teamEnd)]
    pub async fn team_end(&mut self) -> JsResult {
        to_js(&self.vae.team_end().await?)
    }

    /// Copies gradients from number `from` on into `values`.
    ///
    /// # Errors
    /// `invalid-argument` where there are not so many.
    #[wasm_bindgen(js_name = readGradients)]
    pub fn read_gradients(&mut self, from: f64, values: &Float32Array) -> JsResult<()> {
        values.copy_from(part(self.vae.gradients()?, from, values.length())?);
        Ok(())
    }

    /// Sums gradients from number `from` on: `parts` holds each slice's in their order, null for this worker's own.
    ///
    /// # Errors
    /// `invalid-argument` where there are not so many, or parts of several lengths.
    #[wasm_bindgen(js_name = sumGradients)]
    pub fn sum_gradients(&mut self, from: f64, length: f64, parts: Array) -> JsResult<()> {
        let length = count("length", length)?;
        let own = part(self.vae.gradients()?, from, length)?;
        let parts: Vec<Option<Float32Array>> = parts.iter().map(|p| p.dyn_into().ok()).collect();
        if let Some(other) = parts.iter().flatten().find(|other| other.length() != length) {
            let problem = format!("{} values, expected {length}", other.length());
            return Err(Error::argument("parts", problem).into());
        }
        let index = parts.iter().position(Option::is_none).unwrap_or(parts.len());
        train::sum(own, index, parts.len(), |slice, range, to| {
            if let Some(values) = &parts[slice] {
                values.subarray(range.start as u32, range.end as u32).copy_to(to);
            }
        });
        Ok(())
    }

    /// Replaces gradients from number `from` on.
    ///
    /// # Errors
    /// `invalid-argument` where there are not so many.
    #[wasm_bindgen(js_name = writeGradients)]
    pub fn write_gradients(&mut self, from: f64, values: &Float32Array) -> JsResult<()> {
        values.copy_to(part(self.vae.gradients()?, from, values.length())?);
        Ok(())
    }

    /// Parameters and both moments, for a worker that joins.
    ///
    /// # Errors
    /// `invalid-argument` without a run.
    #[wasm_bindgen(js_name = teamState)]
    pub fn team_state(&mut self) -> JsResult<Array> {
        Ok(self.vae.team_state()?.iter().map(|values| floats(values)).collect())
    }

    /// Takes what `teamState` gave into the run under way.
    ///
    /// # Errors
    /// `invalid-argument` without a run, and for another model's.
    #[wasm_bindgen(js_name = joinTeam)]
    pub fn join_team(&mut self, params: &[f32], first: &[f32], second: &[f32]) -> JsResult<()> {
        Ok(self.vae.join_team([params, first, second])?)
    }
}

fn part(gradients: &mut [f32], from: f64, length: u32) -> Result<&mut [f32]> {
    let have = gradients.len();
    let from = count("from", from)? as usize;
    let wrong = || Error::argument("from", format!("{length} gradients from {from} on, of {have}"));
    from.checked_add(length as usize).and_then(|end| gradients.get_mut(from..end)).ok_or_else(wrong)
}
