//! Ranges of memory that operations touch, and what changes from step to step.

/// Which images of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// The images to train on.
    Train,
    /// The held-out images.
    Test,
}

/// Which memory a [`View`] points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Space {
    /// The parameters, laid out by [`crate::params::Layout`].
    Params,
    /// Their gradients, same layout.
    Grads,
    /// The optimiser's first state (momentum, mean of gradients), same layout.
    Moment1,
    /// The optimiser's second state (mean of squared gradients), same layout.
    Moment2,
    /// The pixels of a split, one byte each, four to a word; read-only to every op.
    Images(Split),
    /// The labels of a split, one byte each, four to a word; read-only to every op.
    Labels(Split),
    /// The order (u32 indices) in which a split is visited; read-only to every op.
    Order(Split),
    /// A plan's own buffer, by its index in [`crate::plan::Plan::buffers`].
    Local(u16),
}

/// A range of 32-bit values in one memory. Offsets are multiples of 64 values wherever a kernel binds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View {
    /// The memory.
    pub space: Space,
    /// First value.
    pub offset: u32,
    /// Number of values.
    pub len: u32,
}

impl View {
    /// The same range in another memory with the same layout (a parameter's gradient, its moments).
    #[must_use]
    pub const fn within(self, space: Space) -> Self {
        Self { space, ..self }
    }

    /// The range as indices.
    #[must_use]
    pub const fn range(self) -> std::ops::Range<usize> {
        self.offset as usize..(self.offset + self.len) as usize
    }
}

/// What changes from step to step; everything else is fixed when a plan is compiled.
///
/// Mirrors `struct Step` in `shaders/lib/step.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Step {
    /// Images in this step; at most the plan's batch.
    pub rows: u32,
    /// Place of this slice's first image within the whole batch: noise belongs to the whole batch.
    pub row_offset: u32,
    /// First entry of the split's order to visit.
    pub first: u32,
    /// Entry of the metrics ring to write.
    pub slot: u32,
    /// Folded seed of all noise.
    pub seed: u32,
    /// Counter of the noise: the optimiser's step, or a counter of its own in evaluation.
    pub step: u32,
    /// Factor of the reparameterisation's noise: 1, or 0 to decode the mean.
    pub noise: f32,
    /// Weight of the KL divergence in the objective.
    pub beta: f32,
    /// 1 / images in the whole batch (all slices).
    pub inv_batch: f32,
    /// Learning rate.
    pub learning_rate: f32,
    /// Adam's 1 − β₁ᵗ.
    pub bias1: f32,
    /// Adam's 1 − β₂ᵗ.
    pub bias2: f32,
    /// Keeps the block at 64 bytes.
    pub pad: [u32; 4],
}
