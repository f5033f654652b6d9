//! Proof that the parity tests can fail: each kernel, broken in one place at a time, is found out. One driver is enough for
//! this: it is the tests that are tested, not the driver.
#![cfg(not(target_arch = "wasm32"))]

#[path = "gpu/device.rs"]
mod device;
mod oracle;
#[path = "mutations/table.rs"]
mod table;

use naga::front::wgsl;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use vae_playground::gpu::shaders::{SHADERS, Tile};

use device::executor;
use oracle::cases::{CHAINS, OPS, check_op};
use table::mutations;

/// The variants of an op that its tests choose between.
fn tiles(op: &str) -> Vec<Tile> {
    SHADERS.iter().filter(|s| s.name == op).map(|s| s.tile).collect()
}

fn survivors(op: &str) -> Vec<String> {
    let mut survivors = Vec::new();
    for tile in tiles(op) {
        let mutations = mutations(op, tile);
        assert!(mutations.len() >= 3, "{op} has {} mutations", mutations.len());
        for &(needle, replacement, extent) in &mutations {
            let shader = SHADERS.iter().find(|s| s.name == op && s.tile == tile).unwrap();
            assert!(shader.source().contains(needle), "{op} has no {needle:?}");
            let broken = shader.source().replace(needle, replacement);
            // A text that does not compile would prove nothing about the numbers.
            let module = wgsl::parse_str(&broken).unwrap_or_else(|e| panic!("{op}, {needle:?}: {e}"));
            Validator::new(ValidationFlags::all(), Capabilities::empty())
                .validate(&module)
                .unwrap_or_else(|e| panic!("{op}, {needle:?}: {e}"));
            let make = |params| {
                let mut gpu = executor(params);
                gpu.set_tile(tile);
                gpu.replace_shader(op, |text| text.replace(needle, replacement)).unwrap();
                gpu
            };
            let failures = pollster::block_on(check_op(op, make, extent));
            if let Some(error) = failures.iter().find(|f| f.contains(": error:")) {
                panic!("{op} with {needle:?} as {replacement:?}: {error}");
            }
            if failures.is_empty() {
                survivors.push(format!("{tile:?}: {needle:?} as {replacement:?}"));
            }
        }
    }
    survivors
}

macro_rules! mutants {
    ($($op:ident),+ $(,)?) => {
        $(
            #[test]
            fn $op() {
                let survivors = survivors(stringify!($op));
                assert!(survivors.is_empty(), "nobody noticed:\n{}", survivors.join("\n"));
            }
        )+

        #[test]
        fn every_op_is_here() {
            assert_eq!([$(stringify!($op)),+], OPS);
        }
    };
}

macro_rules! broken_chains {
    ($($name:ident $chain:literal),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                let survivors = survivors($chain);
                assert!(survivors.is_empty(), "nobody noticed:\n{}", survivors.join("\n"));
            }
        )+

        #[test]
        fn every_chain_is_here() {
            assert_eq!([$($chain),+], CHAINS);
        }
    };
}

broken_chains!(
    gather_linear "fused/gather_linear",
    latent "fused/latent",
    latent_grad "fused/latent_grad",
    update_sgd "fused/update_sgd",
    update_rmsprop "fused/update_rmsprop",
    update_adam "fused/update_adam",
);

mutants!(
    gather,
    linear,
    activate,
    reparam,
    linear_loss,
    linear_grad_input,
    reparam_grad,
    linear_grad_weight,
    grad_norm,
    sgd,
    rmsprop,
    adam,
    metrics,
    gather_labels,
    condition,
    condition_grad,
    loss,
    free_bits,
    importance_weights,
    scale_rows,
    iwae_grad,
    conv,
    conv_transpose,
    conv_grad_weight,
    sum_slices,
    conv_grad_bias,
);
