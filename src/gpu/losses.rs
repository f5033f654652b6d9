//! The metrics ring on its way back: one copy for each submission, through buffers used in turn.

use crate::error::Result;

use super::adapter::Adapter;
use super::readback::{self, Mapping, STAGING};

/// Submissions whose losses can be on their way at once; the oldest is given up for one more.
const STAGINGS: usize = 4;

/// A buffer for one submission's losses.
#[derive(Debug)]
struct Staging {
    buffer: wgpu::Buffer,
    /// The submission that uses it, and its mapping until somebody waits for it.
    flight: Option<(u64, Option<Mapping>)>,
}

/// The staging buffers of one program.
#[derive(Debug)]
pub(super) struct Losses {
    stagings: Vec<Staging>,
}

/// A staging buffer that a submission is about to fill.
#[derive(Debug)]
pub(super) struct Boarding<'a>(&'a mut Staging);

impl Losses {
    /// Buffers for a ring of `len` values.
    pub(super) fn new(adapter: &Adapter, len: u32) -> Result<Self> {
        let staging = |_| {
            let buffer = adapter.buffer("losses", 4 * u64::from(len), STAGING)?;
            Ok(Staging { buffer, flight: None })
        };
        Ok(Self { stagings: (0..STAGINGS).map(staging).collect::<Result<_>>()? })
    }

    /// Records the copy of the ring that starts at byte `start` of `arena`.
    pub(super) fn record(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        arena: &wgpu::Buffer,
        start: u64,
    ) -> Option<Boarding<'_>> {
        let staging = self.stagings.iter_mut().min_by_key(|s| s.flight.as_ref().map_or(0, |f| f.0))?;
        if staging.flight.take().is_some() {
            staging.buffer.unmap();
        }
        encoder.copy_buffer_to_buffer(arena, start, &staging.buffer, 0, staging.buffer.size());
        Some(Boarding(staging))
    }

    /// The ring as it was after a submission; `None` where its buffer has been given up, or was never
    /// needed.
    pub(super) async fn collect(&mut self, adapter: &Adapter, submission: u64) -> Option<Result<Vec<f32>>> {
        let ours = |s: &&mut Staging| s.flight.as_ref().is_some_and(|f| f.0 == submission);
        let staging = self.stagings.iter_mut().find(ours)?;
        let mapping = staging.flight.as_mut()?.1.take()?;
        let values = readback::read(adapter, &staging.buffer, mapping).await;
        if values.is_ok() {
            staging.flight = None;
        }
        Some(values)
    }

    pub(super) fn destroy(&self) {
        self.stagings.iter().for_each(|s| s.buffer.destroy());
    }
}

impl Boarding<'_> {
    /// Asks for the buffer once the submission that fills it has been handed over.
    pub(super) fn depart(self, submission: u64, index: wgpu::SubmissionIndex) {
        let mapping = readback::map(&self.0.buffer, self.0.buffer.size(), index);
        self.0.flight = Some((submission, Some(mapping)));
    }
}
