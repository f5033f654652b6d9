//! Every memory a plan can name. An op takes the buffers that it writes out of their places for as long as
//! it runs, so that the borrow checker sees that reads and writes never meet.

use std::sync::Arc;

use crate::executor::SNAPSHOTS;
use crate::op::{Space, Split, View};
use crate::plan::validate::Resident;

/// The four arrays with the parameters' layout.
#[derive(Debug, Default)]
pub(crate) struct Arenas {
    pub(crate) params: Vec<f32>,
    pub(crate) grads: Vec<f32>,
    pub(crate) moment1: Vec<f32>,
    pub(crate) moment2: Vec<f32>,
    /// Parameters and both moments; empty until the first use of a slot.
    snapshots: [[Vec<f32>; 3]; SNAPSHOTS],
}

impl Arenas {
    pub(crate) fn new(len: usize) -> Self {
        let zeros = vec![0.0; len];
        Self {
            params: zeros.clone(),
            grads: zeros.clone(),
            moment1: zeros.clone(),
            moment2: zeros,
            snapshots: Default::default(),
        }
    }

    pub(crate) fn clear_moments(&mut self) {
        for arena in [&mut self.grads, &mut self.moment1, &mut self.moment2] {
            arena.fill(0.0);
        }
    }

    pub(crate) fn snapshot(&mut self, slot: usize) {
        let Some(kept) = self.snapshots.get_mut(slot) else { return };
        for (copy, arena) in kept.iter_mut().zip([&self.params, &self.moment1, &self.moment2]) {
            copy.clone_from(arena);
        }
    }

    /// Puts a kept copy back; a slot that was never filled leaves everything as it is.
    pub(crate) fn restore(&mut self, slot: usize) {
        let Some(kept) = self.snapshots.get(slot).filter(|s| !s[0].is_empty()) else { return };
        let arenas = [&mut self.params, &mut self.moment1, &mut self.moment2];
        for (arena, copy) in arenas.into_iter().zip(kept) {
            arena.copy_from_slice(copy);
        }
    }
}

/// A split's pixels and the order in which they are visited.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) images: Arc<[u8]>,
    /// One for each image, or none at all.
    pub(crate) labels: Arc<[u8]>,
    pub(crate) pixels: usize,
    pub(crate) order: Vec<u32>,
}

impl Dataset {
    pub(crate) fn empty() -> Self {
        Self { images: Arc::from([]), labels: Arc::from([]), pixels: 1, order: Vec::new() }
    }

    /// Number of images.
    pub(crate) fn count(&self) -> usize {
        self.images.len() / self.pixels
    }

    /// What steps are checked against; `None` before there are images.
    pub(crate) fn resident(&self) -> Option<Resident> {
        (!self.images.is_empty()).then(|| Resident {
            pixels: self.pixels as u32,
            labelled: self.labels.len() == self.count(),
            ordered: self.order.len() as u64,
        })
    }
}

/// Both splits.
#[derive(Debug)]
pub(crate) struct Datasets {
    train: Dataset,
    test: Dataset,
}

impl Datasets {
    pub(crate) fn empty() -> Self {
        Self { train: Dataset::empty(), test: Dataset::empty() }
    }

    pub(crate) fn get(&self, split: Split) -> &Dataset {
        match split {
            Split::Train => &self.train,
            Split::Test => &self.test,
        }
    }

    pub(crate) fn get_mut(&mut self, split: Split) -> &mut Dataset {
        match split {
            Split::Train => &mut self.train,
            Split::Test => &mut self.test,
        }
    }
}

/// All that the ops of one program see.
#[derive(Debug)]
pub(crate) struct Memory<'a> {
    pub(crate) arenas: &'a mut Arenas,
    pub(crate) datasets: &'a Datasets,
    pub(crate) locals: &'a mut [Vec<f32>],
}

impl Memory<'_> {
    /// The values of a view; empty for the images and orders of splits, which are not f32.
    pub(crate) fn read(&self, view: View) -> &[f32] {
        let whole = match view.space {
            Space::Params => &self.arenas.params,
            Space::Grads => &self.arenas.grads,
            Space::Moment1 => &self.arenas.moment1,
            Space::Moment2 => &self.arenas.moment2,
            Space::Local(i) => &self.locals[i as usize],
            Space::Images(_) | Space::Labels(_) | Space::Order(_) => return &[],
        };
        &whole[view.range()]
    }

    /// The dataset that a view of images points into.
    pub(crate) fn dataset(&self, view: View) -> &Dataset {
        match view.space {
            Space::Images(split) | Space::Labels(split) | Space::Order(split) => self.datasets.get(split),
            _ => self.datasets.get(Split::Train),
        }
    }

    fn place(&mut self, space: Space) -> Option<&mut Vec<f32>> {
        match space {
            Space::Params => Some(&mut self.arenas.params),
            Space::Grads => Some(&mut self.arenas.grads),
            Space::Moment1 => Some(&mut self.arenas.moment1),
            Space::Moment2 => Some(&mut self.arenas.moment2),
            Space::Local(i) => self.locals.get_mut(i as usize),
            Space::Images(_) | Space::Labels(_) | Space::Order(_) => None,
        }
    }

    /// Hands the values of `views`, which lie in different spaces, to `body` for writing. Meanwhile `body`
    /// can read every other space.
    pub(crate) fn write<const N: usize>(
        &mut self,
        views: [View; N],
        body: impl FnOnce(&Self, [&mut [f32]; N]),
    ) {
        let mut taken = views.map(|v| self.place(v.space).map(std::mem::take).unwrap_or_default());
        let mut at = 0;
        let slices = taken.each_mut().map(|whole| {
            let range = views[at].range();
            at += 1;
            &mut whole[range]
        });
        body(self, slices);
        for (view, whole) in views.iter().zip(taken) {
            if let Some(place) = self.place(view.space) {
                *place = whole;
            }
        }
    }
}
