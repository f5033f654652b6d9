//! What JavaScript calls, called from Rust under Node.js.

mod describe;
mod measure;
mod memory;
mod models;
mod options;

use js_sys::{Array, Float32Array, JSON, Object, Reflect, Uint8Array};
use vae_playground::wasm::Engine;
use wasm_bindgen::{JsCast, JsValue};

/// Convolutions, three classes, 8×8 pixels.
const CONDITIONAL: &str = r#"{ "spec": { "input": { "channels": 1, "height": 8, "width": 8 },
    "encoder": [ { "type": "conv2d", "channels": 4, "kernel": 3, "stride": 2, "padding": 1, "activation": "relu" } ],
    "latent": 3,
    "decoder": [ { "type": "linear", "units": 32, "activation": "relu" },
                 { "type": "reshape", "channels": 2, "height": 4, "width": 4 },
                 { "type": "conv_transpose2d", "channels": 1, "kernel": 4, "stride": 2, "padding": 1, "activation": "identity" } ],
    "classes": 3 }, "backend": "cpu", "seed": 1 }"#;

/// Dense, two dimensions, 8×8 pixels.
const PLANE: &str = r#"{ "spec": { "input": { "channels": 1, "height": 8, "width": 8 },
    "encoder": [ { "type": "linear", "units": 16, "activation": "relu" } ], "latent": 2,
    "decoder": [ { "type": "linear", "units": 16, "activation": "relu" } ] },
    "backend": "cpu", "seed": 1, "initialisation": "glorot" }"#;

const PIXELS: usize = 64;

fn js(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

async fn open(json: &str) -> Engine {
    Engine::create(js(json)).await.unwrap_or_else(|error| panic!("{}", message(&error)))
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap()
}

fn number(object: &JsValue, key: &str) -> f64 {
    get(object, key).as_f64().unwrap_or_else(|| panic!("{key} is no number"))
}

fn floats(object: &JsValue, key: &str) -> Vec<f32> {
    get(object, key).dyn_into::<Float32Array>().unwrap().to_vec()
}

fn message(error: &JsValue) -> String {
    format!(
        "{}: {}",
        get(error, "code").as_string().unwrap_or_default(),
        get(error, "message").as_string().unwrap_or_default()
    )
}

/// The error's code and the beginning of its message, where there is one.
fn refused<T>(result: Result<T, JsValue>) -> String {
    result.map_or_else(|error| message(&error), |_| "not refused".into())
}

/// `n` images of bars, whose place is their label, and the labels.
fn bars(n: usize) -> (Vec<u8>, Vec<u8>) {
    let labels: Vec<u8> = (0..n).map(|i| (i * 7 % 3) as u8).collect();
    let bar = |label: u8| (0..PIXELS).map(move |p| if p / 24 == usize::from(label) { 255 } else { 0 });
    (labels.iter().flat_map(|&label| bar(label)).collect(), labels)
}

fn unit(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&b| f32::from(b) / 255.0).collect()
}

fn dataset(images: &[u8], labels: Option<&[u8]>) -> JsValue {
    let object = Object::new();
    Reflect::set(&object, &"trainImages".into(), &Uint8Array::from(images)).unwrap();
    if let Some(labels) = labels {
        Reflect::set(&object, &"trainLabels".into(), &Uint8Array::from(labels)).unwrap();
    }
    object.into()
}

/// Losses of the steps of a chunk.
async fn losses(engine: &mut Engine, steps: f64) -> Vec<f64> {
    let chunk = engine.train_chunk(steps).await.unwrap_or_else(|error| panic!("{}", message(&error)));
    get(&chunk, "steps").dyn_into::<Array>().unwrap().iter().map(|step| number(&step, "loss")).collect()
}
