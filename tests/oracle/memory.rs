//! Every memory a plan can name, in f64.

use std::sync::Arc;

use vae_playground::op::{Space, Split, View};
use vae_playground::plan::Plan;

/// One split's pixels, labels and order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Images {
    pub(crate) pixels: Arc<[u8]>,
    /// One for each image, or none.
    pub(crate) labels: Arc<[u8]>,
    pub(crate) order: Vec<u32>,
}

/// Arenas, datasets and the buffers of one plan.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    params: Vec<f64>,
    grads: Vec<f64>,
    moment1: Vec<f64>,
    moment2: Vec<f64>,
    train: Images,
    test: Images,
    locals: Vec<Vec<f64>>,
}

impl Memory {
    /// Arenas of zeros; buffers full of NaN, so that nothing can rely on their initial values.
    pub(crate) fn new(plan: &Plan) -> Self {
        let arena = vec![0.0; plan.params as usize];
        Self {
            params: arena.clone(),
            grads: arena.clone(),
            moment1: arena.clone(),
            moment2: arena,
            train: Images::default(),
            test: Images::default(),
            locals: plan.buffers.iter().map(|b| vec![f64::NAN; b.len as usize]).collect(),
        }
    }

    pub(crate) fn images(&self, split: Split) -> &Images {
        match split {
            Split::Train => &self.train,
            Split::Test => &self.test,
        }
    }

    pub(crate) fn set_images(&mut self, split: Split, images: Images) {
        match split {
            Split::Train => self.train = images,
            Split::Test => self.test = images,
        }
    }

    /// A copy of what a view shows.
    pub(crate) fn read(&self, view: View) -> Vec<f64> {
        let whole = match view.space {
            Space::Params => &self.params,
            Space::Grads => &self.grads,
            Space::Moment1 => &self.moment1,
            Space::Moment2 => &self.moment2,
            Space::Local(i) => &self.locals[i as usize],
            Space::Images(_) | Space::Labels(_) | Space::Order(_) => panic!("images are not f64 values"),
        };
        whole[view.range()].to_vec()
    }

    /// Overwrites the first values of a view.
    pub(crate) fn write(&mut self, view: View, values: &[f64]) {
        assert!(values.len() <= view.len as usize, "{} values into {view:?}", values.len());
        let whole = match view.space {
            Space::Params => &mut self.params,
            Space::Grads => &mut self.grads,
            Space::Moment1 => &mut self.moment1,
            Space::Moment2 => &mut self.moment2,
            Space::Local(i) => &mut self.locals[i as usize],
            Space::Images(_) | Space::Labels(_) | Space::Order(_) => panic!("images are not f64 values"),
        };
        let start = view.offset as usize;
        whole[start..start + values.len()].copy_from_slice(values);
    }

    /// Overwrites the first values of a view with f32 values.
    pub(crate) fn write_f32(&mut self, view: View, values: &[f32]) {
        let values: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
        self.write(view, &values);
    }
}
