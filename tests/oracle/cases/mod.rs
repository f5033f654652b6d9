//! Holds an executor's ops to the oracle, one op at a time.

mod activate;
pub(crate) mod build;
mod conv;
mod fused;
mod input;
mod latent;
mod objective;
mod products;
mod update;
mod weighted;

use vae_playground::executor::{Executor, Phase, ProgramId};
use vae_playground::op::{Space, Split, Step, View};
use vae_playground::plan::Plan;

use super::memory::{Images, Memory};

/// How many cases to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// A few small ones of every kind: seconds in an unoptimised or interpreted setting.
    Reduced,
    /// Every edge of the tile sizes in M, N and K in a covering design, and full-size products.
    Full,
    /// Every combination of M, N and K.
    Exhaustive,
}

/// The ops that have cases, by [`vae_playground::op::Op::name`].
pub(crate) const OPS: [&str; 26] = [
    "gather",
    "linear",
    "activate",
    "reparam",
    "linear_loss",
    "linear_grad_input",
    "reparam_grad",
    "linear_grad_weight",
    "grad_norm",
    "sgd",
    "rmsprop",
    "adam",
    "metrics",
    "gather_labels",
    "condition",
    "condition_grad",
    "loss",
    "free_bits",
    "importance_weights",
    "scale_rows",
    "iwae_grad",
    "conv",
    "conv_transpose",
    "conv_grad_weight",
    "sum_slices",
    "conv_grad_bias",
];

/// Chains of ops that the GPU computes together, by the name of their kernel.
pub(crate) const CHAINS: [&str; 6] = [
    "fused/gather_linear",
    "fused/latent",
    "fused/latent_grad",
    "fused/update_sgd",
    "fused/update_rmsprop",
    "fused/update_adam",
];

/// What an executor did wrong, in words.
pub(crate) type Failure = String;

/// How an output is compared with the oracle's.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tolerance {
    /// |got − want| ≤ atol + rtol·|want| for every value.
    Each { atol: f64, rtol: f64 },
    /// |got − want| ≤ atol + rtol·max|want| for every value: sums round in proportion to their terms.
    Scaled { atol: f64, rtol: f64 },
    /// Only the total matters: |Σgot − Σwant| ≤ rtol·|Σwant|.
    Total { rtol: f64 },
}

/// Values that the op must write.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) name: &'static str,
    pub(crate) view: View,
    /// Values from the view's start that are compared; what follows belongs to rows past the step's.
    pub(crate) len: usize,
    pub(crate) tolerance: Tolerance,
    /// Whether it is filled with NaN first; not so where the op updates what is there.
    pub(crate) poison: bool,
}

/// A split's images for a case.
#[derive(Debug, Clone)]
pub(crate) struct Dataset {
    pub(crate) split: Split,
    pub(crate) pixels: u32,
    pub(crate) images: Images,
}

/// A plan of one op or a chain, what it reads, and what it must write.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) label: String,
    pub(crate) plan: Plan,
    pub(crate) step: Step,
    pub(crate) dataset: Option<Dataset>,
    pub(crate) inputs: Vec<(View, Vec<f32>)>,
    pub(crate) outputs: Vec<Output>,
}

/// All cases of one op, or of a chain.
pub(crate) fn cases(op: &str, extent: Extent) -> Vec<Case> {
    let mut cases = match op {
        "gather" => input::gather(extent),
        "gather_labels" => input::gather_labels(extent),
        "condition" => input::condition(extent),
        "condition_grad" => input::condition_grad(extent),
        "activate" => activate::activate(extent),
        "linear" => products::linear(extent),
        "linear_loss" => products::linear_loss(extent),
        "linear_grad_input" => products::linear_grad_input(extent),
        "linear_grad_weight" => products::linear_grad_weight(extent),
        "reparam" => latent::reparam(extent),
        "reparam_grad" => latent::reparam_grad(extent),
        "grad_norm" => update::grad_norm(extent),
        "sgd" | "rmsprop" | "adam" => update::optimizer(op, extent),
        "conv" => conv::conv(extent),
        "conv_transpose" => conv::conv_transpose(extent),
        "conv_grad_weight" => conv::conv_grad_weight(extent),
        "sum_slices" => conv::sum_slices(extent),
        "conv_grad_bias" => conv::conv_grad_bias(extent),
        "loss" => objective::loss(extent),
        "free_bits" => objective::free_bits(extent),
        "metrics" => objective::metrics(extent),
        "importance_weights" => weighted::importance_weights(extent),
        "scale_rows" => weighted::scale_rows(extent),
        "iwae_grad" => weighted::iwae_grad(extent),
        "fused/gather_linear" => fused::gather_linear(extent),
        "fused/latent" => fused::latent(extent),
        "fused/latent_grad" => fused::latent_grad(extent),
        "fused/update_sgd" => fused::update("sgd", extent),
        "fused/update_rmsprop" => fused::update("rmsprop", extent),
        "fused/update_adam" => fused::update("adam", extent),
        _ => panic!("no cases for {op}"),
    };
    // One executor serves all cases of an op, so they share the length of the parameter arena.
    let params = cases.iter().map(|c| c.plan.params).max().expect("an op without cases");
    for case in &mut cases {
        assert!(case.plan.ops.len() > 1 || case.plan.ops[0].name() == op);
        case.plan.params = params;
    }
    cases
}

/// Checks every op; `make` builds an executor for an arena of so many parameters.
pub(crate) async fn check_all<E: Executor>(mut make: impl FnMut(u32) -> E, extent: Extent) -> Vec<Failure> {
    let mut failures = Vec::new();
    for op in OPS {
        failures.extend(check_op(op, &mut make, extent).await);
    }
    failures
}

/// Checks all cases of one op and returns everything that was wrong.
pub(crate) async fn check_op<E: Executor>(
    op: &str,
    mut make: impl FnMut(u32) -> E,
    extent: Extent,
) -> Vec<Failure> {
    let cases = cases(op, extent);
    let mut executor = make(cases[0].plan.params);
    let mut failures = Vec::new();
    for case in &cases {
        let problems = match check_case(&mut executor, case).await {
            Ok(problems) => problems,
            Err(e) => vec![format!("error: {e}")],
        };
        failures.extend(problems.iter().map(|p| format!("{op}, {}: {p}", case.label)));
    }
    failures
}

async fn check_case<E: Executor>(executor: &mut E, case: &Case) -> vae_playground::Result<Vec<String>> {
    let mut memory = Memory::new(&case.plan);
    if let Some(Dataset { split, pixels, images }) = &case.dataset {
        memory.set_images(*split, images.clone());
        executor.set_dataset(*split, images.pixels.clone(), *pixels)?;
        if !images.labels.is_empty() {
            executor.set_labels(*split, images.labels.clone())?;
        }
        executor.set_order(*split, &images.order)?;
    }
    let program = executor.compile(&case.plan)?;
    for (view, values) in &case.inputs {
        memory.write_f32(*view, values);
        executor.write(owner(program, *view), *view, values)?;
    }
    for output in case.outputs.iter().filter(|o| o.poison) {
        let poison = vec![f32::NAN; output.view.len as usize];
        executor.write(owner(program, output.view), output.view, &poison)?;
    }
    executor.run(program, Phase::All, &[case.step])?;
    super::run(&case.plan, &mut memory, &case.step);
    let mut problems = Vec::new();
    for output in &case.outputs {
        let got = executor.read(owner(program, output.view), output.view).await?;
        if got.len() != output.view.len as usize {
            problems.push(format!(
                "{}: {} values read, expected {}",
                output.name,
                got.len(),
                output.view.len
            ));
            continue;
        }
        let want = memory.read(output.view);
        let compared = compare(&got[..output.len], &want[..output.len], output.tolerance);
        problems.extend(compared.map(|p| format!("{}: {p}", output.name)));
    }
    executor.release(program);
    Ok(problems)
}

fn owner(program: ProgramId, view: View) -> Option<ProgramId> {
    matches!(view.space, Space::Local(_)).then_some(program)
}

/// What differs, if anything: how many values, and the worst of them.
pub(crate) fn compare(got: &[f32], want: &[f64], tolerance: Tolerance) -> Option<String> {
    if let Tolerance::Total { rtol } = tolerance {
        let (got, want) = (got.iter().map(|&v| f64::from(v)).sum::<f64>(), want.iter().sum::<f64>());
        let close = (got - want).abs() <= rtol * want.abs();
        return (!close).then(|| format!("sums to {got:e}, expected {want:e}"));
    }
    let largest = want.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let mut wrong = 0;
    let mut worst = (f64::NEG_INFINITY, 0);
    for (i, (&g, &w)) in got.iter().zip(want).enumerate() {
        let allowed = match tolerance {
            Tolerance::Each { atol, rtol } => atol + rtol * w.abs(),
            Tolerance::Scaled { atol, rtol } => atol + rtol * largest,
            Tolerance::Total { .. } => unreachable!("totals were compared above"),
        };
        // Where nothing is allowed, equal values would be 0 / 0.
        let excess = if f64::from(g) == w { 0.0 } else { (f64::from(g) - w).abs() / allowed };
        // A NaN is worse than any number.
        let excess = if excess.is_nan() { f64::INFINITY } else { excess };
        if excess > 1.0 {
            wrong += 1;
        }
        if excess > worst.0 {
            worst = (excess, i);
        }
    }
    (wrong > 0).then(|| {
        let (excess, i) = worst;
        format!(
            "{wrong} of {} values differ; value {i} is {:e}, expected {:e} ({excess:.1} times what is allowed)",
            want.len(),
            got[i],
            want[i]
        )
    })
}
