//! Proof that x86-64's wide vectors are there, and code compiled for them.
#![allow(unsafe_code, reason = "calling a function compiled for a detected instruction set")]

use super::Task;

/// Exists only where AVX-512F, AVX2 and FMA were detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx512(());

/// Exists only where AVX2 and FMA were detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx2(());

impl Avx512 {
    pub(crate) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f") && Avx2::detect().is_some();
        found.then_some(Self(()))
    }

    pub(super) fn run(self, task: impl Task) {
        // SAFETY: `self` proves that the processor has the features.
        unsafe { run_avx512(task) }
    }
}

impl Avx2 {
    pub(crate) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    pub(super) fn run(self, task: impl Task) {
        // SAFETY: `self` proves that the processor has the features.
        unsafe { run_avx2(task) }
    }
}

#[target_feature(enable = "avx512f,avx2,fma")]
fn run_avx512(task: impl Task) {
    task.run();
}

#[target_feature(enable = "avx2,fma")]
fn run_avx2(task: impl Task) {
    task.run();
}
