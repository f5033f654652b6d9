//! The instruction sets that kernels are compiled for, and the choice among them at run time.
//!
//! A [`Task`] is ordinary Rust over slices. [`Isa::run`] compiles one copy of it per instruction set, in
//! which the compiler may use that set's vectors.

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

/// A piece of work to compile for every instruction set. `run` must be `#[inline(always)]`, as must all that
/// is to be vectorised inside it: only what is inlined is compiled anew.
pub(crate) trait Task {
    fn run(self);
}

/// An instruction set that this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isa {
    /// 16 lanes with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    /// 8 lanes with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// What the compiler may use everywhere on its target: NEON on aarch64, SIMD128 in wasm, SSE2 on x86-64.
    Baseline,
}

impl Isa {
    /// All that this machine has, best first.
    pub(crate) fn all() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = [Avx512::detect().map(Self::Avx512), Avx2::detect().map(Self::Avx2)];
        #[cfg(not(target_arch = "x86_64"))]
        let wide: [Option<Self>; 0] = [];
        wide.into_iter().flatten().chain([Self::Baseline]).collect()
    }

    /// The best that this machine has.
    pub(crate) fn detect() -> Self {
        Self::all()[0]
    }

    /// For [`crate::executor::BackendInfo::simd`].
    pub(crate) const fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512f",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2+fma",
            Self::Baseline => {
                if cfg!(target_feature = "relaxed-simd") {
                    "relaxed-simd"
                } else if cfg!(target_feature = "simd128") {
                    "simd128"
                } else if cfg!(target_arch = "aarch64") {
                    "neon"
                } else if cfg!(target_arch = "x86_64") {
                    "sse2"
                } else {
                    "none"
                }
            }
        }
    }

    /// Runs `task` compiled for this instruction set.
    pub(crate) fn run(self, task: impl Task) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(isa) => isa.run(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(isa) => isa.run(task),
            Self::Baseline => task.run(),
        }
    }
}
