//! What other libraries measure (`generate.py`), and models to measure.
#![allow(dead_code, reason = "every test uses its own part")]

use serde_json::Value;
use vae_playground::VaeSpec;
use vae_playground::executor::Executor;
use vae_playground::op::{Space, View};
use vae_playground::params::Layout;
use vae_playground::session::Session;

pub(crate) fn expected(section: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("expected.json")).unwrap();
    all[section].clone()
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

pub(crate) fn floats(value: &Value) -> Vec<f32> {
    numbers(value).iter().map(|&v| v as f32).collect()
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    numbers(value).iter().map(|&v| v as u8).collect()
}

#[track_caller]
pub(crate) fn close(found: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len());
    for (i, (f, w)) in found.iter().zip(wanted).enumerate() {
        assert!((f - w).abs() <= tolerance, "value {i} is {f}, expected {w}");
    }
}

/// A session with a fixture's model on the executor that `make` gives for so many parameters, and its images.
pub(crate) fn model<E: Executor>(e: &Value, make: impl FnOnce(u32) -> E) -> (Session<E>, Vec<f32>) {
    let spec = VaeSpec::from_json(&e["spec"].to_string()).unwrap();
    let layout = Layout::new(&spec).unwrap();
    let mut params = vec![0.0; layout.len as usize];
    for tensor in &layout.tensors {
        params[tensor.range.clone()].copy_from_slice(&floats(&e["tensors"][&tensor.name]));
    }
    let mut executor = make(layout.len);
    executor.write(None, View { space: Space::Params, offset: 0, len: layout.len }, &params).unwrap();
    (Session::new(executor, spec), floats(&e["images"]))
}
