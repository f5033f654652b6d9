//! Numbers on their way back from the device.

use futures_channel::oneshot;

use crate::error::{Error, Result};

use super::adapter::Adapter;

/// Usage of a buffer that the host maps.
pub(super) const STAGING: wgpu::BufferUsages =
    wgpu::BufferUsages::MAP_READ.union(wgpu::BufferUsages::COPY_DST);

/// A mapping that was asked for when its submission was handed over.
#[derive(Debug)]
pub(super) struct Mapping {
    submission: wgpu::SubmissionIndex,
    bytes: u64,
    done: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
}

/// Asks for the first `bytes` of `buffer` to be mapped once `submission` has run.
pub(super) fn map(buffer: &wgpu::Buffer, bytes: u64, submission: wgpu::SubmissionIndex) -> Mapping {
    let (sender, done) = oneshot::channel();
    buffer.map_async(wgpu::MapMode::Read, ..bytes, move |result| {
        // The receiver is gone where nobody collected the numbers.
        drop(sender.send(result));
    });
    Mapping { submission, bytes, done }
}

/// Waits for a mapping, reads its values and unmaps the buffer.
///
/// # Errors
/// [`Error::DeviceLost`] where the device went away meanwhile, or whatever else went wrong on it.
pub(super) async fn read(adapter: &Adapter, buffer: &wgpu::Buffer, mapping: Mapping) -> Result<Vec<f32>> {
    // Blocks natively; browsers finish mappings by themselves and return at once.
    let wait = wgpu::PollType::Wait { submission_index: Some(mapping.submission), timeout: None };
    let polled = adapter.device.poll(wait);
    adapter.health.check()?;
    polled.map_err(|e| Error::DeviceLost(format!("waiting for it failed ({e})")))?;
    let mapped = mapping.done.await;
    adapter.health.check()?;
    if !matches!(mapped, Ok(Ok(()))) {
        return Err(Error::DeviceLost("it gave no numbers back".into()));
    }
    let lost = |e: wgpu::MapRangeError| Error::DeviceLost(e.to_string());
    let view = buffer.slice(..mapping.bytes).get_mapped_range().map_err(lost)?;
    let values = view.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    drop(view);
    buffer.unmap();
    Ok(values)
}
