//! The look inside a model, against a plain computation in f64 from its named tensors.
#![cfg(not(target_arch = "wasm32"))]

use pollster::block_on;
use vae_playground::backend::Choice;
use vae_playground::spec::{Activation, ImageShape};
use vae_playground::vae::Vae;
use vae_playground::vae::inside::{Half, Kind, Layer};
use vae_playground::{Error, VaeSpec};

/// Of every convolution in the specs below.
const STRIDE: usize = 2;
const PADDING: usize = 1;

const DENSE: &str = r#"{ "input": { "channels": 1, "height": 6, "width": 6 },
    "encoder": [ { "type": "linear", "units": 24, "activation": "relu" },
                 { "type": "linear", "units": 10, "activation": "tanh" } ],
    "latent": 3, "classes": 2,
    "decoder": [ { "type": "linear", "units": 24, "activation": "silu" } ] }"#;

const CONVOLUTIONAL: &str = r#"{ "input": { "channels": 1, "height": 8, "width": 8 },
    "encoder": [ { "type": "conv2d", "channels": 5, "kernel": 3, "stride": 2, "padding": 1, "activation": "silu" },
                 { "type": "linear", "units": 7, "activation": "relu" } ],
    "latent": 2,
    "decoder": [ { "type": "linear", "units": 48, "activation": "relu" },
                 { "type": "reshape", "channels": 3, "height": 4, "width": 4 },
                 { "type": "conv_transpose2d", "channels": 1, "kernel": 4, "stride": 2, "padding": 1,
                   "activation": "identity" } ] }"#;

fn open(json: &str) -> Vae {
    block_on(Vae::create(VaeSpec::from_json(json).unwrap(), Choice::Cpu, 3)).unwrap()
}

/// Values in [0, 1] that no pattern repeats.
fn values(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i as f32 * 0.754_877_7).fract()).collect()
}

/// Tensor values with the layer's μ and log σ² heads one behind the other, or a layer's one tensor.
fn joined(vae: &mut Vae, names: &[String]) -> Vec<f64> {
    let mut all = Vec::new();
    for name in names {
        let tensor = block_on(vae.tensor(name)).unwrap();
        assert_eq!(tensor.shape.iter().product::<u32>() as usize, tensor.values.len(), "{name}");
        all.extend(tensor.values.iter().map(|&v| f64::from(v)));
    }
    all
}

fn activated(layer: &Layer, x: f64) -> f64 {
    match layer.activation {
        Activation::Relu => x.max(0.0),
        Activation::Tanh => x.tanh(),
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::Identity => x,
        other => panic!("no spec here has {other:?}"),
    }
}

/// Pixel (y, x) of channel c.
const fn at(shape: ImageShape, c: usize, y: usize, x: usize) -> usize {
    (c * shape.height as usize + y) * shape.width as usize + x
}

/// One row through one layer.
fn apply(vae: &mut Vae, layer: &Layer, x: &[f64]) -> Vec<f64> {
    let biases: Vec<String> = layer.weights.iter().map(|name| name.replace("weight", "bias")).collect();
    let (weight, bias) = (joined(vae, &layer.weights), joined(vae, &biases));
    let outputs = layer.output.len() as usize;
    assert_eq!(x.len(), layer.input.len() as usize);
    let mut y: Vec<f64> = (0..outputs).map(|o| bias[o / (outputs / bias.len())]).collect();
    let (large, small) = match layer.kind {
        Kind::Linear => {
            let rows = weight.chunks_exact(x.len());
            y.iter_mut()
                .zip(rows)
                .for_each(|(y, row)| *y += row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>());
            return y.into_iter().map(|value| activated(layer, value)).collect();
        }
        Kind::Conv2d => (layer.input, layer.output),
        Kind::ConvTranspose2d => (layer.output, layer.input),
    };
    let kernel = ((weight.len() as u32 / (large.channels * small.channels)) as f64).sqrt() as usize;
    for (s, l) in (0..small.channels as usize).flat_map(|s| (0..large.channels as usize).map(move |l| (s, l)))
    {
        for (i, j) in (0..small.height as usize).flat_map(|i| (0..small.width as usize).map(move |j| (i, j)))
        {
            for (a, b) in (0..kernel).flat_map(|a| (0..kernel).map(move |b| (a, b))) {
                let (row, column) = (i * STRIDE + a, j * STRIDE + b);
                let inside = |place: usize, side: u32| (PADDING..PADDING + side as usize).contains(&place);
                if !inside(row, large.height) || !inside(column, large.width) {
                    continue;
                }
                let w = weight[((s * large.channels as usize + l) * kernel + a) * kernel + b];
                let near = at(small, s, i, j);
                let far = at(large, l, row - PADDING, column - PADDING);
                match layer.kind {
                    Kind::Conv2d => y[near] += w * x[far],
                    _ => y[far] += w * x[near],
                }
            }
        }
    }
    y.into_iter().map(|value| activated(layer, value)).collect()
}

/// Every layer's output for each row of `input`, layer by layer.
fn by_hand(vae: &mut Vae, half: Half, input: &[f32], labels: Option<&[u8]>) -> Vec<Vec<f64>> {
    let layers: Vec<Layer> = vae.layers().unwrap().into_iter().filter(|l| l.half == half).collect();
    let classes = vae.spec().classes as usize;
    let width = layers[0].input.len() as usize - classes;
    let mut outputs = vec![Vec::new(); layers.len()];
    for (i, row) in input.chunks_exact(width).enumerate() {
        let mut x: Vec<f64> = row.iter().map(|&v| f64::from(v)).collect();
        x.extend((0..classes).map(|c| f64::from(labels.is_some_and(|l| usize::from(l[i]) == c))));
        for (layer, output) in layers.iter().zip(&mut outputs) {
            x = apply(vae, layer, &x);
            output.extend_from_slice(&x);
        }
    }
    outputs
}

fn close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((f64::from(*a) - b).abs() < 1e-5 * (1.0 + b.abs()), "{what}, value {i}: {a}, by hand {b}");
    }
}

fn check(json: &str, labels: Option<&[u8]>) {
    let mut vae = open(json);
    let n = 3;
    let images = values(n * vae.spec().pixels() as usize);
    let expected = by_hand(&mut vae, Half::Encoder, &images, labels);
    let found = block_on(vae.encoder_layers(&images, labels)).unwrap();
    // What is hidden is all but the heads, and these give what `encode` does.
    assert_eq!(found.len(), expected.len() - 1);
    found
        .iter()
        .zip(&expected)
        .enumerate()
        .for_each(|(i, (f, e))| close(f, e, &format!("encoder layer {i}")));
    let latent = vae.spec().latent as usize;
    let posterior = block_on(vae.encode(&images, labels)).unwrap();
    let mu: Vec<f64> =
        expected.last().unwrap().chunks(2 * latent).flat_map(|row| row[..latent].to_vec()).collect();
    close(&posterior.mu, &mu, "mu");

    let z: Vec<f32> = values(n * latent).iter().map(|v| 4.0 * v - 2.0).collect();
    let expected = by_hand(&mut vae, Half::Decoder, &z, labels);
    let found = block_on(vae.decoder_layers(&z, labels)).unwrap();
    assert_eq!(found.len(), expected.len() - 1);
    found
        .iter()
        .zip(&expected)
        .enumerate()
        .for_each(|(i, (f, e))| close(f, e, &format!("decoder layer {i}")));
    let pixels: Vec<f64> = expected.last().unwrap().iter().map(|l| 1.0 / (1.0 + (-l).exp())).collect();
    close(&block_on(vae.decode(&z, labels)).unwrap(), &pixels, "pixels");
}

#[test]
fn layers_of_products_are_what_they_compute() {
    check(DENSE, Some(&[0, 1, 1]));
}

#[test]
fn layers_of_convolutions_are_what_they_compute() {
    check(CONVOLUTIONAL, None);
}

#[test]
fn a_tensor_that_is_not_there_is_refused_by_name() {
    let mut vae = open(DENSE);
    match block_on(vae.tensor("fc9.weight")) {
        Err(Error::InvalidArgument { what, problem }) => {
            assert_eq!(what, "name");
            assert!(problem.contains("fc9.weight") && problem.contains("mu.weight"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bad_images_are_refused() {
    let mut vae = open(CONVOLUTIONAL);
    assert!(block_on(vae.encoder_layers(&[0.5; 63], None)).is_err());
    assert!(block_on(vae.decoder_layers(&[f32::NAN; 2], None)).is_err());
    // 48 values for each z, of 2²⁷ at most.
    assert!(block_on(vae.decoder_layers(&vec![0.0; 2 * (2_796_202 + 1)], None)).is_err());
}
