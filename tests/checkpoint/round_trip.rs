//! What is written is what is read, and always the same bytes.

use std::collections::BTreeMap;

use vae_playground::checkpoint::{Precision, load, save};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::{Error, presets};

use crate::files::{file, saved, small_spec};

#[test]
fn every_preset_comes_back_as_it_was() {
    for name in presets::NAMES {
        let (checkpoint, bytes) = saved(&presets::spec(name).unwrap(), Precision::F32);
        assert_eq!(load(&bytes).unwrap(), checkpoint, "{name}");
    }
}

#[test]
fn half_precision_is_half_the_size_and_nearly_exact() {
    let (exact, single) = saved(&small_spec(), Precision::F32);
    let (_, half) = saved(&small_spec(), Precision::F16);
    let read = load(&half).unwrap();
    assert_eq!((&read.spec, &read.provenance), (&exact.spec, &exact.provenance));
    for (a, b) in read.params.iter().zip(&exact.params) {
        assert!((a - b).abs() <= b.abs() / 2048.0 + 6e-8, "{a} for {b}");
    }
    assert_ne!(read.params, exact.params);
    let data = |bytes: &[u8]| bytes.len() - 8 - u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    assert_eq!(data(&single), 2 * data(&half));
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let (_, first) = saved(&small_spec(), Precision::F32);
    for _ in 0..8 {
        assert_eq!(saved(&small_spec(), Precision::F32).1, first);
    }
}

#[test]
fn tensors_of_a_resumed_run_are_left_alone() {
    let (checkpoint, bytes) = saved(&small_spec(), Precision::F32);
    let len = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let header = std::str::from_utf8(&bytes[8..8 + len]).unwrap().trim_end();
    let data = bytes.len() - 8 - len;
    let state =
        format!(r#","state.moment1":{{"dtype":"F32","shape":[2],"data_offsets":[{data},{}]}}}}"#, data + 8);
    let mut with_state = file(&(header[..header.len() - 1].to_owned() + &state), 0);
    with_state.extend(&bytes[8 + len..]);
    with_state.extend([0; 8]);
    assert_eq!(load(&with_state).unwrap(), checkpoint);
}

#[test]
fn what_cannot_be_written_is_refused() {
    let spec = small_spec();
    let layout = Layout::new(&spec).unwrap();
    let good = layout.initialise(Initialisation::PyTorch, 5);
    let attempt = |params: &[f32], key: &str, precision| {
        let provenance = BTreeMap::from([(key.into(), String::new())]);
        match save(&spec, &layout, params, &provenance, precision) {
            Ok(_) => "written".to_owned(),
            Err(Error::InvalidArgument { what, problem }) => format!("{what}: {problem}"),
            Err(other) => panic!("{other:?} is not an invalid argument"),
        }
    };
    let expected = format!("params: {} values, expected {}", layout.len - 1, layout.len);
    assert_eq!(attempt(&good[1..], "data", Precision::F32), expected);
    assert_eq!(attempt(&good, "spec", Precision::F32), "provenance: the key \"spec\" is the spec's own");
    let mut bad = good;
    bad[layout.tensors[2].range.start + 1] = 65_520.0;
    assert_eq!(attempt(&bad, "data", Precision::F32), "written");
    let name = &layout.tensors[2].name;
    let expected = format!("{name}: value 1 is 65520, expected one that F16 can hold");
    assert_eq!(attempt(&bad, "data", Precision::F16), expected);
    bad[layout.tensors[2].range.start + 1] = f32::NAN;
    let expected = format!("{name}: value 1 is NaN, expected one that F32 can hold");
    assert_eq!(attempt(&bad, "data", Precision::F32), expected);
}

#[test]
fn notes_too_long_to_be_read_again_are_not_written() {
    let spec = small_spec();
    let layout = Layout::new(&spec).unwrap();
    let params = layout.initialise(Initialisation::PyTorch, 5);
    let written = |length: usize| {
        let provenance = BTreeMap::from([("data".into(), "x".repeat(length))]);
        save(&spec, &layout, &params, &provenance, Precision::F32)
    };
    assert!(load(&written(1_000_000).unwrap()).is_ok());
    match written(1 << 20) {
        Err(Error::InvalidArgument { what, problem }) => {
            assert!(what == "metadata" && problem.contains("expected at most 1048576"), "{what}: {problem}");
        }
        other => panic!("{:?} is not an invalid argument", other.map(|bytes| bytes.len())),
    }
}
