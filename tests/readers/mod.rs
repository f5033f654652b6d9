//! What must hold of each reader whatever bytes it is given: for the corpus test and for the fuzz targets.

#![allow(unreachable_pub, reason = "public in the fuzz crate, which includes this file")]

use vae_playground::Error;
use vae_playground::binarize::Binarize;
use vae_playground::checkpoint::{self, Checkpoint, Precision};
use vae_playground::data::dataset::Dataset;
use vae_playground::data::idx::{self, IdxError};
use vae_playground::loss::Objective;
use vae_playground::op::Split;
use vae_playground::optim::Rule;
use vae_playground::params::Layout;
use vae_playground::plan::{Goal, Input, MAX_BATCH, Plan};
use vae_playground::run_state::RunState;
use vae_playground::spec::{MAX_TENSOR, VaeSpec};

/// What became of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They were read, and written and read again they gave the same.
    Read,
    /// They were refused with an error of the right kind.
    Refused,
}

/// The model that run states are read for: 1×2 pixels, one latent dimension, no hidden layer, every value ½.
pub fn small_model() -> (VaeSpec, Layout, Vec<f32>) {
    let json = r#"{"input":{"channels":1,"height":1,"width":2},"encoder":[],"latent":1,"decoder":[]}"#;
    let spec = VaeSpec::from_json(json).expect("the small model's spec is valid");
    let layout = Layout::new(&spec).expect("a valid spec has a layout");
    let mut params = vec![0.0; layout.len as usize];
    layout.tensors.iter().for_each(|t| params[t.range.clone()].fill(0.5));
    (spec, layout, params)
}

/// A checkpoint, or an [`Error::InvalidCheckpoint`].
pub fn checkpoint(bytes: &[u8]) -> Outcome {
    let read = match checkpoint::load(bytes) {
        Ok(read) => read,
        Err(e) => return refused(&e, "invalid-checkpoint"),
    };
    let layout = Layout::new(&read.spec).expect("a spec that was read is valid");
    assert_eq!(read.params.len(), layout.len as usize);
    assert!(read.params.iter().all(|v| v.is_finite()));
    let save =
        |c: &Checkpoint, precision| checkpoint::save(&c.spec, &layout, &c.params, &c.provenance, precision);
    match save(&read, Precision::F32) {
        Ok(again) => assert!(same(&checkpoint::load(&again).expect("what was written can be read"), &read)),
        // Only defaults that the file left out, spelt out now, can make its header too long.
        Err(e) => assert!(bytes.len() > 1 << 18, "{e}"),
    }
    // Values over 65504 have no half.
    if let Ok(half) = save(&read, Precision::F16) {
        let rounded = checkpoint::load(&half).expect("what was written can be read");
        assert_eq!(save(&rounded, Precision::F16).as_ref(), Ok(&half));
    }
    Outcome::Read
}

/// The state of a run of the [`small_model`], or an [`Error::InvalidCheckpoint`].
pub fn run_state(bytes: &[u8]) -> Outcome {
    let (_, layout, params) = small_model();
    match RunState::load(bytes, &layout, &params) {
        Ok(state) => {
            assert!(state.config.validate().is_ok());
            let again = state.save().expect("what was read can be written");
            assert_eq!(RunState::load(&again, &layout, &params).as_ref(), Ok(&state));
            Outcome::Read
        }
        Err(e) => refused(&e, "invalid-checkpoint"),
    }
}

/// A spec as JSON, or an [`Error::InvalidSpec`]; bytes that are no text count as refused.
pub fn spec(bytes: &[u8]) -> Outcome {
    let Ok(json) = std::str::from_utf8(bytes) else { return Outcome::Refused };
    match VaeSpec::from_json(json) {
        Ok(spec) => {
            assert_eq!(VaeSpec::from_json(&spec.to_json()).as_ref(), Ok(&spec));
            let layout = Layout::new(&spec).expect("a spec that was read is valid");
            assert!(u64::from(layout.len) <= MAX_TENSOR, "{} parameters", layout.len);
            assert!(layout.tensors.iter().all(|t| t.range.end <= layout.len as usize));
            plans(&spec);
            Outcome::Read
        }
        Err(e) => refused(&e, "invalid-spec"),
    }
}

/// Compiles `spec`: whatever its sizes, nothing overflows or outgrows a WebGPU binding.
fn plans(spec: &VaeSpec) {
    let train = Goal::Train(Rule::ADAM.into(), Objective::ELBO);
    let images = Input::Dataset(Split::Train, Binarize::None);
    let goals = [
        (train, images),
        (Goal::LogWeights { samples: 64, defensive: false }, images),
        (Goal::Decode, Input::Host),
    ];
    for (goal, input) in goals {
        for batch in [1, 100, MAX_BATCH] {
            match Plan::new(spec, &goal, input, batch, 1) {
                Ok(plan) => {
                    assert!(!plan.ops.is_empty());
                    let longest = plan.buffers.iter().map(|buffer| u64::from(buffer.len)).max();
                    assert!(longest.is_some_and(|len| len <= MAX_TENSOR), "a buffer of {longest:?} values");
                }
                Err(e) => assert_eq!(e.code(), "invalid-argument", "{e:?}"),
            }
        }
    }
}

/// An IDX file of images, of labels or of neither, or an [`IdxError`].
pub fn idx(bytes: &[u8]) -> Outcome {
    let images = idx::parse_images(bytes);
    let labels = idx::parse_labels(bytes, 10);
    assert!(idx::parse_pair(bytes, bytes, 10).is_err(), "one file is not both");
    let parsed = match idx::parse(bytes) {
        Ok(parsed) => parsed,
        Err(e) => {
            assert_eq!((images.err(), labels.err()), (Some(e.clone()), Some(e.clone())));
            return refused(&Error::from(e), "invalid-argument");
        }
    };
    let mut again = vec![0, 0, 8, parsed.dims.len() as u8];
    again.extend(parsed.dims.iter().flat_map(|size| size.to_be_bytes()));
    again.extend(parsed.data);
    assert_eq!(again, bytes);
    match (images, labels) {
        (Ok(images), _) => {
            assert_eq!(images.pixels.len(), images.count * images.rows * images.cols);
            let set = Dataset::from_u8(images.pixels, None, images.rows * images.cols);
            assert_eq!(set.expect("whole images make a dataset").len(), images.count);
        }
        (_, Ok(labels)) => assert!(labels.iter().all(|&label| label < 10)),
        (Err(a), Err(b)) => {
            assert!(matches!(a, IdxError::WrongDimensions { .. }), "{a}");
            assert!(matches!(b, IdxError::WrongDimensions { .. } | IdxError::LabelOutOfRange { .. }), "{b}");
        }
    }
    Outcome::Read
}

/// Checks that an error has the right `code` and that its message is one short line.
fn refused(error: &Error, code: &str) -> Outcome {
    assert_eq!(error.code(), code, "{error:?}");
    let message = error.to_string();
    assert!(!message.is_empty() && message.len() < 4000, "{} bytes of message", message.len());
    assert!(!message.contains(char::is_control), "{message:?}");
    Outcome::Refused
}

/// Equal to the last bit.
fn same(a: &Checkpoint, b: &Checkpoint) -> bool {
    let bits = |c: &Checkpoint| c.params.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    a == b && bits(a) == bits(b)
}

/// A reader under its target's name.
pub type Reader = (&'static str, fn(&[u8]) -> Outcome);

/// Every reader.
pub const READERS: [Reader; 4] =
    [("checkpoint", checkpoint), ("run_state", run_state), ("spec", spec), ("idx", idx)];
