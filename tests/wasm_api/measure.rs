//! Measurements, in portions and whole.

use js_sys::Float64Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::*;

fn doubles(object: &JsValue, key: &str) -> Vec<f64> {
    get(object, key).dyn_into::<Float64Array>().unwrap().to_vec()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= tolerance, "{found:?}, expected {expected:?}");
    }
}

#[wasm_bindgen_test]
async fn portions_of_draws_add_up_to_all_of_them() {
    let mut engine = open(CONDITIONAL).await;
    let (bytes, labels) = bars(5);
    let k = 230.0;
    let sums = async |engine: &mut Engine, images: std::ops::Range<usize>, from: f64, to: f64| {
        let some = unit(&bytes[images.start * PIXELS..images.end * PIXELS]);
        let theirs = Some(labels[images.clone()].to_vec());
        engine.log_weight_sums(some, k, from, to, 9.0, images.start as f64, theirs).await
    };
    let whole = sums(&mut engine, 0..5, 0.0, k).await.unwrap().to_vec();
    let first = sums(&mut engine, 0..5, 0.0, 150.0).await.unwrap().to_vec();
    let rest = sums(&mut engine, 0..5, 150.0, k).await.unwrap().to_vec();
    let added: Vec<f64> =
        first.iter().zip(&rest).map(|(a, b)| a.max(*b) + (-(a - b).abs()).exp().ln_1p()).collect();
    close(&added, &whole, 1e-9);
    // An image's noise is its own, whichever images it stands beside.
    let last = sums(&mut engine, 3..5, 0.0, k).await.unwrap().to_vec();
    close(&last, &whole[3..], 1e-4);
    assert!(refused(sums(&mut engine, 0..5, 10.0, k).await).starts_with("invalid-argument: draws: 10..230"));
    assert!(refused(sums(&mut engine, 0..5, 0.0, 231.0).await).starts_with("invalid-argument: draws"));
    assert!(refused(sums(&mut engine, 0..5, 0.0, 0.0).await).starts_with("invalid-argument: draws"));
}

#[wasm_bindgen_test]
async fn quadrature_agrees_with_importance_weighting() {
    let mut engine = open(PLANE).await;
    let images = unit(&bars(3).0);
    let posterior = engine.encode(images.clone(), None).await.unwrap();
    let (mu, logvar) = (floats(&posterior, "mu"), floats(&posterior, "logvar"));
    assert!(refused(engine.quadrature_chunk().await).starts_with("invalid-argument: quadrature: none"));
    engine.quadrature_start(images.clone(), mu, logvar, Some(65.0)).unwrap();
    let found = loop {
        let chunk = engine.quadrature_chunk().await.unwrap();
        // Others may use the engine in between.
        engine.decode(vec![0.5, 0.5], None).await.unwrap();
        if number(&chunk, "done") == number(&chunk, "total") {
            break chunk;
        }
    };
    assert_eq!((number(&found, "points"), number(&found, "total")), (65.0, 4225.0));
    let k = 2000.0;
    let sums = engine.log_weight_sums(images, k, 0.0, k, 1.0, 0.0, None).await.unwrap().to_vec();
    let estimates: Vec<f64> = sums.iter().map(|sum| sum - k.ln()).collect();
    close(&doubles(&found, "logLikelihood"), &estimates, 0.1);
    let error = number(&found, "worstError");
    assert!(error < 1e-2, "{error}");
}

#[wasm_bindgen_test]
async fn the_latent_and_pictures_are_measured() {
    let engine = open(PLANE).await;
    let mu = vec![0.0, 1.0, 0.0, 3.0];
    let used = engine.latent_use(mu.clone(), vec![0.0; 4]).unwrap();
    close(&doubles(&used, "kl"), &[0.0, 2.5], 1e-7);
    close(&doubles(&used, "variance"), &[0.0, 1.0], 1e-7);
    assert_eq!(number(&used, "active"), 1.0);
    let pca = engine.latent_pca(&mu, 1.0).unwrap();
    close(&doubles(&pca, "variances"), &[2.0, 0.0], 1e-12);
    close(&doubles(&pca, "ratios"), &[1.0, 0.0], 1e-12);
    assert_eq!(floats(&pca, "projected"), [-1.0, 1.0]);
    assert!(refused(engine.latent_pca(&mu, 3.0)).starts_with("invalid-argument: count: 3 components"));
    let classes = engine.classify(&mu, &[4, 9], &[0.0, 2.9, 0.0, 0.5], 1.0).unwrap().to_vec();
    assert_eq!(classes, [9, 4]);
    let quality = engine.image_quality(&[0.5; PIXELS], &[0.6; PIXELS]).unwrap();
    close(&[number(&quality, "mse"), number(&quality, "psnr")], &[0.01, 20.0], 1e-5);
    assert!(get(&quality, "ssim").is_null());
}
