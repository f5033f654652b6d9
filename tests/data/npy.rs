//! NumPy's files: every type that is read, what is written, and bytes that are no such file.

use half::f16;
use proptest::prelude::*;
use vae_playground::Error;
use vae_playground::data::npy::{Array, Elements, parse, write};

/// A file of version 1 as `numpy.save` lays it out.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{header}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

fn header(kind: &str, order: &str, shape: &str) -> String {
    format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}   ")
}

fn read(kind: &str, data: &[u8]) -> Elements {
    let array = parse(&file(&header(kind, "False", "(2,)"), data)).unwrap();
    assert_eq!(array.shape, [2]);
    array.elements
}

#[test]
fn every_type_is_read() {
    let floats = |values: [f32; 2]| Elements::Floats(values.to_vec());
    let half = [1.5, -0.25].map(|v| f16::from_f32(v).to_le_bytes()).concat();
    assert_eq!(read("<f2", &half), floats([1.5, -0.25]));
    assert_eq!(read("<f4", &[0.1_f32, 7.0].map(f32::to_le_bytes).concat()), floats([0.1, 7.0]));
    assert_eq!(read("<f8", &[0.1_f64, 7.0].map(f64::to_le_bytes).concat()), floats([0.1, 7.0]));
    assert_eq!(read("|b1", &[0, 1]), floats([0.0, 1.0]));
    assert_eq!(read("|u1", &[9, 255]), Elements::Bytes(vec![9, 255]));
}

#[test]
fn shapes_versions_and_spellings_of_the_header() {
    let shape = |header: &str, data: &[u8]| parse(&file(header, data)).unwrap().shape;
    assert_eq!(shape(&header("|u1", "False", "(2, 3)"), &[0; 6]), [2, 3]);
    assert_eq!(shape(&header("|u1", "False", "()"), &[0]), [0; 0]);
    assert_eq!(shape(&header("|u1", "True", "(4,)"), &[0; 4]), [4], "one dimension has no order");
    assert_eq!(shape(&header("|u1", "False", "(0, 3)"), &[]), [0, 3]);
    let other = "{\"shape\":(1,2),\"descr\":\"|u1\",\"fortran_order\":False}";
    assert_eq!(shape(other, &[1, 2]), [1, 2]);
    let text = header("|u1", "False", "(1,)");
    let length = (text.len() as u32).to_le_bytes();
    let second = [b"\x93NUMPY\x02\x00", &length[..], text.as_bytes(), &[7]].concat();
    assert_eq!(parse(&second).unwrap().elements, Elements::Bytes(vec![7]));
}

#[test]
fn what_is_written_is_read_and_begins_where_numpy_expects_it() {
    let values: Vec<f32> = (0..12).map(|i| i as f32 / 7.0).collect();
    for shape in [vec![12], vec![3, 4], vec![2, 1, 6]] {
        let bytes = write(&shape, &values).unwrap();
        let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!((header % 64, bytes[header - 1]), (0, b'\n'));
        assert_eq!(parse(&bytes).unwrap(), Array { shape, elements: Elements::Floats(values.clone()) });
    }
    assert!(write(&[5], &values).is_err());
    assert!(write(&[usize::MAX, 2], &values).is_err());
}

#[test]
fn what_is_wrong_is_named() {
    let problem = |bytes: &[u8]| match parse(bytes).unwrap_err() {
        Error::InvalidArgument { problem, .. } => problem,
        other => panic!("{other}"),
    };
    let of = |kind, order, shape, data: &[u8]| problem(&file(&header(kind, order, shape), data));
    assert!(problem(b"").contains("NUMPY"));
    assert!(problem(b"\x93NUMPY\x01").contains("truncated"));
    assert!(problem(b"\x93NUMPY\x01\x00\xff\xff{").contains("truncated"));
    assert!(problem(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{").contains("truncated"));
    assert!(problem(b"\x93NUMPY\x09\x00\x00\x00").contains("version 9"));
    assert!(of(">f4", "False", "(1,)", &[0; 4]).contains(">f4"));
    assert!(of("<i8", "False", "(1,)", &[0; 8]).contains("<i8"));
    assert!(of("<f4", "True", "(1, 1)", &[0; 4]).contains("Fortran"));
    assert!(of("<f4", "False", "(2,)", &[0; 4]).contains("4 bytes of data"));
    assert!(of("<f4", "False", "(1,)", &[0; 5]).contains("5 bytes of data"));
    let huge = "(18446744073709551615, 2)";
    assert!(of("<f4", "False", huge, &[]).contains("0 bytes of data"));
    for header in ["", "{}", "{'descr'}", "{'descr': 3}", "{'shape': (1,)}", "{'x': 'y'}", "{'shape': (-1,)}"]
    {
        assert!(problem(&file(header, &[])).contains("header"), "{header}");
    }
    let missing = "{'descr': '<f4', 'fortran_order': Perhaps, 'shape': ()}";
    assert!(problem(&file(missing, &[0; 4])).contains("Perhaps"));
    assert!(problem(&file("\u{fffd}", &[])).contains("header"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(header in "\\PC{0,80}", data in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse(&file(&header, &data));
        let _ = parse(&data);
        let _ = parse(&[b"\x93NUMPY", &data[..]].concat());
    }

    #[test]
    fn no_change_of_a_good_header_makes_it_panic(place in 0_usize..90, byte: u8) {
        let mut bytes = write(&[2, 3], &[0.5; 6]).unwrap();
        let end = bytes.len();
        bytes[place % end] = byte;
        let _ = parse(&bytes);
        let _ = parse(&bytes[..place % end]);
    }
}
