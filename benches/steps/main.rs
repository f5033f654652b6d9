//! Milliseconds per training step on each backend, and what a step costs the host.
//!
//! `cargo bench --bench steps -- [--json FILE] [--backend cpu|webgpu] [--only PRESET] [--tile low|parts|direct|square]`. Medians of several rounds on synthetic images; a GPU is
//! measured where there is an adapter, and a software adapter is named as such. Where the adapter has a clock, a step of
//! each model is told apart by kernel. What the CPU reaches is also told as a part of what it could: of the peak of
//! multiply-add in registers, measured before and after each model and taken as the better of both.

mod peak;

use std::sync::Arc;
use std::time::Instant;

use pollster::block_on;
use serde_json::{Value, json};
use vae_playground::backend::{Backend, Choice};
use vae_playground::binarize::Binarize;
use vae_playground::executor::{Executor, Phase, ProgramId};
use vae_playground::gpu::GpuExecutor;
use vae_playground::gpu::shaders::Tile;
use vae_playground::loss::Objective;
use vae_playground::op::{Split, Step};
use vae_playground::optim::Rule;
use vae_playground::params::{Initialisation, Layout};
use vae_playground::plan::{Goal, Input, Plan};
use vae_playground::{Error, Result, presets, rng};

const IMAGES: u32 = 4096;
const ROUNDS: usize = 7;

fn main() {
    let asked = Asked::new(std::env::args().skip(1).filter(|a| a != "--bench")).unwrap_or_else(|problem| {
        eprintln!("steps: {problem}; expected [--json FILE] [--backend cpu|webgpu] [--only PRESET] [--tile low|parts|direct|square]");
        std::process::exit(2);
    });
    println!(
        "backend  adapter / instructions                    preset     batch   ms/step  GFLOP/s  of peak  disp.  bytes up  waits"
    );
    let mut rows = Vec::new();
    for choice in [Choice::Cpu, Choice::WebGpu] {
        if asked.backend.is_some_and(|backend| backend != choice) {
            continue;
        }
        for (preset, batch) in [
            ("dense-20", 32),
            ("dense-20", 128),
            ("dense-20", 512),
            ("dense-2", 128),
            ("conv-2", 128),
            ("conv-16", 128),
        ] {
            if asked.only.as_ref().is_some_and(|only| only != preset) {
                continue;
            }
            match measure(choice, preset, batch, asked.tile) {
                Ok(row) => rows.push(row),
                Err(e) => println!("{choice:?}: {e}"),
            }
        }
    }
    for row in rows.iter().filter(|row| !row["peak_gflops"].is_null()) {
        println!(
            "peak beside {} at {}: {:.0} GFLOP/s in one thread, {:.0} in all",
            row["preset"].as_str().unwrap_or_default(),
            row["batch"],
            row["peak_gflops_one_thread"].as_f64().unwrap_or_default(),
            row["peak_gflops"].as_f64().unwrap_or_default()
        );
    }
    if let Some(path) = &asked.json {
        let text = serde_json::to_string_pretty(&rows).expect("figures are plain numbers and strings");
        if let Err(e) = std::fs::write(path, text) {
            eprintln!("steps: {path}: {e}");
            std::process::exit(1);
        }
    }
}

/// What the command line asks for.
#[derive(Default)]
struct Asked {
    json: Option<String>,
    backend: Option<Choice>,
    only: Option<String>,
    tile: Option<Tile>,
}

impl Asked {
    fn new(arguments: impl Iterator<Item = String>) -> std::result::Result<Self, String> {
        let arguments: Vec<String> = arguments.collect();
        let mut asked = Self::default();
        for pair in arguments.chunks(2) {
            let [flag, value] = pair else { return Err(format!("{} without a value", pair[0])) };
            match flag.as_str() {
                "--json" => asked.json = Some(value.clone()),
                "--backend" => asked.backend = Some(Choice::named(value).map_err(|e| e.to_string())?),
                "--only" => asked.only = Some(value.clone()),
                "--tile" => {
                    let known = [
                        ("low", Tile::Low),
                        ("parts", Tile::Parts),
                        ("direct", Tile::Direct),
                        ("square", Tile::Square),
                    ];
                    let found = known.into_iter().find(|(name, _)| name == value);
                    asked.tile = Some(found.ok_or_else(|| format!("no tile is called {value}"))?.1);
                }
                _ => return Err(format!("unexpected {flag}")),
            }
        }
        Ok(asked)
    }
}

fn measure(choice: Choice, preset: &str, batch: u32, tile: Option<Tile>) -> Result<Value> {
    let spec = presets::spec(preset)?;
    let layout = Layout::new(&spec)?;
    let mut executor = block_on(Backend::open(choice, layout.len))?;
    let images: Vec<u8> = (0..IMAGES * spec.pixels())
        .map(|i| {
            let [word, ..] = rng::pcg4d([i, 0, 0, 0]);
            // A fifth of the pixels are ink, as in MNIST.
            if word.is_multiple_of(5) { (word >> 24) as u8 } else { 0 }
        })
        .collect();
    executor.set_dataset(Split::Train, Arc::from(images), spec.pixels())?;
    let software = executor.info().software;
    let (cpu, threads) = (matches!(executor, Backend::Cpu(_)), executor.info().workers as usize);
    let before_peak = cpu.then(|| peak::measure(threads));
    // A software adapter is slow: fewer steps there say as much.
    let chunk = if software { 4 } else { 32 };
    let plan = Plan::new(
        &spec,
        &Goal::Train(Rule::ADAM.into(), Objective::ELBO),
        Input::Dataset(Split::Train, Binarize::None),
        batch,
        chunk,
    )?;
    if let (Backend::Gpu(gpu), Some(tile)) = (&mut executor, tile) {
        gpu.set_tile(tile);
    } else if let Backend::Gpu(gpu) = &mut executor
        && !software
    {
        match block_on(gpu.tune(&plan, &step(1, 0, batch))) {
            // Without a clock, tiles are chosen by rule.
            Err(Error::Unsupported(_)) => {}
            tuned => tuned?,
        }
    }
    let program = executor.compile(&plan)?;
    let params = layout.initialise(Initialisation::PyTorch, 1);
    let whole =
        vae_playground::op::View { space: vae_playground::op::Space::Params, offset: 0, len: layout.len };
    executor.write(None, whole, &params)?;

    let mut t = 0;
    let mut times = Vec::new();
    let mut before = executor.counters();
    for round in 0..=ROUNDS {
        let steps: Vec<Step> = (0..chunk)
            .map(|slot| {
                t += 1;
                step(t, slot, batch)
            })
            .collect();
        let started = Instant::now();
        let ticket = executor.run(program, Phase::All, &steps)?;
        block_on(executor.collect(ticket))?;
        if round == 0 {
            // The first round warms up caches and compiles shaders.
            before = executor.counters();
        } else {
            times.push(started.elapsed().as_secs_f64() * 1e3 / f64::from(chunk));
        }
    }
    let after = executor.counters();
    times.sort_by(f64::total_cmp);
    let ms = times[times.len() / 2];
    let steps = (after.steps - before.steps) as f64;
    let runs = ROUNDS as f64;
    let gflops = plan.flops(batch) as f64 / ms / 1e6;
    let dispatches = (after.dispatches - before.dispatches) as f64 / steps;
    // One upload of a whole run's schedule and one wait for its losses are not per step.
    let uploads = ((after.uploads - before.uploads) as f64 - runs).max(0.0) / steps;
    let waits = ((after.waits - before.waits) as f64 - runs).max(0.0) / steps;
    let bytes = (after.uploaded_bytes - before.uploaded_bytes) as f64 / steps;
    let profile = match &executor {
        Backend::Gpu(gpu) => profile(gpu, program, batch)?,
        Backend::Cpu(_) => Vec::new(),
    };
    let info = executor.info();
    let name = info.adapter.clone().unwrap_or_else(|| format!("{} ×{}", info.simd, info.workers));
    let after = cpu.then(|| peak::measure(threads));
    let peak = before_peak.zip(after).map(|((a, b), (c, d))| (a.max(c), b.max(d)));
    let of_peak = peak.map(|(_, together)| gflops / together);
    println!(
        "{:8} {:42.42} {preset:10} {batch:5} {ms:9.3} {gflops:8.1} {:>8} {dispatches:6.1} {bytes:9.1} {waits:6.2}",
        format!("{:?}", info.kind).to_lowercase(),
        name,
        of_peak.map_or("–".into(), |part| format!("{:.0} %", 100.0 * part))
    );
    for (kernel, [x, y, z], microseconds) in &profile {
        println!("{:52}{kernel:24} {:>14} {microseconds:9.1} µs", "", format!("{x}×{y}×{z}"));
    }
    Ok(json!({
        "backend": info.kind, "name": name, "software": software, "preset": preset, "batch": batch,
        "ms_per_step": ms, "ms_min": times[0], "ms_max": times[times.len() - 1], "gflops": gflops,
        "dispatches_per_step": dispatches, "uploads_per_step": uploads, "uploaded_bytes_per_step": bytes,
        "waits_per_step": waits, "steps_per_submission": chunk, "of_peak": of_peak,
        "peak_gflops_one_thread": peak.map(|(one, _)| one), "peak_gflops": peak.map(|(_, together)| together),
        "kernels": profile.iter().map(|(kernel, workgroups, microseconds)| {
            json!({ "kernel": kernel, "workgroups": workgroups, "microseconds": microseconds })
        }).collect::<Vec<_>>(),
    }))
}

/// Kernel, workgroups and the median time of each dispatch of a step; nothing where the adapter has no clock.
fn profile(gpu: &GpuExecutor, program: ProgramId, batch: u32) -> Result<Vec<(&'static str, [u32; 3], f64)>> {
    let mut rounds = Vec::new();
    for t in 1..=ROUNDS {
        match block_on(gpu.profile(program, &step(t as u32, 0, batch))) {
            Err(Error::Unsupported(_)) => return Ok(Vec::new()),
            timings => rounds.push(timings?),
        }
    }
    let median = |i: usize| {
        let mut times: Vec<f64> = rounds.iter().map(|timings| timings[i].nanoseconds / 1e3).collect();
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    };
    Ok(rounds[0].iter().enumerate().map(|(i, t)| (t.kernel, t.workgroups, median(i))).collect())
}

fn step(t: u32, slot: u32, rows: u32) -> Step {
    let (bias1, bias2) = vae_playground::optim::Optimizer::from(Rule::ADAM).bias_corrections(u64::from(t));
    Step {
        rows,
        row_offset: 0,
        first: (t * rows) % (IMAGES - rows + 1),
        slot,
        seed: 1,
        step: t,
        noise: 1.0,
        beta: 1.0,
        inv_batch: 1.0 / rows as f32,
        learning_rate: 1e-3,
        bias1,
        bias2,
        pad: [0; 4],
    }
}
