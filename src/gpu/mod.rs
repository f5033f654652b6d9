//! The GPU backend: plans replayed as WGSL compute shaders through wgpu, natively (Vulkan, Metal,
//! Direct3D 12) and in browsers (WebGPU). The only place that names wgpu.
//!
//! A plan is lowered to dispatches once ([`shaders`] holds their text): pipelines, bind groups, buffers
//! and workgroup counts are all made before the first step. A run writes its steps' blocks in one
//! transfer, records all their dispatches into one compute pass, and waits for nothing.

mod adapter;
mod chain;
mod check;
#[cfg(not(target_arch = "wasm32"))]
mod compact;
mod constants;
mod exec;
mod fuse;
mod group;
mod losses;
mod lower;
mod memory;
mod pipelines;
mod placement;
mod profile;
mod program;
mod readback;
pub mod shaders;
#[cfg(target_arch = "wasm32")]
pub mod texts;
#[cfg(not(target_arch = "wasm32"))]
mod tuning;

pub use adapter::Adapter;
pub use exec::GpuExecutor;
pub use profile::Timing;
