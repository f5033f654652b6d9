//! The look inside, for JavaScript.

use js_sys::{Array, Float32Array};
use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::{floats, object, to_js};
use super::engine::Engine;

fn arrays(layers: &[Vec<f32>]) -> Array {
    layers.iter().map(|values| JsValue::from(Float32Array::from(values.as_slice()))).collect()
}

#[wasm_bindgen]
impl Engine {
    /// `[{ half, kind, weights, input, output, activation }]`: every layer with parameters, from the image to the
    /// pixels.
    ///
    /// # Errors
    /// None in practice.
    pub fn layers(&self) -> JsResult {
        to_js(&self.vae.layers()?)
    }

    /// `{ shape, values }` of a tensor by its name.
    ///
    /// # Errors
    /// `invalid-argument` that lists the names.
    pub async fn tensor(&mut self, name: String) -> JsResult {
        let tensor = self.vae.tensor(&name).await?;
        let shape: Array = tensor.shape.iter().map(|&side| JsValue::from(side)).collect();
        Ok(object([("shape", shape.into()), ("values", floats(&tensor.values))]))
    }

    /// What each hidden layer of the encoder makes of `images`: one `Float32Array` a layer, `n × width`.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = encoderLayers)]
    pub async fn encoder_layers(&mut self, images: Vec<f32>, labels: Option<Vec<u8>>) -> JsResult<Array> {
        Ok(arrays(&self.vae.encoder_layers(&images, labels.as_deref()).await?))
    }

    /// What each hidden layer of the decoder makes of `z`.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = decoderLayers)]
    pub async fn decoder_layers(&mut self, z: Vec<f32>, labels: Option<Vec<u8>>) -> JsResult<Array> {
        Ok(arrays(&self.vae.decoder_layers(&z, labels.as_deref()).await?))
    }
}
