//! Options that are wrong or unknown are refused by their names.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;

#[wasm_bindgen_test]
async fn settings_of_a_run() {
    let mut engine = open(PLANE).await;
    engine.set_dataset(&dataset(&bars(4).0, None)).unwrap();
    for (settings, expected) in [
        (r#"{ "lr": 1 }"#, "lr: no option of train; known: epochs, steps"),
        (r#"{ "batchSize": "128" }"#, "batchSize: expected a number"),
        (r#"{ "batchSize": 1.5 }"#, "batchSize: 1.5, expected a whole number"),
        (r#"{ "batchSize": 0 }"#, "batchSize: 0, expected 1 to"),
        (r#"{ "epochs": -1 }"#, "epochs: -1"),
        (r#"{ "optimizer": "lion" }"#, "optimizer: \"lion\", expected adam, rmsprop or sgd"),
        (r#"{ "optimizer": "sgd", "epsilon": 1 }"#, "epsilon: sgd has none"),
        (r#"{ "epsilon": -1 }"#, "epsilon: -1"),
        (r#"{ "weightDecay": -1 }"#, "weightDecay: -1"),
        (r#"{ "clipNorm": 0 }"#, "clipNorm: 0"),
        (r#"{ "objective": "vae" }"#, "objective: \"vae\", expected elbo, iwae, dreg or autoencoder"),
        (r#"{ "samples": 5 }"#, "samples: the objective has none"),
        (r#"{ "objective": "iwae", "samples": 0 }"#, "samples: 0"),
        (r#"{ "objective": "iwae", "freeBits": 1 }"#, "freeBits: the objective has none"),
        (r#"{ "objective": "autoencoder", "samples": 2 }"#, "samples: the objective has none"),
        (r#"{ "freeBits": -1 }"#, "freeBits: -1"),
        (r#"{ "binarize": "yes" }"#, "binarize: \"yes\", expected none, dynamic or static"),
        (r#"{ "schedule": "linear" }"#, "schedule: \"linear\", expected constant, cosine or stages"),
        (r#"{ "schedule": "cosine" }"#, "schedule: cosine, which needs"),
        (r#"{ "seed": 0.5 }"#, "seed: 0.5"),
        ("3", "train: expected an object"),
    ] {
        let found = refused(engine.train_start(&js(settings)));
        assert!(found.starts_with(&format!("invalid-argument: {expected}")), "{settings}: {found}");
    }
    // Absent and null alike are left to the default.
    engine
        .train_start(&js(r#"{ "epochs": null, "freeBits": 0.1, "clipNorm": 5, "weightDecay": 0.01 }"#))
        .unwrap();
    for (changes, expected) in
        [(r#"{ "gamma": 1 }"#, "gamma: no option of"), (r#"{ "beta": -1 }"#, "beta: -1")]
    {
        let found = refused(engine.set_hyperparameters(&js(changes)));
        assert!(found.starts_with(&format!("invalid-argument: {expected}")), "{changes}: {found}");
    }
}

#[wasm_bindgen_test]
async fn options_of_making_and_resetting() {
    for (options, expected) in [
        (r#"{ "model": "dense-20" }"#, "invalid-argument: model: no option of create"),
        (r#"{ "spec": "dense-2", "backend": 3 }"#, "invalid-argument: backend: expected a string"),
        (r#"{ "spec": "dense-2", "initialisation": "he" }"#, "invalid-argument: initialisation: \"he\""),
        (r#"{ "spec": "dense-3" }"#, "invalid-argument: preset: no preset is called"),
        (r#"{ "spec": { "latent": 0 } }"#, "invalid-spec"),
        ("{}", "invalid-spec: spec, spec: neither a preset's name nor an object"),
    ] {
        let found = refused(Engine::create(js(options)).await);
        assert!(found.starts_with(expected), "{options}: {found}");
    }
    let mut engine = open(PLANE).await;
    let found = refused(engine.reset(js(r#"{ "seed": 1, "dataBias": 1 }"#)).await);
    assert!(found.starts_with("invalid-argument: dataBias: expected true or false"), "{found}");
    let found = refused(engine.set_dataset(&js(r#"{ "trainImages": [1, 2] }"#)));
    assert!(found.starts_with("invalid-argument: trainImages: expected a Uint8Array"), "{found}");
}
