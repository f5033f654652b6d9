//! Files to test with: whole ones, and ones with something wrong in them.

use std::collections::BTreeMap;

use vae_playground::Error;
use vae_playground::checkpoint::{Checkpoint, Precision, load, save};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::spec::VaeSpec;

pub(crate) fn small_spec() -> VaeSpec {
    VaeSpec::from_json(
        r#"{ "input": { "channels": 1, "height": 2, "width": 2 }, "latent": 1,
             "encoder": [{ "type": "linear", "units": 3, "activation": "tanh" }, { "type": "linear", "units": 2 }],
             "decoder": [{ "type": "linear", "units": 3, "activation": "silu" }] }"#,
    )
    .unwrap()
}

pub(crate) fn saved(spec: &VaeSpec, precision: Precision) -> (Checkpoint, Vec<u8>) {
    let layout = Layout::new(spec).unwrap();
    let params = layout.initialise(Initialisation::PyTorch, 5);
    let provenance = BTreeMap::from([("epochs".into(), "10".into()), ("data".into(), "MNIST".into())]);
    let bytes = save(spec, &layout, &params, &provenance, precision).unwrap();
    (Checkpoint { spec: spec.clone(), params, provenance }, bytes)
}

/// A file with this header and `data` bytes of zeros.
pub(crate) fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

/// The small model's file with `from` replaced by `to` in its header.
pub(crate) fn edited(from: &str, to: &str) -> Vec<u8> {
    let (_, bytes) = saved(&small_spec(), Precision::F32);
    let len = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let header = std::str::from_utf8(&bytes[8..8 + len]).unwrap();
    assert!(header.contains(from), "{header} has no {from}");
    let mut edited = file(&header.replacen(from, to, 1), 0);
    edited.extend(&bytes[8 + len..]);
    edited
}

/// A tensor in a header, of no bytes unless `offsets` says so.
pub(crate) fn entry(name: &str, dtype: &str, shape: &str, offsets: [usize; 2]) -> String {
    format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets:?}}}"#)
}

pub(crate) fn problem(bytes: &[u8]) -> String {
    match load(bytes).unwrap_err() {
        Error::InvalidCheckpoint(problem) => problem,
        other => panic!("{other:?} is not an invalid checkpoint"),
    }
}

#[track_caller]
pub(crate) fn refused(bytes: &[u8], because: &str) {
    let problem = problem(bytes);
    assert!(problem.contains(because), "{problem:?} does not say {because:?}");
}
