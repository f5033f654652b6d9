//! Checkpoints: they come back as they were, PyTorch's are read, and no bytes do harm.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vae_playground::checkpoint::{Checkpoint, Precision, load, save};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::spec::{Activation, ImageShape, LayerSpec, VaeSpec};
use vae_playground::{Error, presets};

const PYTORCH: &[u8] = include_bytes!("golden/pytorch-examples.safetensors");

fn small_spec() -> VaeSpec {
    VaeSpec::from_json(
        r#"{ "input": { "channels": 1, "height": 2, "width": 2 }, "latent": 1,
             "encoder": [{ "type": "linear", "units": 3, "activation": "tanh" }, { "type": "linear", "units": 2 }],
             "decoder": [{ "type": "linear", "units": 3, "activation": "silu" }] }"#,
    )
    .unwrap()
}

fn saved(spec: &VaeSpec, precision: Precision) -> (Checkpoint, Vec<u8>) {
    let layout = Layout::new(spec).unwrap();
    let params = layout.initialise(Initialisation::PyTorch, 5);
    let provenance = BTreeMap::from([("epochs".into(), "10".into()), ("data".into(), "MNIST".into())]);
    let bytes = save(spec, &layout, &params, &provenance, precision).unwrap();
    (Checkpoint { spec: spec.clone(), params, provenance }, bytes)
}

/// A file with this header and `data` bytes of zeros.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

fn problem(bytes: &[u8]) -> String {
    match load(bytes).unwrap_err() {
        Error::InvalidCheckpoint(problem) => problem,
        other => panic!("{other:?} is not an invalid checkpoint"),
    }
}

#[track_caller]
fn refused(bytes: &[u8], because: &str) {
    let problem = problem(bytes);
    assert!(problem.contains(because), "{problem:?} does not say {because:?}");
}

/// The small model's file with `from` replaced by `to` in its header.
fn edited(from: &str, to: &str) -> Vec<u8> {
    let (_, bytes) = saved(&small_spec(), Precision::F32);
    let len = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let header = std::str::from_utf8(&bytes[8..8 + len]).unwrap();
    assert!(header.contains(from), "{header} has no {from}");
    let mut edited = file(&header.replacen(from, to, 1), 0);
    edited.extend(&bytes[8 + len..]);
    edited
}

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
fn other_readers_understand_the_file() {
    let (checkpoint, bytes) = saved(&small_spec(), Precision::F32);
    let (header, metadata) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!((8 + header) % 8, 0, "the data is aligned");
    let notes = metadata.metadata().as_ref().unwrap();
    assert_eq!(VaeSpec::from_json(&notes["spec"]).unwrap(), checkpoint.spec);
    assert_eq!(notes["epochs"], "10");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let layout = Layout::new(&checkpoint.spec).unwrap();
    assert_eq!(tensors.len(), layout.tensors.len());
    for t in &layout.tensors {
        let view = tensors.tensor(&t.name).unwrap();
        let values: Vec<f32> =
            view.data().as_chunks::<4>().0.iter().map(|v| f32::from_le_bytes(*v)).collect();
        assert_eq!(values, checkpoint.params[t.range.clone()], "{}", t.name);
    }
}

#[test]
fn a_checkpoint_of_pytorch_examples_needs_no_metadata() {
    let read = load(PYTORCH).unwrap();
    assert_eq!(read.spec.input, ImageShape::MNIST);
    assert_eq!(read.spec.latent, 2);
    let hidden = vec![LayerSpec::Linear { units: 8, activation: Activation::Relu }];
    assert_eq!((&read.spec.encoder, &read.spec.decoder), (&hidden, &hidden));
    let layout = Layout::new(&read.spec).unwrap();
    let theirs = safetensors::SafeTensors::deserialize(PYTORCH).unwrap();
    for t in &layout.tensors {
        let view = theirs.tensor(&t.name).unwrap();
        let values: Vec<f32> =
            view.data().as_chunks::<4>().0.iter().map(|v| f32::from_le_bytes(*v)).collect();
        assert_eq!(values, read.params[t.range.clone()], "{}", t.name);
    }
    let again = save(&read.spec, &layout, &read.params, &read.provenance, Precision::F32).unwrap();
    assert_eq!(load(&again).unwrap(), read);
}

#[test]
fn a_decoder_as_wide_as_the_image_is_not_taken_for_the_output() {
    let header = r#"{"fc1.weight":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]},
        "fc1.bias":{"dtype":"F32","shape":[2],"data_offsets":[32,40]},
        "fc21.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[40,48]},
        "fc21.bias":{"dtype":"F32","shape":[1],"data_offsets":[48,52]},
        "fc22.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[52,60]},
        "fc22.bias":{"dtype":"F32","shape":[1],"data_offsets":[60,64]},
        "fc3.weight":{"dtype":"F32","shape":[4,1],"data_offsets":[64,80]},
        "fc3.bias":{"dtype":"F32","shape":[4],"data_offsets":[80,96]},
        "fc4.weight":{"dtype":"F32","shape":[4,4],"data_offsets":[96,160]},
        "fc4.bias":{"dtype":"F32","shape":[4],"data_offsets":[160,176]}}"#;
    let read = load(&file(header, 176)).unwrap();
    assert_eq!(read.spec.decoder_layers().len(), 2);
    assert_eq!(read.spec.input, ImageShape { channels: 1, height: 2, width: 2 });
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
fn what_is_no_safetensors_file_is_refused() {
    refused(&[], "the file is empty");
    refused(&[1, 2, 3], "cut short within its first 8 bytes");
    refused(&(1_u64 << 63).to_le_bytes(), "a header of 9223372036854775808 bytes, expected at most 1048576");
    refused(&u64::MAX.to_le_bytes(), "a header of 18446744073709551615 bytes");
    refused(&100_u64.to_le_bytes(), "0 bytes after the first 8, expected a header of 100");
    refused(b"PK\x03\x04 and so on", "torch.save");
    refused(&file("not json", 0), "header: ");
    refused(&file("[]", 0), "header: ");
    refused(&file(r#"{"__metadata__":{"spec":7}}"#, 0), "header: ");
    refused(&file("{}", 0), "no spec in the metadata");
    let mut not_utf8 = file(r#"{"__metadata__":{"spec":"?"}}"#, 0);
    let at = not_utf8.iter().position(|&b| b == b'?').unwrap();
    not_utf8[at] = 0xff;
    refused(&not_utf8, "header: ");
    let deep = r#"{"a":"#.repeat(60_000) + &"}".repeat(60_000);
    refused(&file(&deep, 0), "recursion limit");
    let deep = r#"{"a":{"shape":"#.to_owned() + &"[".repeat(1 << 19);
    refused(&file(&deep, 0), "recursion limit");
}

#[test]
fn every_cut_of_a_checkpoint_is_refused() {
    let (_, bytes) = saved(&small_spec(), Precision::F32);
    for length in 0..bytes.len() {
        assert!(matches!(load(&bytes[..length]), Err(Error::InvalidCheckpoint(_))), "first {length} bytes");
    }
    let mut longer = bytes;
    longer.extend([0; 4]);
    refused(&longer, "4 bytes after the last tensor");
}

#[test]
fn offsets_that_lie_are_refused_and_named() {
    // encoder.0.weight is the first tensor, 3×4 floats; encoder.0.bias the second.
    refused(
        &edited("[0,48]", "[0,44]"),
        "tensor encoder.0.weight has 44 bytes for F32 values of shape [3, 4]",
    );
    refused(
        &edited("[0,48]", "[4,48]"),
        "tensor encoder.0.weight has bytes 4 to 48, expected them to start at 0",
    );
    refused(
        &edited("[48,60]", "[40,52]"),
        "tensor encoder.0.bias has bytes 40 to 52, expected them to start at 48",
    );
    refused(&edited("[48,60]", "[60,48]"), "tensor encoder.0.bias has bytes 60 to 48");
    refused(&edited("[48,60]", "[48,18446744073709551615]"), "but the file ends at");
    refused(&edited("[48,60]", "[48,18446744073709551616]"), "header: ");
    refused(&edited("[48,60]", "[-1,60]"), "header: ");
    let wraps = r#"{"fc1.weight":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#;
    refused(&file(wraps, 0), "tensor fc1.weight has 0 bytes for F32 values of shape");
    // Eight of these fill 2^64 bytes but one; a sum of offsets and lengths would wrap.
    let eighth = u64::MAX / 8;
    let huge: Vec<String> = (0..8_u64)
        .map(|i| {
            format!(
                r#""t{i}":{{"dtype":"U8","shape":[{eighth}],"data_offsets":[{},{}]}}"#,
                i * eighth,
                (i + 1) * eighth
            )
        })
        .collect();
    refused(&file(&format!("{{{}}}", huge.join(",")), 0), "but the file ends at 0");
}

#[test]
fn tensors_that_do_not_fit_the_model_are_refused_and_named() {
    refused(&edited("[3,4]", "[4,3]"), "tensor encoder.0.weight has shape [4, 3], expected [3, 4]");
    refused(&edited("[3,4]", "[12]"), "tensor encoder.0.weight has shape [12], expected [3, 4]");
    refused(&edited(r#""F32""#, r#""I32""#), "has type I32, expected F32 or F16");
    refused(&edited(r#""F32""#, r#""Q5""#), "header: ");
    refused(&edited(r#""mu.bias""#, r#""my.bias""#), "tensor mu.bias is missing");
    let text = r#"\"latent\":1"#;
    refused(&edited(text, r#"\"latent\":2"#), "tensor mu.weight has shape [1, 2], expected [2, 2]");
    refused(&edited(text, r#"\"latent\":0"#), "latent: 0, expected 1 to 4096");
    refused(&edited(text, r#"\"latent\":-3"#), "spec, line 1");
    refused(&edited(text, r#"\"latent\":1,\"colour\":2"#), "unknown field");
    let extra = edited(r#""mu.bias""#, r#""nu":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"mu.bias""#);
    refused(&extra, "tensor nu has no place in the model");
}

#[test]
fn a_spec_larger_than_its_file_allocates_nothing() {
    let layer = r#"{"type":"linear","units":5792}"#;
    let layers = vec![layer; 64].join(",");
    let spec = format!(
        r#"{{"input":{{"channels":1,"height":5,"width":1158}},"encoder":[{layers}],"latent":1,"decoder":[{layers}]}}"#
    );
    let header = format!(r#"{{"__metadata__":{{"spec":{}}}}}"#, serde_json::to_string(&spec).unwrap());
    refused(&file(&header, 0), "parameters in all, expected at most 33554432");
}

#[test]
fn weights_that_are_not_finite_are_refused_and_named() {
    for (bits, shown) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        let (_, mut bytes) = saved(&small_spec(), Precision::F32);
        let data = 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        bytes[data + 48 + 4..][..4].copy_from_slice(&bits.to_le_bytes());
        refused(&bytes, &format!("tensor encoder.0.bias: value 1 is {shown}, expected a finite number"));
    }
    let (_, mut bytes) = saved(&small_spec(), Precision::F16);
    let end = bytes.len();
    bytes[end - 2..].copy_from_slice(&[0, 0x7c]);
    refused(&bytes, "tensor output.bias: value 3 is inf");
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

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), short in any::<bool>()) {
        let mut bytes = bytes;
        // Half of the cases get past the length, to the JSON.
        let rest = bytes.len().saturating_sub(8) as u64;
        if short && let Some(len) = bytes.first_chunk_mut::<8>() {
            *len = rest.to_le_bytes();
        }
        prop_assert!(matches!(load(&bytes), Err(Error::InvalidCheckpoint(_))));
    }

    #[test]
    fn a_damaged_checkpoint_is_refused_or_still_a_model(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let (_, mut bytes) = saved(&small_spec(), Precision::F32);
        let at = at.index(bytes.len());
        bytes[at] = value;
        match load(&bytes) {
            Ok(read) => prop_assert!(read.params.iter().all(|v| v.is_finite())),
            Err(e) => prop_assert_eq!(e.code(), "invalid-checkpoint"),
        }
    }
}
