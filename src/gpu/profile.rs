//! Where a step's time goes on the device, by its own clock.

use crate::error::{Error, Result};
use crate::op::Step;

use super::adapter::Adapter;
use super::program::{Dispatch, Program};
use super::readback::{self, STAGING};
use super::shaders::SHADERS;

/// What one dispatch of a step takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    /// The kernel: [`Op::name`](crate::op::Op::name), or `fused/` and what it computes in one.
    pub kernel: &'static str,
    /// Workgroups in each dimension.
    pub workgroups: [u32; 3],
    /// Nanoseconds from its beginning to its end.
    pub nanoseconds: f64,
}

/// Runs one whole step with a clock around each dispatch, which keeps them from overlapping.
///
/// # Errors
/// [`Error::Unsupported`] where the adapter has no clock; [`Error::DeviceLost`].
pub(super) async fn step(adapter: &Adapter, program: &Program, step: &Step) -> Result<Vec<Timing>> {
    let device = &adapter.device;
    if !device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
        return Err(Error::Unsupported("this adapter tells no time".into()));
    }
    program.send(adapter, step);
    let dispatches: Vec<_> = program.whole().collect();
    let count = 2 * dispatches.len() as u32;
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: Some("profile"),
        ty: wgpu::QueryType::Timestamp,
        count,
    });
    let bytes = 8 * u64::from(count);
    let usage = wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC;
    let resolved = adapter.buffer("profile", bytes, usage)?;
    let staging = adapter.buffer("profile", bytes, STAGING)?;
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    for (dispatch, first) in dispatches.iter().zip((0..).step_by(2)) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: None,
            timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: Some(first),
                end_of_pass_write_index: Some(first + 1),
            }),
        });
        pass.set_bind_group(0, program.step_group(), &[0]);
        dispatch.record(&mut pass);
    }
    encoder.resolve_query_set(&queries, 0..count, &resolved, 0);
    encoder.copy_buffer_to_buffer(&resolved, 0, &staging, 0, bytes);
    let submission = adapter.queue.submit([encoder.finish()]);
    let words = readback::read(adapter, &staging, readback::map(&staging, bytes, submission)).await?;
    let ticks: Vec<u64> = words
        .chunks_exact(2)
        .map(|pair| u64::from(pair[0].to_bits()) | u64::from(pair[1].to_bits()) << 32)
        .collect();
    let period = f64::from(adapter.queue.get_timestamp_period());
    resolved.destroy();
    staging.destroy();
    let timing = |(dispatch, pair): (&&Dispatch, &[u64])| Timing {
        kernel: SHADERS[dispatch.launch.shader].name,
        workgroups: dispatch.launch.workgroups,
        nanoseconds: period * pair[1].saturating_sub(pair[0]) as f64,
    };
    Ok(dispatches.iter().zip(ticks.chunks_exact(2)).map(timing).collect())
}
