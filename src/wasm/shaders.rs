//! Where the shaders' text comes from.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::error::{Error, Result};
use crate::gpu::texts;

/// Says how the file with the shaders is fetched, which is done once a GPU is to be used: `fetch` is called without arguments
/// and returns a promise of its text. An error that it throws keeps its message, and its code if that is `network`.
#[wasm_bindgen(js_name = shadersFrom)]
pub fn shaders_from(fetch: Function) {
    texts::fetched_by(move || {
        let promise = fetch.call0(&JsValue::NULL).and_then(JsCast::dyn_into::<Promise>);
        Box::pin(async { text(promise).await.map_err(|thrown| error(&thrown)) })
    });
}

async fn text(promise: Result<Promise, JsValue>) -> Result<String, JsValue> {
    let value = JsFuture::from(promise?).await?;
    value.as_string().ok_or(value)
}

fn error(thrown: &JsValue) -> Error {
    let told = |key: &str| Reflect::get(thrown, &key.into()).ok().and_then(|value| value.as_string());
    let message = told("message").unwrap_or_else(|| "the shaders' text is no text".into());
    if told("code").as_deref() == Some("network") {
        Error::Network(message)
    } else {
        Error::Unsupported(message)
    }
}
