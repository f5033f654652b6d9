//! IDX files: every way to be wrong has its own error, and no bytes panic.

use proptest::prelude::*;
use vae_playground::Error;
use vae_playground::data::idx::{IdxError, parse, parse_images, parse_labels, parse_pair};

fn file(dims: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(data);
    bytes
}

#[test]
fn a_valid_file_is_read_without_copying() {
    let bytes = file(&[2, 3, 1], &[1, 2, 3, 4, 5, 6]);
    let idx = parse(&bytes).unwrap();
    assert_eq!(idx.dims, [2, 3, 1]);
    assert_eq!(idx.data, [1, 2, 3, 4, 5, 6]);
    assert!(std::ptr::eq(idx.data, &bytes[16..]));
    let images = parse_images(&bytes).unwrap();
    assert_eq!((images.count, images.rows, images.cols), (2, 3, 1));
}

#[test]
fn every_cut_of_a_valid_file_says_what_is_missing() {
    let bytes = file(&[2, 2], &[1, 2, 3, 4]);
    for length in 0..bytes.len() {
        let expected = match length {
            0 => IdxError::Empty,
            1..4 => IdxError::ShortHeader { expected: 4, found: length },
            4..12 => IdxError::ShortHeader { expected: 12, found: length },
            _ => IdxError::Truncated { expected: 4, found: length as u64 - 12 },
        };
        assert_eq!(parse(&bytes[..length]), Err(expected), "first {length} bytes");
    }
}

#[test]
fn each_wrong_header_has_its_own_error() {
    let cases: [(&[u8], IdxError); 9] = [
        (&[0x1f, 0x8b, 8, 0], IdxError::Gzipped),
        (&[1, 0, 8, 1], IdxError::WrongMagic(1, 0)),
        (&[0, 8, 8, 1], IdxError::WrongMagic(0, 8)),
        (&[0, 0, 0x0d, 1], IdxError::UnsupportedType { code: 0x0d, name: "32-bit float" }),
        (&[0, 0, 0x55, 1], IdxError::UnsupportedType { code: 0x55, name: "no type of the IDX format" }),
        (&[0, 0, 8, 0], IdxError::NoDimensions),
        (&[0, 0, 8, 1, 0, 0, 0, 0], IdxError::ZeroDimension { axis: 0 }),
        (&[0, 0, 8, 1, 0, 0, 0, 1, 7, 8, 9], IdxError::TrailingBytes { count: 2 }),
        (&[0, 0, 8, 255, 0], IdxError::ShortHeader { expected: 1024, found: 5 }),
    ];
    for (bytes, expected) in cases {
        assert_eq!(parse(bytes), Err(expected), "{bytes:?}");
    }
}

#[test]
fn sizes_near_two_to_the_32_are_refused_without_allocating() {
    let one = parse(&[0, 0, 8, 1, 255, 255, 255, 255, 0]);
    assert_eq!(one, Err(IdxError::Truncated { expected: u64::from(u32::MAX), found: 1 }));
    let two = parse_images(&file(&[u32::MAX, 28, 28], &[0; 784])).unwrap_err();
    assert_eq!(two, IdxError::Truncated { expected: u64::from(u32::MAX) * 784, found: 784 });
    // 2^32 × 2^32 wraps to 0 in 64 bits; (2^31)^3 wraps to 0 as well.
    for dims in [[1 << 31; 3], [u32::MAX; 3]] {
        assert_eq!(parse(&file(&dims, &[])), Err(IdxError::TooLarge { dims: dims.to_vec() }));
    }
    assert!(matches!(parse(&file(&[u32::MAX; 255], &[])), Err(IdxError::TooLarge { .. })));
}

#[test]
fn images_and_labels_are_not_mistaken_for_each_other() {
    let images = file(&[2, 1, 1], &[0, 255]);
    let labels = file(&[2], &[3, 9]);
    assert_eq!(parse_pair(&images, &labels, 10).unwrap().1, [3, 9]);
    let swapped = parse_pair(&labels, &images, 10).unwrap_err();
    assert_eq!(swapped.to_string(), "1 dimensions, expected 3 (images, rows, columns)");
    assert_eq!(
        parse_labels(&images, 10),
        Err(IdxError::WrongDimensions { what: "labels", expected: 1, found: 3 })
    );
}

#[test]
fn labels_must_name_a_class_and_match_the_images() {
    let labels = file(&[3], &[0, 10, 11]);
    assert_eq!(parse_labels(&labels, 12).unwrap(), [0, 10, 11]);
    assert_eq!(
        parse_labels(&labels, 10),
        Err(IdxError::LabelOutOfRange { index: 1, value: 10, classes: 10 })
    );
    assert_eq!(parse_labels(&labels, 256).unwrap().len(), 3);
    let images = file(&[2, 1, 1], &[0, 255]);
    assert_eq!(parse_pair(&images, &labels, 12), Err(IdxError::LabelCount { images: 2, labels: 3 }));
}

#[test]
fn an_idx_error_is_an_invalid_argument() {
    let error = Error::from(parse(&[]).unwrap_err());
    assert_eq!(error.code(), "invalid-argument");
    assert_eq!(error.to_string(), "IDX file: the file is empty");
}

/// Sizes whose product stays small enough to build.
fn small_file() -> impl Strategy<Value = (Vec<u32>, Vec<u8>)> {
    prop::collection::vec(1_u32..6, 1..5).prop_flat_map(|dims| {
        let len = dims.iter().product::<u32>() as usize;
        (Just(dims), prop::collection::vec(any::<u8>(), len))
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), zeros in any::<bool>()) {
        let mut bytes = bytes;
        // Half of the cases get past the magic, where the interesting paths are.
        if zeros && let Some(head) = bytes.first_chunk_mut::<3>() {
            *head = [0, 0, 8];
        }
        if let Ok(idx) = parse(&bytes) {
            prop_assert_eq!(idx.data.len() as u64, idx.dims.iter().map(|&d| u64::from(d)).product::<u64>());
        }
        let _ = parse_images(&bytes);
        let _ = parse_labels(&bytes, 10);
        let _ = parse_pair(&bytes, &bytes, 10);
    }

    #[test]
    fn what_was_written_is_read((dims, data) in small_file()) {
        let bytes = file(&dims, &data);
        let idx = parse(&bytes).unwrap();
        prop_assert_eq!(&idx.dims, &dims);
        prop_assert_eq!(idx.data, &data);
    }

    #[test]
    fn any_other_header_is_an_error((dims, data) in small_file(), at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let mut bytes = file(&dims, &data);
        let header = 4 + 4 * dims.len();
        bytes[at.index(header)] ^= flip;
        // A changed dimension count takes data for sizes, or sizes for data, and only by chance still fits.
        match parse(&bytes) {
            Ok(idx) => prop_assert!(at.index(header) == 3 && idx.dims.len() != dims.len()),
            Err(e) => prop_assert!(!e.to_string().is_empty()),
        }
    }
}
