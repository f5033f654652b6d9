//! The matrix product as a plan of its own: one [`Op::Linear`] whose weights are logits that the host wrote.

use super::images::Images;
use super::log_sum::GridSum;
use crate::error::Result;
use crate::executor::{Executor, Phase, ProgramId};
use crate::op::{Linear, Op, Space, View};
use crate::params::Layout;
use crate::plan::{BufferDesc, Phases, Plan, Ports};
use crate::session::{self, Session};
use crate::spec::Activation;

/// Images and points of the grid in one product, where the images are not too large.
const IMAGES: u32 = 1000;
const POINTS: u32 = 1024;
/// Most values of one factor of the product: 32 MiB.
const MAX_FACTOR: u32 = 1 << 23;

/// How many points the product holds, and how many of them, the first, lie on the grid's outermost ring.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loaded {
    pub(super) points: usize,
    pub(super) edge: usize,
}

/// [images, pixels] × [points, pixels]ᵀ + \[points\]: all three written by the host.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) program: ProgramId,
    /// Images at a time.
    batch: u32,
    /// Points at a time.
    pub(super) points: u32,
    images: View,
    logits: View,
    constants: View,
    terms: View,
}

impl Product {
    /// # Errors
    /// Whatever the backend answers, such as [`Error::OutOfMemory`](crate::Error::OutOfMemory).
    pub(super) fn compile<E: Executor>(session: &mut Session<E>) -> Result<Self> {
        let pixels = session.spec().pixels();
        let most = (MAX_FACTOR / pixels).max(1);
        let (batch, points) = (IMAGES.min(most), POINTS.min(most));
        let mut buffers = Vec::new();
        let mut buffer = |label, len| {
            buffers.push(BufferDesc { label, len });
            View { space: Space::Local(buffers.len() as u16 - 1), offset: 0, len }
        };
        let images = buffer("images", batch * pixels);
        let logits = buffer("logits", points * pixels);
        let constants = buffer("constants", points);
        let terms = buffer("terms", batch * points);
        let op = Op::Linear(Linear {
            x: images,
            weight: logits,
            bias: constants,
            y: terms,
            inputs: pixels,
            outputs: points,
            samples: 1,
            activation: Activation::Identity,
        });
        let plan = Plan {
            batch,
            slots: 1,
            params: Layout::new(session.spec())?.len,
            ops: vec![op],
            phases: Phases { forward: 0..1, backward: 1..1, update: 1..1 },
            buffers,
            ports: Ports::default(),
        };
        let program = session.executor.compile(&plan)?;
        Ok(Self { program, batch, points, images, logits, constants, terms })
    }

    /// Takes w(z) and b(z) of up to [`Self::points`] points.
    ///
    /// # Errors
    /// Whatever the backend answers.
    pub(super) fn load(
        &self,
        executor: &mut impl Executor,
        weights: &[f32],
        constants: &[f32],
    ) -> Result<()> {
        self.write(executor, self.logits, weights)?;
        self.write(executor, self.constants, constants)
    }

    /// Adds to the sums of images `first..` their terms at the points that were loaded, for as many images as one
    /// product holds; returns how many those were.
    ///
    /// # Errors
    /// Whatever the backend answers.
    pub(super) async fn add(
        &self,
        executor: &mut impl Executor,
        images: &Images<'_>,
        loaded: Loaded,
        first: usize,
        sums: &mut [GridSum],
    ) -> Result<usize> {
        let n = (sums.len() - first).min(self.batch as usize);
        self.write(executor, self.images, &images.centred(first, n))?;
        executor.run(self.program, Phase::All, &[session::step(n as u32)])?;
        let terms = View { len: n as u32 * self.points, ..self.terms };
        let terms = executor.read(Some(self.program), terms).await?;
        for (row, sum) in terms.chunks_exact(self.points as usize).zip(&mut sums[first..]) {
            sum.add(&row[..loaded.points], loaded.edge);
        }
        Ok(n)
    }

    fn write(&self, executor: &mut impl Executor, to: View, data: &[f32]) -> Result<()> {
        executor.write(Some(self.program), View { len: data.len() as u32, ..to }, data)
    }
}
