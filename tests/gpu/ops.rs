//! Every op and every chain of them against the f64 oracle; products by all kinds of tiles.

use vae_playground::executor::{Executor, Phase};
use vae_playground::gpu::shaders::Tile;
use vae_playground::op::{Conv, Epilogue, Op};
use vae_playground::spec::{Activation, Geometry, ImageShape};

use crate::executor;
use crate::oracle::cases::build::{Build, step};
use crate::oracle::cases::{CHAINS, Extent, Tolerance, cases, check_op};

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

macro_rules! by_other_tiles {
    ($($name:ident $op:literal),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                check($op, Some(Tile::Square));
                check($op, Some(Tile::Parts));
                check($op, Some(Tile::Direct));
            }
        )+
    };
}

by_other_tiles!(
    linear_by_other_tiles "linear",
    linear_loss_by_other_tiles "linear_loss",
    linear_grad_input_by_other_tiles "linear_grad_input",
    linear_grad_weight_by_other_tiles "linear_grad_weight",
    conv_by_other_tiles "conv",
    conv_transpose_by_other_tiles "conv_transpose",
    conv_grad_weight_by_other_tiles "conv_grad_weight",
);

macro_rules! chains {
    ($($name:ident $chain:literal $tile:expr),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                check($chain, $tile);
            }
        )+

        #[test]
        fn every_chain_is_here() {
            for chain in CHAINS {
                assert!([$($chain),+].contains(&chain), "{chain}");
            }
        }
    };
}

chains!(
    gather_linear "fused/gather_linear" Some(Tile::Low),
    gather_linear_by_square_tiles "fused/gather_linear" Some(Tile::Square),
    gather_linear_in_parts "fused/gather_linear" Some(Tile::Parts),
    gather_linear_directly "fused/gather_linear" Some(Tile::Direct),
    latent "fused/latent" None,
    latent_grad "fused/latent_grad" None,
    update_sgd "fused/update_sgd" Some(Tile::Low),
    update_sgd_by_square_tiles "fused/update_sgd" Some(Tile::Square),
    update_sgd_in_parts "fused/update_sgd" Some(Tile::Parts),
    update_sgd_directly "fused/update_sgd" Some(Tile::Direct),
    update_rmsprop "fused/update_rmsprop" Some(Tile::Low),
    update_rmsprop_by_square_tiles "fused/update_rmsprop" Some(Tile::Square),
    update_rmsprop_in_parts "fused/update_rmsprop" Some(Tile::Parts),
    update_rmsprop_directly "fused/update_rmsprop" Some(Tile::Direct),
    update_adam "fused/update_adam" Some(Tile::Low),
    update_adam_by_square_tiles "fused/update_adam" Some(Tile::Square),
    update_adam_in_parts "fused/update_adam" Some(Tile::Parts),
    update_adam_directly "fused/update_adam" Some(Tile::Direct),
);

/// The cases above are of fused kernels: were a chain taken apart, they would hold its operations' own to the oracle.
#[test]
fn every_case_of_a_chain_is_one_dispatch() {
    for chain in CHAINS {
        for case in cases(chain, Extent::Full) {
            let mut gpu = executor(case.plan.params);
            if let Some(data) = &case.dataset {
                gpu.set_dataset(data.split, data.images.pixels.clone(), data.pixels).unwrap();
                gpu.set_order(data.split, &data.images.order).unwrap();
            }
            let program = gpu.compile(&case.plan).unwrap();
            gpu.run(program, Phase::All, &[case.step]).unwrap();
            assert_eq!(gpu.counters().dispatches, 1, "{chain}, {}", case.label);
        }
    }
}

/// More tiles than lie side by side in a grid: 2,100,000 pixels by 64 columns.
#[test]
fn a_convolution_reaches_every_pixel_of_a_large_batch() {
    let (rows, side) = (2100, 1000);
    let image = ImageShape { channels: 1, height: 1, width: side };
    let geometry = Geometry { large: image, small: image, kernel: 1, stride: 1, padding: 0 };
    let mut b = Build::new(0, rows, step(rows));
    let mut count = 0.0;
    let x = b.input("x", [rows, rows, side], |_| {
        count += 1.0;
        count
    });
    let weight = b.params(1, |_| 2.0);
    let bias = b.params(1, |_| 1.0);
    let y = b.output("y", [rows, rows, side], Tolerance::Each { atol: 0.0, rtol: 0.0 });
    let epilogue = Epilogue::Forward(Activation::Identity);
    let op = Op::Conv(Conv { x, weight, side: bias, y, geometry, samples: 1, epilogue });
    let case = b.finish("a large batch".into(), op);
    let mut gpu = executor(case.plan.params);
    let program = gpu.compile(&case.plan).unwrap();
    for (view, values) in &case.inputs {
        gpu.write(Some(program), *view, values).unwrap();
    }
    gpu.run(program, Phase::All, &[case.step]).unwrap();
    let got = pollster::block_on(gpu.read(Some(program), y)).unwrap();
    // Integers, exact in f32.
    let wrong = (1_u32..).zip(&got).find(|&(i, &y)| y != (2 * i + 1) as f32);
    assert_eq!(wrong, None);
}
