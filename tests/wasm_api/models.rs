//! Conditional and convolutional models, presets, and how parameters begin.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::*;

#[wasm_bindgen_test]
async fn a_conditional_model_needs_its_labels() {
    let mut engine = open(CONDITIONAL).await;
    let (bytes, labels) = bars(6);
    let images = unit(&bytes);
    assert!(
        refused(engine.encode(images.clone(), None).await).starts_with("invalid-argument: labels: missing")
    );
    let three = Some(vec![3; 6]);
    assert!(refused(engine.encode(images.clone(), three).await).contains("labels: 3, expected less than 3"));
    let posterior = engine.encode(images.clone(), Some(labels.clone())).await.unwrap();
    assert_eq!(floats(&posterior, "mu").len(), 18);
    let other = engine.encode(images.clone(), Some(vec![0; 6])).await.unwrap();
    assert_ne!(floats(&posterior, "mu"), floats(&other, "mu"));
    let elbo = engine.elbo(images.clone(), 2.0, 1.0, Some(labels.clone())).await.unwrap();
    assert_eq!(floats(&elbo, "kl").len(), 6);
    let seen = engine.reconstruct(images, false, 0.0, Some(labels.clone())).await.unwrap();
    let again = engine.decode(floats(&posterior, "mu"), Some(labels)).await.unwrap();
    assert_eq!(seen.to_vec(), again.to_vec());
    let in_turn = engine.sample(3.0, 5.0, 1.0, None).await.unwrap();
    let asked = engine.sample(3.0, 5.0, 1.0, Some(vec![0, 1, 2])).await.unwrap();
    assert_eq!(in_turn.to_vec(), asked.to_vec());
}

#[wasm_bindgen_test]
async fn a_model_shows_its_layers_weights_and_activations() {
    let mut engine = open(CONDITIONAL).await;
    let layers: Array = engine.layers().unwrap().dyn_into().unwrap();
    let told: Vec<String> = layers.iter().map(|layer| get(&layer, "kind").as_string().unwrap()).collect();
    assert_eq!(told, ["conv2d", "linear", "linear", "conv_transpose2d"]);
    let name: Array = get(&layers.get(0), "weights").dyn_into().unwrap();
    let tensor = engine.tensor(name.get(0).as_string().unwrap()).await.unwrap();
    // One grey plane and three of labels go in.
    assert_eq!(floats(&tensor, "values").len(), 4 * 4 * 3 * 3);
    assert!(refused(engine.tensor("nothing".into()).await).starts_with("invalid-argument: name: no tensor"));
    let (bytes, labels) = bars(2);
    let hidden = engine.encoder_layers(unit(&bytes), Some(labels.clone())).await.unwrap();
    let first: Float32Array = hidden.get(0).dyn_into().unwrap();
    assert_eq!((hidden.length(), first.length()), (1, 2 * 4 * 4 * 4));
    assert_eq!(engine.decoder_layers(vec![0.0; 6], Some(labels)).await.unwrap().length(), 1);
}

#[wasm_bindgen_test]
async fn a_conditional_model_trains_on_labels() {
    let mut engine = open(CONDITIONAL).await;
    let (images, labels) = bars(90);
    engine.set_dataset(&dataset(&images, None)).unwrap();
    let without = engine.train_start(&js("{}"));
    let found = refused(without);
    assert!(found.starts_with("invalid-argument: "), "{found}");
    engine.set_dataset(&dataset(&images, Some(&labels))).unwrap();
    let settings = r#"{ "batchSize": 30, "learningRate": 0.03, "objective": "dreg", "samples": 4,
                        "binarize": "dynamic", "schedule": "cosine", "steps": 150 }"#;
    engine.train_start(&js(settings)).unwrap();
    let mut all = Vec::new();
    while all.len() < 150 {
        all.extend(losses(&mut engine, 20.0).await);
    }
    assert!(all[149] < 0.4 * all[0], "{all:?}");
    // What it draws for a class is that class's bar.
    let drawn = engine.sample(3.0, 1.0, 0.0, None).await.unwrap().to_vec();
    for (label, picture) in drawn.chunks_exact(PIXELS).enumerate() {
        let ink = |bar: usize| picture[bar * 24..(bar * 24 + 16)].iter().sum::<f32>();
        assert!((0..3).all(|other| other == label || ink(label) > 2.0 * ink(other)), "{label}: {picture:?}");
    }
}

#[wasm_bindgen_test]
async fn every_preset_can_be_made() {
    let presets: Array = vae_playground::wasm::presets().unwrap().dyn_into().unwrap();
    assert_eq!(presets.length() as usize, vae_playground::presets::NAMES.len());
    for preset in presets.iter() {
        let name = get(&preset, "name").as_string().unwrap();
        let by_name = open(&format!(r#"{{ "spec": "{name}", "backend": "cpu" }}"#)).await;
        let spec = JSON::stringify(&get(&preset, "spec")).unwrap();
        assert_eq!(spec, JSON::stringify(&by_name.spec().unwrap()).unwrap(), "{name}");
        let recipe = get(&preset, "recipe");
        assert!(number(&get(&recipe, "train"), "learningRate") > 0.0);
        assert!(get(&recipe, "initialisation").is_string() && get(&recipe, "dataBias").as_bool().is_some());
    }
}

#[wasm_bindgen_test]
async fn biases_from_data_give_the_mean_image() {
    let mut engine = open(PLANE).await;
    let how = js(r#"{ "seed": 3, "dataBias": true }"#);
    let before = engine.save().await.unwrap().to_vec();
    assert!(refused(engine.reset(how.clone()).await).contains("dataBias: there is no dataset"));
    assert_eq!(engine.save().await.unwrap().to_vec(), before, "nothing was changed");
    let (images, _) = bars(10);
    engine.set_dataset(&dataset(&images, None)).unwrap();
    engine.reset(how).await.unwrap();
    // Glorot's biases are zero, so the code 0 becomes the output's bias alone.
    let drawn = engine.decode(vec![0.0, 0.0], None).await.unwrap().to_vec();
    for (pixel, drawn) in drawn.iter().enumerate() {
        let mean = images.iter().skip(pixel).step_by(PIXELS).map(|&b| f32::from(b)).sum::<f32>() / 2550.0;
        assert!((mean - drawn).abs() < 1e-4, "pixel {pixel}: {drawn}, {mean}");
    }
}

#[wasm_bindgen_test]
async fn gradients_of_codes_and_images() {
    let mut engine = open(PLANE).await;
    let images = unit(&bars(2).0);
    let z = vec![0.3, -0.2, 0.1, 0.4];
    let of = async |engine: &mut Engine, z: Vec<f32>, mask: Option<Vec<f32>>| {
        engine.latent_gradient(z, unit(&bars(2).0), mask, None).await.unwrap()
    };
    let found = of(&mut engine, z.clone(), None).await;
    let (recon, dz) = (floats(&found, "recon"), floats(&found, "dz"));
    assert_eq!((recon.len(), dz.len()), (2, 4));
    let mut moved = z.clone();
    moved[0] += 0.01;
    let step = floats(&of(&mut engine, moved, None).await, "recon")[0] - recon[0];
    assert!((step / 0.01 - dz[0]).abs() < 0.05 * dz[0].abs().max(1.0), "{step}, {dz:?}");
    let masked = of(&mut engine, z, Some(vec![0.0; 128])).await;
    assert_eq!((floats(&masked, "recon"), floats(&masked, "dz")), (vec![0.0; 2], vec![0.0; 4]));

    let neither = engine.input_gradient(images.clone(), None, None, None).await;
    assert!(refused(neither).starts_with("invalid-argument: dmu: missing"));
    let ones = vec![1.0; 4];
    let mu = engine.input_gradient(images.clone(), Some(ones.clone()), None, None).await.unwrap().to_vec();
    let logvar =
        engine.input_gradient(images.clone(), None, Some(ones.clone()), None).await.unwrap().to_vec();
    let both =
        engine.input_gradient(images.clone(), Some(ones.clone()), Some(ones), None).await.unwrap().to_vec();
    assert!(mu.iter().any(|v| *v != 0.0) && mu != logvar);
    for ((a, b), sum) in mu.iter().zip(&logvar).zip(&both) {
        assert!((a + b - sum).abs() < 1e-4, "{a} + {b}, {sum}");
    }
    let uneven = engine.input_gradient(images, Some(vec![1.0; 4]), Some(vec![1.0; 2]), None).await;
    assert!(refused(uneven).starts_with("invalid-argument: dlogvar"));
}
