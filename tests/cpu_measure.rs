//! What is measured from a model's outputs, against scikit-learn, scikit-image and scipy (`measure/generate.py`).
#![cfg(not(target_arch = "wasm32"))]

mod measure;

use measure::{bytes, close, expected, floats, numbers};
use pollster::block_on;
use serde_json::Value;
use vae_playground::Error;
use vae_playground::VaeSpec;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{Executor, ReasonCode};
use vae_playground::measure::knn::{Labelled, accuracy, classify};
use vae_playground::measure::latent::latent_use;
use vae_playground::measure::pca::Pca;
use vae_playground::measure::quadrature::{Grid, Quadrature, log_likelihood_2d};
use vae_playground::measure::quality::{quality, ssim};
use vae_playground::op::{Space, View};
use vae_playground::params::Layout;
use vae_playground::session::{Posterior, Session};
use vae_playground::spec::ImageShape;

#[test]
fn kl_and_variance_of_each_dimension() {
    let e = expected("latent");
    let posterior = Posterior { mu: floats(&e["mu"]), logvar: floats(&e["logvar"]) };
    let found = latent_use(&posterior, 4).unwrap();
    close(&found.kl, &numbers(&e["kl"]), 1e-9);
    close(&found.variance, &numbers(&e["variance"]), 1e-12);
    assert_eq!(found.active(), 3);
}

#[test]
fn principal_components_are_those_of_scikit_learn() {
    let e = expected("pca");
    let points = floats(&e["points"]);
    let pca = Pca::of(&points, 6).unwrap();
    close(&pca.mean, &numbers(&e["mean"]), 1e-12);
    close(&pca.components, &numbers(&e["components"]), 1e-10);
    close(&pca.variances, &numbers(&e["variances"]), 1e-10);
    close(&pca.ratios(), &numbers(&e["ratios"]), 1e-12);
    let projected: Vec<f64> = pca.project(&points, 2).unwrap().iter().map(|&v| v.into()).collect();
    close(&projected, &numbers(&e["projected"]), 1e-5);
}

#[test]
fn neighbours_vote_as_in_scikit_learn() {
    let e = expected("knn");
    let (points, labels) = (floats(&e["points"]), bytes(&e["labels"]));
    let (queries, truth) = (floats(&e["queries"]), bytes(&e["truth"]));
    let known = Labelled { points: &points, labels: &labels };
    for found in e["found"].as_array().unwrap() {
        let k = found["k"].as_u64().unwrap() as usize;
        assert_eq!(classify(known, &queries, 3, k, |_| {}).unwrap(), bytes(&found["classes"]), "k = {k}");
        let queries = Labelled { points: &queries, labels: &truth };
        let share = accuracy(known, queries, 3, k, |_| {}).unwrap();
        assert!((share - found["accuracy"].as_f64().unwrap()).abs() < 1e-12);
    }
}

#[test]
fn errors_and_similarity_are_those_of_scikit_image() {
    let e = expected("quality");
    let side = |name: &str| e[name].as_u64().unwrap() as u32;
    let shape = ImageShape { channels: 1, height: side("height"), width: side("width") };
    let pixels = |name: &str| bytes(&e[name]).iter().map(|&b| f32::from(b) / 255.0).collect::<Vec<_>>();
    let (images, others) = (pixels("images"), pixels("others"));
    let found = quality(&images, &others, shape).unwrap();
    let of = |name: &str| e[name].as_f64().unwrap();
    close(&[found.mse], &[of("mse")], 1e-12);
    close(&[found.psnr, found.psnr_of_mean_mse], &[of("psnr"), of("psnr_of_mean_mse")], 1e-10);
    let wanted = numbers(&e["ssim"]);
    close(&[found.ssim.unwrap()], &[wanted.iter().sum::<f64>() / wanted.len() as f64], 1e-10);
    let plane = shape.len() as usize;
    for (i, wanted) in wanted.iter().enumerate() {
        let at = i * plane..(i + 1) * plane;
        close(&[ssim(&images[at.clone()], &others[at], shape).unwrap()], &[*wanted], 1e-10);
    }
}

fn cpu(params: u32) -> CpuExecutor {
    CpuExecutor::new(params, ReasonCode::Requested, "a test")
}

fn integrate(e: &Value, grid: impl FnOnce(&Posterior) -> Grid) -> Quadrature {
    let (mut session, images) = measure::model(e, cpu);
    let posterior = block_on(session.encode(&images, None)).unwrap();
    let grid = grid(&posterior);
    let mut reports = Vec::new();
    let found =
        block_on(log_likelihood_2d(&mut session, &images, grid, |done, all| reports.push((done, all))));
    let all = (grid.points() as usize).pow(2);
    assert_eq!(reports.last(), Some(&(all, all)));
    assert!(reports.windows(2).all(|w| w[0].0 < w[1].0));
    found.unwrap()
}

#[test]
fn quadrature_of_a_linear_gaussian_model_is_its_closed_form() {
    let e = expected("linear_gaussian");
    let found = integrate(&e, |posterior| Grid::covering(posterior, None).unwrap());
    let exact = numbers(&e["log_likelihood"]);
    close(&found.log_likelihood, &exact, 1e-3);
    let mean = exact.iter().sum::<f64>() / exact.len() as f64;
    close(&[found.mean()], &[mean], 1e-3);
}

#[test]
fn quadrature_of_a_nonlinear_bernoulli_model_is_that_of_scipy() {
    let e = expected("bernoulli");
    let found = integrate(&e, |_| Grid::new(9.0, 181).unwrap());
    close(&found.log_likelihood, &numbers(&e["log_likelihood"]), 1e-5);
    assert!(found.worst_error() < 1e-3, "{}", found.worst_error());
}

#[test]
fn the_estimate_of_the_error_bounds_it_and_shows_a_grid_that_is_too_coarse() {
    let e = expected("linear_gaussian");
    let exact = numbers(&e["log_likelihood"]);
    let mut estimates = Vec::new();
    for points in [61, 101, 161, 241] {
        let found = integrate(&e, |posterior| Grid::covering(posterior, Some(points)).unwrap());
        assert_eq!(found.grid.points(), points);
        let pairs = found.log_likelihood.iter().zip(&exact);
        let worst = pairs.map(|(f, w)| (f - w).abs()).fold(0.0, f64::max);
        assert!(worst <= found.worst_error() + 1e-3, "{points} points: {worst}, {}", found.worst_error());
        assert!(found.error() <= found.worst_error());
        estimates.push(found.worst_error());
    }
    assert!(estimates[0] > 0.5 && estimates[3] < 1e-3, "{estimates:?}");
}

/// One pixel, x = weight·z₁ + noise of deviation 0.01, under an encoder that always says q(z|x) = N(0, 0.1²).
fn pixel(weight: f32) -> Session<CpuExecutor> {
    let json = r#"{"input": {"channels": 1, "height": 1, "width": 1}, "encoder": [], "latent": 2, "decoder": [],
        "likelihood": {"type": "gaussian", "sigma": 0.01}}"#;
    let spec = VaeSpec::from_json(json).unwrap();
    let layout = Layout::new(&spec).unwrap();
    let mut params = vec![0.0; layout.len as usize];
    for tensor in &layout.tensors {
        match tensor.name.as_str() {
            "logvar.bias" => params[tensor.range.clone()].fill(2.0 * 0.1_f32.ln()),
            "output.weight" => params[tensor.range.start] = weight,
            _ => {}
        }
    }
    let mut executor = cpu(layout.len);
    executor.write(None, View { space: Space::Params, offset: 0, len: layout.len }, &params).unwrap();
    Session::new(executor, spec)
}

fn covered(session: &mut Session<CpuExecutor>, images: &[f32]) -> Quadrature {
    let grid = Grid::covering(&block_on(session.encode(images, None)).unwrap(), None).unwrap();
    assert_eq!(grid.half_width(), 6.0);
    block_on(log_likelihood_2d(session, images, grid, |_, _| {})).unwrap()
}

#[test]
fn what_the_encoder_misses_is_found_on_a_wider_grid() {
    // The second pixel's posterior is centred on z₁ = 8.9.
    let found = covered(&mut pixel(0.1), &[0.1, 0.9]);
    assert_eq!(found.grid.half_width(), 12.0);
    let variance = 0.1_f64.powi(2) + 0.01_f64.powi(2);
    let exact = |x: f64| -0.5 * (x * x / variance + (std::f64::consts::TAU * variance).ln());
    close(&found.log_likelihood, &[exact(0.1), exact(0.9)], 1e-3);
    // Twice the spacing is twice the posterior's deviation.
    assert!(found.worst_error() < 0.02, "{}", found.worst_error());

    let near = covered(&mut pixel(0.1), &[0.1]);
    assert_eq!(near.grid.half_width(), 6.0);
    close(&near.log_likelihood, &[exact(0.1)], 1e-3);
}

#[test]
fn what_is_beyond_the_widest_grid_is_in_the_error() {
    // Centred on z₁ = 14.6.
    let found = covered(&mut pixel(0.06), &[0.0, 0.9]);
    assert_eq!(found.grid.half_width(), 12.0);
    assert!(found.beyond[0] < 1e-12 && found.beyond[1] > 1.0, "{:?}", found.beyond);
    assert!(found.worst_error() > 1.0 && found.error() > 0.5);
}

#[test]
fn the_result_does_not_depend_on_how_many_images_come_together() {
    let e = expected("bernoulli");
    let (mut session, images) = measure::model(&e, cpu);
    let grid = Grid::new(6.0, 65).unwrap();
    let mut of = |images: &[f32]| block_on(log_likelihood_2d(&mut session, images, grid, |_, _| {})).unwrap();
    let one = of(&images).log_likelihood;
    // More than one product takes.
    let many = of(&images.repeat(301)).log_likelihood;
    assert_eq!(many.len(), 1505);
    for many in many.chunks_exact(5) {
        close(many, &one, 1e-5);
    }
}

#[test]
fn models_that_are_not_planar_and_bad_images_are_refused() {
    let e = expected("bernoulli");
    let (mut session, images) = measure::model(&e, cpu);
    let grid = Grid::new(6.0, 9).unwrap();
    let mut of = |images: &[f32]| block_on(log_likelihood_2d(&mut session, images, grid, |_, _| {}));
    assert!(matches!(of(&images[1..]), Err(Error::InvalidArgument { .. })));
    assert!(matches!(of(&[2.0; 6]), Err(Error::InvalidArgument { .. })));

    let whole = session.executor.params().len() as u32;
    let view = View { space: Space::Params, offset: 0, len: whole };
    session.executor.write(None, view, &vec![f32::NAN; whole as usize]).unwrap();
    let refused = block_on(log_likelihood_2d(&mut session, &images, grid, |_, _| {}));
    assert!(refused.unwrap_err().to_string().contains("not finite"));

    let spec = VaeSpec { latent: 3, ..session.spec().clone() };
    let executor = cpu(Layout::new(&spec).unwrap().len);
    let mut other = Session::new(executor, spec);
    let refused = block_on(log_likelihood_2d(&mut other, &images, grid, |_, _| {}));
    assert!(matches!(refused, Err(Error::Unsupported(_))));
}
