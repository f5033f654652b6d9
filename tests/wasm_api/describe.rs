//! What would be built or trained is told, and what cannot be is refused by the place of the fault.

use vae_playground::wasm::{check_settings, describe};
use wasm_bindgen_test::wasm_bindgen_test;

use super::*;

fn shapes(description: &JsValue, side: &str) -> Vec<String> {
    let layers = get(description, side).dyn_into::<Array>().unwrap();
    layers.iter().map(|l| String::from(JSON::stringify(&get(&l, "output")).unwrap())).collect()
}

#[wasm_bindgen_test]
fn specs_are_told_before_they_are_built() {
    let told = describe("conv-2".into()).unwrap();
    assert_eq!(shapes(&told, "encoder"), ["[32,14,14]", "[64,7,7]", "[16,1,1]"]);
    assert_eq!(shapes(&told, "decoder"), ["[3136,1,1]", "[64,14,14]", "[32,28,28]", "[1,28,28]"]);
    assert_eq!(number(&told, "hidden"), 16.0);
    let told = describe("dense-20".into()).unwrap();
    assert_eq!(number(&told, "parameterCount"), 652_824.0);
    let spec = get(&js(CONDITIONAL), "spec");
    let encoder = get(&spec, "encoder").dyn_into::<Array>().unwrap();
    Reflect::set(&encoder.get(0), &"stride".into(), &0.into()).unwrap();
    let error = describe(spec).unwrap_err();
    assert_eq!(get(&error, "at").as_string().unwrap(), "encoder[0].stride");
}

#[wasm_bindgen_test]
fn settings_are_judged_before_they_are_used() {
    check_settings(&js(r#"{ "objective": "dreg", "samples": 8 }"#)).unwrap();
    let error = check_settings(&js(r#"{ "schedule": "cosine" }"#)).unwrap_err();
    assert_eq!(get(&error, "at").as_string().unwrap(), "schedule");
}

#[wasm_bindgen_test]
async fn parameters_go_from_one_engine_to_another() {
    let (mut one, mut other) = (open(PLANE).await, open(PLANE).await);
    other.reset(js(r#"{ "seed": 9 }"#)).await.unwrap();
    let images = unit(&bars(3).0);
    let codes = async |engine: &mut Engine| floats(&engine.encode(images.clone(), None).await.unwrap(), "mu");
    let expected = codes(&mut one).await;
    assert_ne!(codes(&mut other).await, expected);
    let values = one.parameters().await.unwrap().to_vec();
    assert_eq!(values.len(), one.parameter_count());
    other.set_parameters(values.clone()).unwrap();
    assert_eq!(codes(&mut other).await, expected);
    let found = refused(other.set_parameters(values[1..].to_vec()));
    assert!(found.starts_with("invalid-argument: parameters:"), "{found}");
    let mut bad = values;
    bad[0] = f32::INFINITY;
    assert!(refused(other.set_parameters(bad)).contains("value 0 is inf"));
    assert_eq!(codes(&mut other).await, expected);
}
