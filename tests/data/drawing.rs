//! Drawings become MNIST images: the real digits come back as they were, and the geometry holds for any ink.

use proptest::prelude::*;
use vae_playground::data::image::{Bounds, Digit, SIDE, preprocess_drawing};
use vae_playground::{Error, Result};

use super::mnist;

fn digit(ink: &[f32], width: usize) -> Digit {
    preprocess_drawing(ink, width, ink.len() / width).unwrap().expect("there is ink")
}

fn test_image(index: usize) -> Vec<f32> {
    mnist::test().image(index).iter().map(|&level| f32::from(level) / 255.0).collect()
}

/// Each pixel becomes `factor × factor` pixels, in a canvas with `margin` empty pixels left and above.
fn enlarge(image: &[f32], factor: usize, margin: usize) -> (Vec<f32>, usize) {
    let side = SIDE * factor + margin;
    let mut canvas = vec![0.0; side * side];
    for y in margin..side {
        for x in margin..side {
            canvas[y * side + x] = image[(y - margin) / factor * SIDE + (x - margin) / factor];
        }
    }
    (canvas, side)
}

fn ink_size(pixels: &[f32], width: usize) -> (usize, usize) {
    let inked = |i: &usize| pixels[*i] > 0.0;
    let columns: Vec<usize> = (0..pixels.len()).filter(inked).map(|i| i % width).collect();
    let rows: Vec<usize> = (0..pixels.len()).filter(inked).map(|i| i / width).collect();
    let extent = |v: &[usize]| v.iter().max().unwrap() - v.iter().min().unwrap() + 1;
    (extent(&columns), extent(&rows))
}

fn centre_of_mass(pixels: &[f32]) -> (f64, f64) {
    let mass: f64 = pixels.iter().map(|&v| f64::from(v)).sum();
    let moment = |at: fn(usize) -> usize| {
        pixels.iter().enumerate().map(|(i, &v)| f64::from(v) * at(i) as f64).sum::<f64>() / mass
    };
    (moment(|i| i % SIDE), moment(|i| i / SIDE))
}

fn is_centred((x, y): (f64, f64)) -> bool {
    let range = 13.5 - 1e-5..14.5 + 1e-5;
    range.contains(&x) && range.contains(&y)
}

/// A disc-shaped brush pulled along straight lines, as a canvas would draw it.
fn stroke(points: &[(f32, f32)], radius: f32, side: usize) -> Vec<f32> {
    let mut canvas = vec![0.0_f32; side * side];
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0).max(1e-6);
        for (i, value) in canvas.iter_mut().enumerate() {
            let (px, py) = ((i % side) as f32 + 0.5, (i / side) as f32 + 0.5);
            let along = (((px - x0) * (x1 - x0) + (py - y0) * (y1 - y0)) / (length * length)).clamp(0.0, 1.0);
            let distance = (px - x0 - along * (x1 - x0)).hypot(py - y0 - along * (y1 - y0));
            *value = value.max((radius + 0.5 - distance).clamp(0.0, 1.0));
        }
    }
    canvas
}

#[test]
fn real_digits_enlarged_ten_times_come_back_unchanged() {
    let mut other_sizes = 0;
    for index in 0..500 {
        let original = test_image(index);
        let (canvas, side) = enlarge(&original, 10, index % 7);
        let again = digit(&canvas, side);
        assert!(is_centred(again.centre_of_mass), "image {index}: {:?}", again.centre_of_mass);
        let (width, height) = ink_size(&again.pixels, SIDE);
        assert_eq!(width.max(height), 20, "image {index}");
        let (was_width, was_height) = ink_size(&original, SIDE);
        if was_width.max(was_height) != 20 {
            other_sizes += 1;
            continue;
        }
        let worst = again.pixels.iter().zip(&original).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5, "image {index} differs by {worst}");
    }
    assert!(
        other_sizes <= 3,
        "{other_sizes} digits of the test set are not 20 pixels large, expected 3 at most"
    );
}

#[test]
fn every_real_digit_keeps_its_place() {
    let mut other_sizes = 0;
    for index in 0..mnist::test().len() {
        let original = test_image(index);
        let again = digit(&original, SIDE);
        let (width, height) = ink_size(&again.pixels, SIDE);
        assert_eq!(width.max(height), 20, "image {index}");
        let (was_width, was_height) = ink_size(&original, SIDE);
        if was_width.max(was_height) == 20 {
            assert!(is_centred(again.centre_of_mass), "image {index}: {:?}", again.centre_of_mass);
        } else {
            other_sizes += 1;
        }
    }
    assert_eq!(other_sizes, 3, "digits of the test set that are not 20 pixels large");
}

#[test]
fn real_digits_drawn_at_no_whole_factor_come_back_alike() {
    let side = 204;
    let at = |v: usize| (2 * v + 1) * SIDE / (2 * side);
    let (mut errors, mut moved) = (Vec::new(), 0);
    for index in 0..500 {
        let original = test_image(index);
        let canvas: Vec<f32> =
            (0..side * side).map(|i| original[at(i / side) * SIDE + at(i % side)]).collect();
        let again = digit(&canvas, side);
        // A centre of mass within rounding of the border between two pixels may fall in the other one.
        let candidates = (0..9).map(|i| (i, difference(&again.pixels, &original, i % 3, i / 3)));
        let (shift, error) = candidates.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        moved += usize::from(shift != 4);
        errors.push(error);
    }
    let mean = errors.iter().sum::<f32>() / 500.0;
    let worst = errors.iter().copied().fold(0.0, f32::max);
    // The shorter side lands between pixels, so its strokes are averaged anew; the mean image has 0.13 of ink.
    assert!(mean < 0.02 && worst < 0.06, "mean {mean}, worst {worst}");
    assert!(moved < 150, "{moved} of 500 moved by a pixel");
}

/// Mean absolute difference of two images, the first moved by `dx - 1`, `dy - 1` pixels.
fn difference(a: &[f32], b: &[f32], dx: usize, dy: usize) -> f32 {
    let moved = |i: usize| {
        let (x, y) = ((i % SIDE + 1).wrapping_sub(dx), (i / SIDE + 1).wrapping_sub(dy));
        if x < SIDE && y < SIDE { a[y * SIDE + x] } else { 0.0 }
    };
    (0..SIDE * SIDE).map(|i| (moved(i) - b[i]).abs()).sum::<f32>() / (SIDE * SIDE) as f32
}

#[test]
fn a_brush_of_a_tenth_of_the_box_stays_bright() {
    for (name, points) in [
        ("seven", vec![(60.0, 50.0), (200.0, 50.0), (110.0, 240.0)]),
        ("one", vec![(140.0, 30.0), (141.0, 250.0)]),
        ("slanted one", vec![(100.0, 33.3), (177.7, 250.0)]),
    ] {
        let result = digit(&stroke(&points, 11.0, 280), 280);
        let bright = result.pixels.iter().filter(|&&v| v > 0.9).count();
        assert!(bright >= 15, "{name}: {bright} bright pixels");
        assert!(is_centred(result.centre_of_mass));
    }
}

#[test]
fn where_and_how_large_it_was_drawn_does_not_matter() {
    let small = stroke(&[(40.0, 40.0), (90.0, 40.0), (60.0, 110.0)], 5.0, 280);
    let moved: Vec<f32> = (0..280 * 280)
        .map(|i| if i % 280 >= 131 && i / 280 >= 77 { small[i - 131 - 77 * 280] } else { 0.0 })
        .collect();
    let (a, b) = (digit(&small, 280), digit(&moved, 280));
    assert_eq!(a.pixels, b.pixels);
    assert_eq!((a.bounds.x + 131, a.bounds.y + 77), (b.bounds.x, b.bounds.y));
    let large = stroke(&[(80.0, 80.0), (180.0, 80.0), (120.0, 220.0)], 10.0, 280);
    let error: f32 = digit(&large, 280).pixels.iter().zip(&a.pixels).map(|(a, b)| (a - b).abs()).sum();
    assert!(error / 784.0 < 0.01, "{error}");
}

#[test]
fn a_mirrored_drawing_gives_a_mirrored_box() {
    let ink = stroke(&[(70.0, 35.0), (150.0, 120.0), (90.0, 251.0)], 12.0, 280);
    let mirrored: Vec<f32> = ink.chunks(280).flat_map(|row| row.iter().rev().copied()).collect();
    let (a, b) = (digit(&ink, 280), digit(&mirrored, 280));
    let rows = |d: &Digit, reverse: bool| -> Vec<Vec<f32>> {
        d.pixels
            .chunks(SIDE)
            .map(|row| {
                let row: Vec<f32> = row.iter().copied().filter(|&v| v > 0.0).collect();
                if reverse { row.into_iter().rev().collect() } else { row }
            })
            .collect()
    };
    for (x, y) in rows(&a, false).iter().flatten().zip(rows(&b, true).iter().flatten()) {
        assert!((x - y).abs() < 1e-5);
    }
}

#[test]
fn enlarging_is_smooth() {
    let dot = digit(&[1.0], 1);
    assert_eq!(ink_size(&dot.pixels, SIDE), (20, 20));
    assert!(dot.pixels.iter().copied().fold(0.0, f32::max) > 0.95);
    let jump = dot.pixels[14 * SIDE..15 * SIDE].windows(2).map(|p| (p[1] - p[0]).abs()).fold(0.0, f32::max);
    assert!(jump < 0.6, "neighbours differ by {jump}");
    // Twice the size of a ramp is a ramp.
    let ramp: Vec<f32> = (0..10).map(|x| (x as f32 + 1.0) / 10.0).collect();
    let ramp = digit(&ramp.repeat(10), 10);
    let row: Vec<f32> = ramp.pixels[14 * SIDE..15 * SIDE].iter().copied().filter(|&v| v > 0.0).collect();
    assert_eq!(row.len(), 20);
    assert!(row[..19].windows(2).all(|p| p[1] >= p[0]), "{row:?}");
    assert!(row[1..18].windows(2).all(|p| (p[1] - p[0] - 0.05).abs() < 1e-5), "{row:?}");
}

#[test]
fn lopsided_ink_is_stopped_at_the_edge() {
    // All the weight at the bottom: centring it would need a shift of more than the 8 pixels there are.
    let mut ink = vec![0.01_f32; 20 * 20];
    ink[19 * 20..].fill(1.0);
    let result = digit(&ink, 20);
    let (width, height) = ink_size(&result.pixels, SIDE);
    assert_eq!((width, height), (20, 20));
    assert!(result.pixels[..20].iter().any(|&v| v > 0.0), "the box touches the top");
    assert!(result.centre_of_mass.1 > 14.5);
    assert!((result.pixels.iter().sum::<f32>() - ink.iter().sum::<f32>()).abs() < 1e-3, "no ink is lost");
}

#[test]
fn no_ink_is_no_digit() {
    assert_eq!(preprocess_drawing(&[0.0; 784], 28, 28), Ok(None));
    assert_eq!(preprocess_drawing(&[0.001; 784], 28, 28), Ok(None), "fainter than any grey level");
    assert!(preprocess_drawing(&[0.002; 784], 28, 28).unwrap().is_some());
}

#[test]
fn faint_dust_does_not_widen_the_box() {
    let mut ink = stroke(&[(100.0, 100.0), (120.0, 180.0)], 10.0, 280);
    let clean = digit(&ink, 280);
    ink[0] = 0.0019;
    assert_eq!(digit(&ink, 280), clean);
}

/// The averages by counting: with 40 sub-pixels to a pixel of ink, a pixel of the result is `2 × longer` of them.
fn averages_by_counting(ink: &[f32], width: usize, height: usize) -> Vec<f64> {
    let longer = width.max(height);
    let sides = [width, height].map(|size| (size * 20).div_ceil(longer));
    let margins = [(sides[0], width), (sides[1], height)].map(|(to, from)| to * longer - from * 20);
    let axis =
        |v: usize, margin: usize, size: usize| v.checked_sub(margin).map(|v| v / 40).filter(|&v| v < size);
    let mut result = Vec::new();
    for y in 0..sides[1] {
        for x in 0..sides[0] {
            let mut sum = 0.0;
            for sub_y in y * 2 * longer..(y + 1) * 2 * longer {
                let Some(ink_y) = axis(sub_y, margins[1], height) else { continue };
                for sub_x in x * 2 * longer..(x + 1) * 2 * longer {
                    if let Some(ink_x) = axis(sub_x, margins[0], width) {
                        sum += f64::from(ink[ink_y * width + ink_x]);
                    }
                }
            }
            result.push(sum / (2 * longer * 2 * longer) as f64);
        }
    }
    result
}

#[test]
fn shrinking_is_the_exact_average_over_the_area() {
    for (width, height) in [(20, 20), (23, 23), (31, 17), (20, 29), (37, 1), (3, 41), (40, 40)] {
        let ink: Vec<f32> = (0..width * height).map(|i| 0.1 + (i * 37 % 89) as f32 / 100.0).collect();
        let result = digit(&ink, width);
        let (w, _) = ink_size(&result.pixels, SIDE);
        let expected = averages_by_counting(&ink, width, height);
        let inked: Vec<f32> = result.pixels.iter().copied().filter(|&v| v > 0.0).collect();
        assert_eq!(inked.len(), expected.len(), "{width}×{height}");
        assert_eq!(w, (width * 20).div_ceil(width.max(height)));
        for (found, expected) in inked.iter().zip(&expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{width}×{height}: {found}, not {expected}");
        }
    }
}

fn problem(result: Result<Option<Digit>>) -> String {
    match result.unwrap_err() {
        Error::InvalidArgument { what, problem } => format!("{what}: {problem}"),
        other => panic!("{other:?} is not an invalid argument"),
    }
}

#[test]
fn what_is_no_drawing_is_refused() {
    assert_eq!(problem(preprocess_drawing(&[], 0, 5)), "width: 0 pixels, expected at least 1");
    assert_eq!(problem(preprocess_drawing(&[], 5, 0)), "height: 0 pixels, expected at least 1");
    assert_eq!(problem(preprocess_drawing(&[0.0; 5], 2, 3)), "drawing: 5 values, expected 2 × 3");
    let overflow = problem(preprocess_drawing(&[], usize::MAX, 2));
    assert!(overflow.starts_with("drawing: 0 values, expected"), "{overflow}");
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.1, 1.1] {
        let mut ink = [0.5; 6];
        ink[4] = bad;
        let expected = format!("drawing: the value at x 1, y 1 is {bad}, expected a number from 0 to 1");
        assert_eq!(problem(preprocess_drawing(&ink, 3, 2)), expected);
    }
}

proptest! {
    #[test]
    fn any_ink_gives_an_image_within_its_bounds(
        width in 1_usize..90,
        height in 1_usize..90,
        marks in prop::collection::vec((any::<prop::sample::Index>(), 0.05_f32..=1.0), 1..40),
    ) {
        let mut ink = vec![0.0; width * height];
        for (at, value) in marks {
            ink[at.index(width * height)] = value;
        }
        let result = digit(&ink, width);
        prop_assert!(result.pixels.iter().all(|v| (0.0..=1.0).contains(v)));
        let (w, h) = ink_size(&result.pixels, SIDE);
        prop_assert_eq!(w.max(h), 20);
        let Bounds { x, y, width: bw, height: bh } = result.bounds;
        prop_assert!(x + bw <= width && y + bh <= height);
        // The aspect ratio is kept to the pixel that is only partly covered at each end.
        prop_assert!((w as f64 - 20.0 * bw as f64 / bw.max(bh) as f64).abs() < 2.0);
        let (cx, cy) = centre_of_mass(&result.pixels);
        prop_assert!((cx - result.centre_of_mass.0).abs() < 1e-4);
        prop_assert!((cy - result.centre_of_mass.1).abs() < 1e-4);
        // Shrinking keeps the average, so ink is neither made nor lost.
        if bw.max(bh) >= 20 {
            let area = (bw.max(bh) as f64 / 20.0).powi(2);
            let before: f64 = ink.iter().map(|&v| f64::from(v)).sum();
            let after: f64 = result.pixels.iter().map(|&v| f64::from(v)).sum();
            prop_assert!((after * area - before).abs() < 1e-4 * before);
        }
    }
}
