//! The fixtures as `generate.py` wrote them.

use std::collections::BTreeMap;

use safetensors::SafeTensors;
use serde::Deserialize;
use vae_playground::VaeSpec;
use vae_playground::loss::Objective;
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::params::Layout;

use super::model::Setup;

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
    "deep-elu",
    "conv",
    "conv-padded",
    "conv-mixed",
    "conv-last",
    "conditional",
    "conditional-no-hidden",
    "conditional-conv",
    "free-bits",
    "autoencoder",
    "autoencoder-conv",
    "iwae",
    "iwae-beta",
    "iwae-conv",
    "dreg",
    "dreg-beta",
    "dreg-conv",
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
    objective: Objective,
    beta: f32,
    seed: u32,
    optimizers: Vec<Setting>,
}

/// One model and what PyTorch computed with it.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    pub(crate) setup: Setup,
    pub(crate) optimizers: Vec<Setting>,
    tensors: BTreeMap<String, Vec<f32>>,
}

impl Fixture {
    fn parse(name: &'static str, bytes: &[u8]) -> Self {
        let (_, metadata) = SafeTensors::read_metadata(bytes).expect(name);
        let notes = metadata.metadata().as_ref().expect("a fixture is described in its metadata");
        let Description { spec, objective, beta, seed, optimizers } =
            serde_json::from_str(&notes["fixture"]).expect(name);
        let tensors: BTreeMap<String, Vec<f32>> = SafeTensors::deserialize(bytes)
            .expect(name)
            .iter()
            .map(|(key, view)| {
                let values = view.data().as_chunks::<4>().0.iter().map(|v| f32::from_le_bytes(*v)).collect();
                (key.to_owned(), values)
            })
            .collect();
        let layout = Layout::new(&spec).expect(name);
        let labels = tensors.get("labels").map_or(Vec::new(), |l| l.iter().map(|&l| l as u32).collect());
        let name = name.to_owned();
        let setup = Setup { name, spec, layout, objective, beta, seed, batch: BATCH, labels };
        Self { setup, optimizers, tensors }
    }

    /// A tensor of the fixture.
    pub(crate) fn tensor(&self, key: &str) -> &[f32] {
        self.tensors.get(key).unwrap_or_else(|| panic!("{} has no tensor {key}", self.setup.name))
    }

    pub(crate) fn scalar(&self, key: &str) -> f32 {
        let [value] = self.tensor(key) else { panic!("{key} is not one value") };
        *value
    }

    /// The initial parameters as an arena.
    pub(crate) fn params(&self) -> Vec<f32> {
        let mut arena = vec![0.0; self.setup.layout.len as usize];
        for t in &self.setup.layout.tensors {
            arena[t.range.clone()].copy_from_slice(self.tensor(&t.name));
        }
        arena
    }
}

/// All fixtures.
pub(crate) fn all() -> Vec<Fixture> {
    FILES.iter().map(|(name, bytes)| Fixture::parse(name, bytes)).collect()
}
