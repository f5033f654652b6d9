//! Proof that the op cases notice a broken kernel: a wrapper spoils one value of one output, and every case
//! of every op must say so.
#![cfg(not(target_arch = "wasm32"))]

mod oracle;

use std::sync::Arc;

use oracle::cases::{Extent, OPS, cases, check_op};
use vae_playground::Result;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{
    BackendInfo, Counters, Executor, Phase, ProgramId, ReasonCode, StepMetrics, Ticket,
};
use vae_playground::op::{Split, Step, View};
use vae_playground::plan::Plan;

/// How a value read from the executor is spoilt.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// The largest value is off by one part in a thousand.
    Inaccurate,
    /// The first value was never written.
    Unwritten,
}

/// A CPU backend whose reads go wrong.
#[derive(Debug)]
struct Faulty {
    inner: CpuExecutor,
    fault: Fault,
    /// Which output of each case is spoilt.
    output: usize,
    reads: usize,
}

impl Executor for Faulty {
    fn info(&self) -> &BackendInfo {
        self.inner.info()
    }

    fn counters(&self) -> Counters {
        self.inner.counters()
    }

    fn set_dataset(&mut self, split: Split, images: Arc<[u8]>, pixels: u32) -> Result<()> {
        self.inner.set_dataset(split, images, pixels)
    }

    fn set_labels(&mut self, split: Split, labels: Arc<[u8]>) -> Result<()> {
        self.inner.set_labels(split, labels)
    }

    fn set_order(&mut self, split: Split, order: &[u32]) -> Result<()> {
        self.inner.set_order(split, order)
    }

    fn compile(&mut self, plan: &Plan) -> Result<ProgramId> {
        self.reads = 0;
        self.inner.compile(plan)
    }

    fn release(&mut self, program: ProgramId) {
        self.inner.release(program);
    }

    fn run(&mut self, program: ProgramId, phase: Phase, steps: &[Step]) -> Result<Ticket> {
        self.inner.run(program, phase, steps)
    }

    async fn collect(&mut self, ticket: Ticket) -> Result<Vec<StepMetrics>> {
        self.inner.collect(ticket).await
    }

    fn write(&mut self, program: Option<ProgramId>, view: View, data: &[f32]) -> Result<()> {
        self.inner.write(program, view, data)
    }

    async fn read(&mut self, program: Option<ProgramId>, view: View) -> Result<Vec<f32>> {
        let mut values = self.inner.read(program, view).await?;
        if self.reads == self.output {
            match self.fault {
                Fault::Unwritten => values[0] = f32::NAN,
                Fault::Inaccurate => {
                    // NaN marks rows past the step's: the largest value of the step's own is wanted.
                    let largest = values
                        .iter_mut()
                        .filter(|v| v.is_finite())
                        .max_by(|a, b| a.abs().total_cmp(&b.abs()));
                    *largest.expect("an output without a number") *= 1.001;
                }
            }
        }
        self.reads += 1;
        Ok(values)
    }

    fn clear_moments(&mut self) {
        self.inner.clear_moments();
    }

    fn snapshot(&mut self, slot: usize) {
        self.inner.snapshot(slot);
    }

    fn restore(&mut self, slot: usize) {
        self.inner.restore(slot);
    }
}

#[test]
fn every_case_of_every_op_notices_each_fault_in_each_output() {
    let mut missed = Vec::new();
    for op in OPS {
        let cases = cases(op, Extent::Reduced);
        let most = cases.iter().map(|c| c.outputs.len()).max().unwrap();
        for output in 0..most {
            for fault in [Fault::Inaccurate, Fault::Unwritten] {
                let make = |params| {
                    let inner = CpuExecutor::new(params, ReasonCode::Requested, "a test");
                    Faulty { inner, fault, output, reads: 0 }
                };
                let failures = pollster::block_on(check_op(op, make, Extent::Reduced));
                for case in cases.iter().filter(|c| c.outputs.len() > output) {
                    let name = case.outputs[output].name;
                    let noticed = failures.iter().any(|f| f.contains(&case.label) && f.contains(name));
                    // A result of nothing but zeros cannot be off by a part of itself.
                    let visible = matches!(fault, Fault::Unwritten) || !all_zero(case, output);
                    if visible && !noticed {
                        missed.push(format!("{op}, {}: {fault:?} {name}", case.label));
                    }
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} faults were missed:\n{}", missed.len(), missed.join("\n"));
}

fn all_zero(case: &oracle::cases::Case, output: usize) -> bool {
    let mut memory = oracle::memory::Memory::new(&case.plan);
    if let Some(dataset) = &case.dataset {
        memory.set_images(dataset.split, dataset.images.clone());
    }
    for (view, values) in &case.inputs {
        memory.write_f32(*view, values);
    }
    oracle::run(&case.plan, &mut memory, &case.step);
    let output = &case.outputs[output];
    memory.read(output.view)[..output.len].iter().all(|v| *v == 0.0)
}
