//! One step of every preset at full size, as `presets.py` wrote it down.

use std::collections::BTreeMap;

use serde::Deserialize;
use vae_playground::executor::Executor;
use vae_playground::loss::Objective;
use vae_playground::op::Space;
use vae_playground::params::Layout;
use vae_playground::plan::Goal;
use vae_playground::rng::{pcg4d, unit};
use vae_playground::{Result, VaeSpec};

use super::Tolerance;
use super::model::{Model, Setup};

const FILE: &str = include_str!("presets.json");
/// What numbers are drawn for; `presets.py` has the same.
const PARAMETER: u32 = 101;
const PIXEL: u32 = 102;
const SIGN: u32 = 103;
const ENTRY: u32 = 104;

/// How much less exact importance-weighted gradients are: 32-bit sums of 784 pixels' log-likelihoods, of some
/// 550 nats, are off by 10⁻⁴, and weights are their exponentials.
const WEIGHTED: f32 = 50.0;

#[derive(Debug, Deserialize)]
struct File {
    batch: u32,
    seed: u32,
    step: u32,
    presets: Vec<Preset>,
}

/// A preset and what PyTorch computed with it.
#[derive(Debug, Deserialize)]
pub(crate) struct Preset {
    pub(crate) name: String,
    pub(crate) spec: VaeSpec,
    pub(crate) objective: Objective,
    pub(crate) beta: f32,
    recon: f32,
    kl: f32,
    loss: f32,
    digests: BTreeMap<String, Digest>,
}

/// What is kept of many values.
#[derive(Debug, Deserialize)]
struct Digest {
    norm: f32,
    /// On vectors of pseudo-random ±1.
    projections: Vec<f32>,
    /// Values at pseudo-random places.
    entries: Vec<f32>,
}

fn file() -> File {
    serde_json::from_str(FILE).expect("presets.json is what presets.py writes")
}

/// The presets that there are numbers for.
pub(crate) fn all() -> Vec<Preset> {
    file().presets
}

/// Everything in which the executor differs from PyTorch, over all presets; `make` builds an executor for
/// an arena of so many values.
pub(crate) async fn check<E: Executor>(make: impl FnOnce(u32) -> E, tolerance: Tolerance) -> Vec<String> {
    let File { batch, seed, step, presets } = file();
    let setup = |preset: &Preset| Setup {
        name: preset.name.clone(),
        spec: preset.spec.clone(),
        layout: Layout::new(&preset.spec).expect("a preset is valid"),
        objective: preset.objective,
        beta: preset.beta,
        seed,
        batch,
        labels: (0..batch).map(|i| 3 * i % preset.spec.classes.max(1)).collect(),
    };
    let setups: Vec<Setup> = presets.iter().map(setup).collect();
    let params = setups.iter().map(|s| s.layout.len).max().expect("there are presets");
    let mut executor = make(params);
    let mut failures = Vec::new();
    for (preset, setup) in presets.iter().zip(&setups) {
        let mut model = Model { setup, executor: &mut executor, params, tolerance, failures };
        if let Err(e) = one_step(&mut model, preset, step).await {
            model.fail(format!("error: {e}"));
        }
        failures = model.failures;
    }
    failures
}

async fn one_step<E: Executor>(model: &mut Model<'_, E>, preset: &Preset, t: u32) -> Result<()> {
    let Setup { layout, seed, batch, .. } = model.setup;
    let Tolerance { forward, gradient, .. } = model.tolerance;
    let gradient = match preset.objective {
        Objective::Iwae { .. } => gradient * WEIGHTED,
        _ => gradient,
    };
    model.write_params(&params(layout, *seed))?;
    let program = model.compile(&Goal::Gradients(preset.objective))?;
    let ports = program.plan.ports.clone();
    model.write(&program, ports.input, &images(batch * preset.spec.pixels(), *seed))?;
    let step = model.step(&program, 1);
    let metrics = model.run(&program, &[vae_playground::op::Step { step: t, ..step }]).await?[0];
    for (what, got, want) in [
        ("recon", metrics.recon, preset.recon),
        ("kl", metrics.kl, preset.kl),
        ("loss", metrics.objective, preset.loss),
    ] {
        model.compare(what, &[got], &[want], forward);
    }
    // The order in which presets.py numbers its results, which decides their signs and places.
    let [mu, logvar] = model.stats(&program).await?;
    let z = model.read(&program, ports.z).await?;
    let decode = model.compile_rows(&Goal::Decode, z.len() as u32 / preset.spec.latent)?;
    model.write(&decode, decode.plan.ports.z, &z)?;
    model.run(&decode, &[model.step(&decode, 1)]).await?;
    let logits = model.read(&decode, decode.plan.ports.logits).await?;
    let mut results: Vec<(String, Vec<f32>, f32)> =
        [("mu", mu), ("logvar", logvar), ("z", z), ("logits", logits)]
            .map(|(name, values)| (name.to_owned(), values, forward))
            .into();
    let grads = model.executor.read(None, model.arena(Space::Grads)).await?;
    for tensor in &layout.tensors {
        results.push((format!("grad.{}", tensor.name), grads[tensor.range.clone()].to_vec(), gradient));
    }
    assert_eq!(results.len(), preset.digests.len());
    for (index, (name, values, tolerance)) in results.iter().enumerate() {
        compare(
            model,
            name,
            &digest(index as u32, values, *seed),
            &preset.digests[name],
            values.len(),
            *tolerance,
        );
    }
    model.release(&decode);
    model.release(&program);
    Ok(())
}

fn compare<E: Executor>(
    model: &mut Model<'_, E>,
    name: &str,
    got: &Digest,
    want: &Digest,
    values: usize,
    tolerance: f32,
) {
    // A gradient that PyTorch finds to be 0 may be the rounding of its terms here.
    let norm = want.norm + 1e-3;
    model.compare_within(&format!("{name}, norm"), &[got.norm], &[want.norm], tolerance * norm);
    model.compare_within(
        &format!("{name}, projections"),
        &got.projections,
        &want.projections,
        tolerance * norm,
    );
    let typical = norm / (values as f32).sqrt();
    let largest = want.entries.iter().fold(typical, |m, v| m.max(v.abs()));
    model.compare_within(&format!("{name}, entries"), &got.entries, &want.entries, tolerance * largest);
}

/// The initial parameters: U(−1, 1) times 1.5 / √(values that feed an output), or for biases a tenth.
fn params(layout: &Layout, seed: u32) -> Vec<f32> {
    let mut arena = vec![0.0; layout.len as usize];
    for (index, tensor) in layout.tensors.iter().enumerate() {
        let fan = tensor.range.len() as f32 / tensor.shape[0] as f32;
        let scale = if tensor.shape.len() == 1 { 0.1 } else { 1.5 / fan.sqrt() };
        for (i, value) in arena[tensor.range.clone()].iter_mut().enumerate() {
            *value = (unit(pcg4d([seed, PARAMETER, index as u32, i as u32])[0]) * 2.0 - 1.0) * scale;
        }
    }
    arena
}

/// Grey pixels, a quarter of them black and a quarter white.
fn images(values: u32, seed: u32) -> Vec<f32> {
    let pixel = |i| (unit(pcg4d([seed, PIXEL, 0, i])[0]) * 2.0 - 0.5).clamp(0.0, 1.0);
    (0..values).map(pixel).collect()
}

fn digest(index: u32, values: &[f32], seed: u32) -> Digest {
    let mut projections = [0.0_f64; 4];
    for (i, &value) in values.iter().enumerate() {
        for (sum, word) in projections.iter_mut().zip(pcg4d([seed, SIGN, index, i as u32])) {
            *sum += if word >> 31 == 1 { -f64::from(value) } else { f64::from(value) };
        }
    }
    let entry = |i| values[pcg4d([seed, ENTRY, index, i])[0] as usize % values.len()];
    Digest {
        norm: values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt() as f32,
        projections: projections.iter().map(|&v| v as f32).collect(),
        entries: (0..16).map(entry).collect(),
    }
}
