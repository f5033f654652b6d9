//! The adapter that the tests of one process share, and executors on it.

use std::sync::OnceLock;

use vae_playground::executor::ReasonCode;
use vae_playground::gpu::{Adapter, GpuExecutor};

/// The adapter that all tests share.
pub(crate) fn adapter() -> Adapter {
    static ADAPTER: OnceLock<Adapter> = OnceLock::new();
    ADAPTER
        .get_or_init(|| {
            let adapter = pollster::block_on(Adapter::request()).unwrap_or_else(|e| {
                panic!(
                    "{e}. These tests need a GPU or a program that imitates one, such as \
                     mesa-vulkan-drivers on Debian"
                )
            });
            eprintln!("GPU tests run on {}", adapter.name());
            adapter
        })
        .clone()
}

/// An executor for an arena of `params` values on the shared adapter.
pub(crate) fn executor(params: u32) -> GpuExecutor {
    pollster::block_on(GpuExecutor::new(adapter(), params, ReasonCode::Requested, "a test")).unwrap()
}
