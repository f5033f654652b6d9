//! Every op against the f64 oracle; products by both shapes of tiles.

use vae_playground::gpu::shaders::Tile;

use crate::executor;
use crate::oracle::cases::{Extent, check_op};

fn check(op: &str, tile: Option<Tile>) {
    let make = |params| {
        let mut gpu = executor(params);
        tile.inspect(|&t| gpu.set_tile(t));
        gpu
    };
    let failures = pollster::block_on(check_op(op, make, Extent::Full));
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

macro_rules! ops {
    ($($op:ident $tile:expr),+ $(,)?) => {
        $(
            #[test]
            fn $op() {
                check(stringify!($op), $tile);
            }
        )+

        #[test]
        fn every_op_is_here() {
            assert_eq!([$(stringify!($op)),+], crate::oracle::cases::OPS);
        }
    };
}

ops!(
    gather None,
    linear Some(Tile::Low),
    activate None,
    reparam None,
    linear_loss Some(Tile::Low),
    linear_grad_input Some(Tile::Low),
    reparam_grad None,
    linear_grad_weight Some(Tile::Low),
    grad_norm None,
    sgd None,
    rmsprop None,
    adam None,
    metrics None,
    gather_labels None,
    condition None,
    condition_grad None,
    loss None,
    free_bits None,
    importance_weights None,
    scale_rows None,
    iwae_grad None,
    conv Some(Tile::Low),
    conv_transpose Some(Tile::Low),
    conv_grad_weight Some(Tile::Low),
    sum_slices None,
    conv_grad_bias None,
);

macro_rules! by_square_tiles {
    ($($name:ident $op:literal),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                check($op, Some(Tile::Square));
            }
        )+
    };
}

by_square_tiles!(
    linear_by_square_tiles "linear",
    linear_loss_by_square_tiles "linear_loss",
    linear_grad_input_by_square_tiles "linear_grad_input",
    linear_grad_weight_by_square_tiles "linear_grad_weight",
    conv_by_square_tiles "conv",
    conv_transpose_by_square_tiles "conv_transpose",
    conv_grad_weight_by_square_tiles "conv_grad_weight",
);
