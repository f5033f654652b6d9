//! Datasets: what goes in comes out, and what cannot be an image is refused.

use vae_playground::data::Dataset;
use vae_playground::data::idx::IdxError;
use vae_playground::{Error, Result};

use super::mnist;

fn problem(result: Result<Dataset>) -> String {
    match result.unwrap_err() {
        Error::InvalidArgument { what, problem } => format!("{what}: {problem}"),
        other => panic!("{other:?} is not an invalid argument"),
    }
}

#[test]
fn images_and_labels_are_kept_in_order() {
    let set = Dataset::from_u8(vec![1, 2, 3, 4, 5, 6], Some(vec![7, 8, 9]), 2).unwrap();
    assert_eq!((set.len(), set.pixels()), (3, 2));
    assert_eq!(set.image(1), [3, 4]);
    assert_eq!(set.images(), [1, 2, 3, 4, 5, 6]);
    let subset = set.subset(&[2, 0, 2]).unwrap();
    assert_eq!(subset.images(), [5, 6, 1, 2, 5, 6]);
    assert_eq!(subset.labels().unwrap(), [9, 7, 9]);
    assert_eq!(problem(set.subset(&[0, 3])), "indices: 3, expected less than 3");
    assert_eq!(problem(set.subset(&[])), "images: no images, expected at least one");
}

#[test]
fn unit_values_are_rounded_to_the_nearest_level() {
    let values: Vec<f32> = (0..=255_u8).map(|level| f32::from(level) / 255.0).collect();
    let set = Dataset::from_f32(&values, None, 16).unwrap();
    assert!(set.images().iter().copied().eq(0..=255), "levels survive a round trip");
    let fine: Vec<f32> = (0..1000).map(|i| i as f32 / 999.0).collect();
    let set = Dataset::from_f32(&fine, None, 10).unwrap();
    for (level, value) in set.images().iter().zip(&fine) {
        assert!((f32::from(*level) / 255.0 - value).abs() <= 1.0 / 510.0 + 1e-6);
    }
}

#[test]
fn what_is_no_set_of_images_is_refused() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1e-6, 1.000_001] {
        let values = [0.0, 1.0, 0.5, 0.5, 0.0, bad];
        let message = problem(Dataset::from_f32(&values, None, 3));
        assert!(message.starts_with("images: pixel 2 of image 1 is "), "{message}");
    }
    assert_eq!(problem(Dataset::from_u8(vec![0; 5], None, 2)), "images: 5 values, expected a multiple of 2");
    assert_eq!(problem(Dataset::from_u8(vec![0; 5], None, 0)), "pixels: 0, expected at least 1");
    assert_eq!(problem(Dataset::from_f32(&[], None, 3)), "images: no images, expected at least one");
    assert_eq!(problem(Dataset::from_u8(vec![0; 4], Some(vec![1]), 2)), "labels: 1 labels for 2 images");
}

#[test]
fn idx_files_become_a_dataset_or_their_error() {
    let images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40];
    let labels = [0, 0, 8, 1, 0, 0, 0, 2, 4, 9];
    let set = Dataset::from_idx(&images, Some(&labels), 10).unwrap();
    assert_eq!((set.len(), set.pixels(), set.image(1)), (2, 2, [30, 40].as_slice()));
    assert_eq!(set.labels().unwrap(), [4, 9]);
    assert_eq!(Dataset::from_idx(&images, None, 10).unwrap().labels(), None);
    assert_eq!(Dataset::from_idx(&[], None, 10), Err(Error::Idx(IdxError::Empty)));
    assert!(matches!(
        Dataset::from_idx(&images, Some(&labels), 9),
        Err(Error::Idx(IdxError::LabelOutOfRange { index: 1, value: 9, classes: 9 }))
    ));
}

#[test]
fn mnist_has_the_sizes_it_should() {
    let (train, test) = (mnist::train(), mnist::test());
    assert_eq!((train.len(), train.pixels()), (60_000, 784));
    assert_eq!((test.len(), test.pixels()), (10_000, 784));
    assert_eq!(&test.labels().unwrap()[..5], [7, 2, 1, 0, 4]);
    let of_each = |label| train.labels().unwrap().iter().filter(|&&l| l == label).count();
    assert_eq!((0..10).map(of_each).sum::<usize>(), 60_000);
    assert_eq!(of_each(5), 5_421);
}

#[test]
fn no_soft_cross_entropy_on_mnist_goes_below_45_53_nats() {
    let floor = mnist::test().soft_entropy();
    assert!((floor - 45.5345).abs() < 1e-4, "{floor}");
    // One grey pixel in two images: ln 2 ≈ entropy of a level of 127.5 / 255.
    let half = Dataset::from_u8(vec![128, 0, 255, 0], None, 2).unwrap().soft_entropy();
    assert!((half - 2.0_f64.ln() / 2.0).abs() < 1e-5, "{half}");
}
