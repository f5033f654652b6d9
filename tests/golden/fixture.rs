//! The fixtures as `generate.py` wrote them.

use std::collections::BTreeMap;

use safetensors::SafeTensors;
use serde::Deserialize;
use vae_playground::VaeSpec;
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::params::Layout;

/// Images of a batch.
pub(crate) const BATCH: u32 = 7;
/// Steps of each optimiser.
pub(crate) const STEPS: u32 = 10;

macro_rules! fixtures {
    ($($name:literal),+ $(,)?) => {
        /// Every fixture's name and bytes, in the binary so that wasm tests can use them too.
        const FILES: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!($name, ".safetensors")))),+];
    };
}

fixtures!(
    "relu",
    "deep-leaky-relu",
    "deep-tanh",
    "deep-sigmoid",
    "deep-softplus",
    "deep-gelu",
    "deep-silu",
    "gaussian",
    "no-hidden",
    "own-output",
);

/// An optimiser that a fixture has results for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Setting {
    pub(crate) name: String,
    rule: Rule,
    pub(crate) learning_rate: f32,
    weight_decay: f32,
    max_norm: Option<f32>,
}

impl Setting {
    pub(crate) fn optimizer(&self) -> Optimizer {
        Optimizer { rule: self.rule, weight_decay: self.weight_decay, max_norm: self.max_norm }
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Description {
    spec: VaeSpec,
    beta: f32,
    seed: u32,
    optimizers: Vec<Setting>,
}

/// One model and what PyTorch computed with it.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    pub(crate) name: &'static str,
    pub(crate) spec: VaeSpec,
    pub(crate) layout: Layout,
    pub(crate) beta: f32,
    /// Seed of the noise as kernels see it.
    pub(crate) seed: u32,
    pub(crate) optimizers: Vec<Setting>,
    tensors: BTreeMap<String, Vec<f32>>,
}

impl Fixture {
    fn parse(name: &'static str, bytes: &[u8]) -> Self {
        let (_, metadata) = SafeTensors::read_metadata(bytes).expect(name);
        let notes = metadata.metadata().as_ref().expect("a fixture is described in its metadata");
        let Description { spec, beta, seed, optimizers } =
            serde_json::from_str(&notes["fixture"]).expect(name);
        let tensors = SafeTensors::deserialize(bytes)
            .expect(name)
            .iter()
            .map(|(key, view)| {
                let values = view.data().as_chunks::<4>().0.iter().map(|v| f32::from_le_bytes(*v)).collect();
                (key.to_owned(), values)
            })
            .collect();
        let layout = Layout::new(&spec).expect(name);
        Self { name, spec, layout, beta, seed, optimizers, tensors }
    }

    /// A tensor of the fixture.
    pub(crate) fn tensor(&self, key: &str) -> &[f32] {
        self.tensors.get(key).unwrap_or_else(|| panic!("{} has no tensor {key}", self.name))
    }

    pub(crate) fn scalar(&self, key: &str) -> f32 {
        let [value] = self.tensor(key) else { panic!("{key} is not one value") };
        *value
    }

    /// The initial parameters as an arena.
    pub(crate) fn params(&self) -> Vec<f32> {
        let mut arena = vec![0.0; self.layout.len as usize];
        for t in &self.layout.tensors {
            arena[t.range.clone()].copy_from_slice(self.tensor(&t.name));
        }
        arena
    }
}

/// All fixtures.
pub(crate) fn all() -> Vec<Fixture> {
    FILES.iter().map(|(name, bytes)| Fixture::parse(name, bytes)).collect()
}
