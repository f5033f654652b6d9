//! Cases of convolutions, their transposes and their gradients.

use vae_playground::op::{Conv, ConvGradBias, ConvGradWeight, ConvTranspose, Epilogue, Op, SumSlices};
use vae_playground::spec::{Activation, Geometry, ImageShape};

use super::build::{Build, Data, step};
use super::{Case, Extent, Tolerance};
use crate::oracle::math;

const TOLERANCE: Tolerance = Tolerance::Scaled { atol: 2e-6, rtol: 1e-5 };

/// One convolution over the rows of a step.
#[derive(Debug, Clone, Copy)]
struct Shape {
    geometry: Geometry,
    rows: u32,
    spare: u32,
    samples: u32,
}

impl Shape {
    /// Channels, height and width of the large image; channels of the small one; kernel, stride, padding.
    fn new(i: usize, large: [u32; 3], small: u32, [kernel, stride, padding]: [u32; 3], rows: u32) -> Self {
        let side = |large: u32| (large + 2 * padding - kernel) / stride + 1;
        let [channels, height, width] = large;
        let geometry = Geometry {
            large: ImageShape { channels, height, width },
            small: ImageShape { channels: small, height: side(height), width: side(width) },
            kernel,
            stride,
            padding,
        };
        Self { geometry, rows, spare: [0, 1, 5][i % 3], samples: [1, 3, 1, 2][i % 4] }
    }

    /// Capacity, rows of the step, width.
    fn per_draw(self, width: u32) -> [u32; 3] {
        [(self.rows + self.spare) * self.samples, self.rows * self.samples, width]
    }

    fn batch(self) -> u32 {
        self.rows + self.spare
    }

    fn label(self, what: &str) -> String {
        let Self { geometry: Geometry { large, small, kernel, stride, padding }, rows, spare, samples } =
            self;
        let image = |s: ImageShape| format!("{}×{}×{}", s.channels, s.height, s.width);
        format!(
            "{} to {}, kernel {kernel}, stride {stride}, padding {padding}, {rows}×{samples} rows \
             (capacity {}), {what}",
            image(large),
            image(small),
            rows + spare
        )
    }
}

fn shapes(extent: Extent) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut push = |large, small, taps, rows| {
        let i = shapes.len();
        shapes.push(Shape::new(i, large, small, taps, rows));
    };
    // One tap, one pixel, strides past the kernel; sizes that the stride does not divide; more channels, taps or
    // pixels than a tile has, by one.
    push([1, 1, 1], 1, [1, 1, 0], 1);
    push([1, 5, 7], 9, [3, 2, 1], 3);
    push([3, 9, 8], 1, [4, 2, 1], 2);
    push([2, 8, 9], 7, [2, 3, 0], 5);
    push([9, 6, 7], 5, [3, 1, 1], 2);
    push([2, 11, 10], 3, [5, 3, 4], 3);
    if extent > Extent::Reduced {
        push([1, 28, 28], 32, [4, 2, 1], 3);
        push([32, 14, 14], 40, [4, 2, 1], 4);
        push([17, 14, 13], 33, [3, 2, 1], 7);
        push([33, 7, 7], 8, [3, 1, 0], 3);
        push([1, 28, 28], 31, [3, 1, 1], 2);
        push([2, 17, 19], 5, [5, 2, 2], 2);
        push([5, 4, 4], 65, [4, 1, 0], 9);
        push([40, 3, 5], 130, [1, 1, 0], 6);
        push([6, 7, 5], 4, [1, 2, 0], 11);
        push([130, 2, 2], 3, [2, 1, 1], 4);
        push([4, 1, 33], 10, [3, 2, 2], 3);
        push([2, 40, 1], 12, [5, 1, 3], 3);
        push([1, 2, 3], 2, [5, 2, 4], 17);
    }
    if extent == Extent::Exhaustive {
        for kernel in 1..=5 {
            for stride in 1..=4 {
                for padding in 0..kernel {
                    for (height, width) in [(5, 8), (7, 6), (10, 13)] {
                        let rows = 1 + (kernel + stride) % 3;
                        push([1 + padding % 3, height, width], 1 + stride, [kernel, stride, padding], rows);
                    }
                }
            }
        }
    }
    shapes
}

/// Weights that keep sums of `terms` products near 1.
fn weight(terms: u32) -> impl Fn(&mut Data) -> f32 {
    let scale = 1.0 / (terms as f32).sqrt();
    move |d| scale * d.normal()
}

/// Cases of both directions with both epilogues; all activations take turns.
fn both(extent: Extent, transposed: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, shape) in shapes(extent).into_iter().enumerate() {
        let g = shape.geometry;
        let (from, to) = if transposed { (g.small, g.large) } else { (g.large, g.small) };
        let terms = from.channels * (g.kernel * g.kernel).min(from.height * from.width);
        for forward in [true, false] {
            let activation = Activation::ALL[(i + usize::from(forward)) % Activation::ALL.len()];
            let mut b = Build::new(i as u32, shape.batch(), step(shape.rows));
            let x = b.input("x", shape.per_draw(from.len()), Data::normal_or_zero);
            let weight = b.params(g.weight(), weight(terms));
            let side = match (forward, activation) {
                (true, _) => b.params(to.channels, Data::normal_or_zero),
                (false, Activation::Identity) => x,
                (false, _) => b.input("saved", shape.per_draw(to.len()), |d| {
                    let x = f64::from(3.0 * d.normal_or_zero());
                    (if activation.gradient_from_output() { math::activation(activation, x) } else { x })
                        as f32
                }),
            };
            let epilogue =
                if forward { Epilogue::Forward(activation) } else { Epilogue::Backward(activation) };
            let y = b.output("y", shape.per_draw(to.len()), TOLERANCE);
            let samples = shape.samples;
            let op = if transposed {
                Op::ConvTranspose(ConvTranspose { x, weight, side, y, geometry: g, samples, epilogue })
            } else {
                Op::Conv(Conv { x, weight, side, y, geometry: g, samples, epilogue })
            };
            cases.push(b.finish(shape.label(&format!("{epilogue:?}")), op));
        }
    }
    cases
}

pub(super) fn conv(extent: Extent) -> Vec<Case> {
    both(extent, false)
}

pub(super) fn conv_transpose(extent: Extent) -> Vec<Case> {
    both(extent, true)
}

pub(super) fn conv_grad_weight(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, shape) in shapes(extent).into_iter().enumerate() {
        // One slice, several, and more than there are rows.
        let rows = shape.rows * shape.samples;
        for slices in [[1, rows + 2], [rows.div_ceil(2), 3]][i % 2] {
            let g = shape.geometry;
            let mut b = Build::new(i as u32, shape.batch(), step(shape.rows));
            let large = b.input("large", shape.per_draw(g.large.len()), Data::normal_or_zero);
            let small = b.input("small", shape.per_draw(g.small.len()), Data::normal_or_zero);
            let partial = b.output("partial", [slices, slices, g.weight()], TOLERANCE);
            let samples = shape.samples;
            let op =
                Op::ConvGradWeight(ConvGradWeight { large, small, partial, geometry: g, samples, slices });
            cases.push(b.finish(shape.label(&format!("{slices} slices")), op));
        }
    }
    cases
}

pub(super) fn sum_slices(extent: Extent) -> Vec<Case> {
    let mut shapes = vec![(1, 1), (3, 70)];
    if extent > Extent::Reduced {
        shapes.extend([(1, 64), (2, 65), (7, 1000), (16, 4097), (5, 33_000)]);
    }
    let mut cases = Vec::new();
    for (slices, len) in shapes {
        let mut b = Build::new(slices + len, 1, step(1));
        let partial = b.input("partial", [slices, slices, len], Data::normal_or_zero);
        let sum = b.grads("sum", len, TOLERANCE);
        cases.push(
            b.finish(format!("{slices} slices of {len}"), Op::SumSlices(SumSlices { partial, sum, slices })),
        );
    }
    cases
}

pub(super) fn conv_grad_bias(extent: Extent) -> Vec<Case> {
    let mut shapes = vec![(1, 1, 1), (3, 5, 35)];
    if extent > Extent::Reduced {
        shapes.extend([(7, 1, 784), (5, 32, 196), (64, 64, 49), (2, 130, 1), (131, 3, 17), (1, 33, 225)]);
    }
    let mut cases = Vec::new();
    for (i, (rows, channels, area)) in shapes.into_iter().enumerate() {
        let (samples, spare) = ([1, 3][i % 2], [0, 2][i % 2]);
        let mut b = Build::new(rows + area, rows + spare, step(rows));
        let capacity = (rows + spare) * samples;
        let delta = b.input("delta", [capacity, rows * samples, channels * area], Data::normal_or_zero);
        let bias = b.grads("bias gradient", channels, TOLERANCE);
        let op = Op::ConvGradBias(ConvGradBias { delta, bias, channels, area, samples });
        cases.push(b.finish(format!("{rows}×{samples} rows, {channels} channels of {area}"), op));
    }
    cases
}
