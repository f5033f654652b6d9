//! Importance-weighted likelihoods against a model whose log p(x) is known: one body for every backend.
#![allow(dead_code, reason = "each backend's test uses its own part")]

mod linear_gaussian;

use pollster::block_on;
use vae_playground::Error;
use vae_playground::backend::Choice;
use vae_playground::binarize::Binarize;
use vae_playground::data::dataset::Dataset;
use vae_playground::eval::{Protocol, evaluate};
use vae_playground::executor::Executor;
use vae_playground::op::{Space, View};
use vae_playground::session::{Estimate, Proposal, Session};
use vae_playground::vae::Vae;

use linear_gaussian::{Encoder, LinearGaussian, PIXELS};

fn session<E: Executor>(model: &LinearGaussian, make: impl FnOnce(u32) -> E) -> Session<E> {
    let mut executor = make(model.layout.len);
    let whole = View { space: Space::Params, offset: 0, len: model.layout.len };
    executor.write(None, whole, &model.params).unwrap();
    Session::new(executor, model.spec.clone())
}

const fn estimate(k: u32, seed: u64, first: u32) -> Estimate {
    Estimate { k, proposal: Proposal::Posterior, seed, first }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&b| f32::from(b) / 255.0).collect()
}

fn labels<'a>(model: &LinearGaussian, labels: &'a [u8]) -> Option<&'a [u8]> {
    (model.spec.classes > 0).then_some(labels)
}

fn close(got: &[f64], want: impl IntoIterator<Item = f64>, tolerance: f64) {
    let want: Vec<f64> = want.into_iter().collect();
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert!((got - want).abs() < tolerance, "image {i}: {got}, expected {want}");
    }
}

/// Every draw of an exact posterior has the same weight, so any number of draws gives log p(x).
pub(crate) fn an_exact_posterior_gives_the_likelihood<E: Executor>(make: impl Fn(u32) -> E) {
    for classes in [0, 3] {
        let model = LinearGaussian::new(Encoder::Exact, classes);
        let (images, classes) = model.images(9);
        let images = floats(&images);
        let mut session = session(&model, &make);
        for k in [1, 50, 51] {
            let got = session.log_likelihood(&images, labels(&model, &classes), estimate(k, 1, 0));
            let want = images.chunks(PIXELS).zip(&classes).map(|(x, &y)| model.log_likelihood(x, y));
            close(&block_on(got).unwrap(), want, 2e-4);
        }
    }
}

/// With a posterior that is too wide, few draws give less than log p(x) and many come close.
pub(crate) fn many_draws_come_close_to_the_likelihood<E: Executor>(make: impl Fn(u32) -> E, most: u32) {
    for classes in [0, 3] {
        let model = LinearGaussian::new(Encoder::Wide, classes);
        let (images, classes) = model.images(6);
        let images = floats(&images);
        let mut session = session(&model, &make);
        let want: Vec<f64> =
            images.chunks(PIXELS).zip(&classes).map(|(x, &y)| model.log_likelihood(x, y)).collect();
        let mut at = |k: u32, seed: u64| {
            block_on(session.log_likelihood(&images, labels(&model, &classes), estimate(k, seed, 0))).unwrap()
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let single = (0..50).flat_map(|seed| at(1, seed)).collect::<Vec<_>>();
        assert!(mean(&single) < mean(&want) - 0.2, "{} is too near {}", mean(&single), mean(&want));
        close(&at(most, 5), want.clone(), 4.0 / f64::from(most).sqrt());
        let mixture = Estimate { proposal: Proposal::Mixture, ..estimate(most, 5, 0) };
        let got = session.log_likelihood(&images, labels(&model, &classes), mixture);
        close(&block_on(got).unwrap(), want, 6.0 / f64::from(most).sqrt());
    }
}

/// Where the encoder misses the posterior its own draws tell nothing, and the prior's do.
pub(crate) fn the_mixture_does_without_a_good_encoder<E: Executor>(make: impl Fn(u32) -> E, most: u32) {
    let model = LinearGaussian::new(Encoder::Astray, 0);
    let images = floats(&model.images(6).0);
    let mut session = session(&model, &make);
    let want: Vec<f64> = images.chunks(PIXELS).map(|x| model.log_likelihood(x, 0)).collect();
    let mut at = |proposal| {
        block_on(session.log_likelihood(&images, None, Estimate { proposal, ..estimate(most, 5, 0) }))
            .unwrap()
    };
    assert!(at(Proposal::Posterior).iter().zip(&want).all(|(got, want)| *got < want - 1.0));
    close(&at(Proposal::Mixture), want, 8.0 / f64::from(most).sqrt());
}

/// The estimate itself, whatever the number of draws and images in a step.
pub(crate) fn estimates_use_the_documented_noise<E: Executor>(make: impl Fn(u32) -> E) {
    for classes in [0, 3] {
        let model = LinearGaussian::new(Encoder::Wide, classes);
        // 50 draws each, 40 images fill a step.
        let (images, classes) = model.images(45);
        let images = floats(&images);
        let mut session = session(&model, &make);
        for (k, first) in [(1, 0), (7, 3), (8, 2), (49, 0), (50, 0), (51, 9), (100, 1), (124, 1000)] {
            // The mixture takes even numbers alone.
            let proposals = [Proposal::Posterior, Proposal::Mixture];
            for proposal in proposals.into_iter().take(if k % 2 == 0 { 2 } else { 1 }) {
                let how = Estimate { proposal, ..estimate(k, 21, first) };
                let got = session.log_likelihood(&images, labels(&model, &classes), how);
                let rows = images.chunks(PIXELS).zip(&classes).zip(first..);
                let want = rows.map(|((x, &y), image)| model.estimate(x, y, how, image));
                close(&block_on(got).unwrap(), want, 2e-4);
            }
        }
    }
}

/// An image's estimate belongs to its place in the dataset and to the seed.
pub(crate) fn pieces_and_seeds<E: Executor>(make: impl Fn(u32) -> E) {
    let model = LinearGaussian::new(Encoder::Wide, 3);
    let (images, classes) = model.images(90);
    let images = floats(&images);
    let mut session = session(&model, &make);
    let mut part = |from: usize, to: usize, seed: u64| {
        let pixels = &images[from * PIXELS..to * PIXELS];
        block_on(session.log_likelihood(pixels, Some(&classes[from..to]), estimate(60, seed, from as u32)))
            .unwrap()
    };
    let whole = part(0, 90, 1);
    assert_eq!(whole, part(0, 90, 1));
    assert!(whole.iter().zip(part(0, 90, 2)).all(|(a, b)| *a != b));
    let pieces = [part(0, 1, 1), part(1, 43, 1), part(43, 90, 1)].concat();
    close(&pieces, whole, 1e-5);
    // Draws in portions are the same draws.
    let how = estimate(120, 3, 7);
    let mut sums = |draws| block_on(session.log_weight_sums(&images, Some(&classes), how, draws)).unwrap();
    let portions = [sums(0..50), sums(50..100), sums(100..120)];
    let added = (0..90).map(|i| portions.iter().map(|p| p[i].exp()).sum::<f64>().ln()).collect::<Vec<_>>();
    close(&added, sums(0..120), 1e-9);
    let whole = block_on(session.log_likelihood(&images, Some(&classes), how)).unwrap();
    close(&added, whole.iter().map(|l| l + 120_f64.ln()), 1e-9);
    // Numbers of images wrap around.
    let last = session.log_likelihood(&images, Some(&classes), estimate(60, 1, u32::MAX - 10));
    assert!(block_on(last).unwrap().iter().all(|l| l.is_finite()));
}

pub(crate) fn bad_requests_are_refused<E: Executor>(make: impl Fn(u32) -> E) {
    let model = LinearGaussian::new(Encoder::Exact, 3);
    let mut session = session(&model, &make);
    let x = [0.5; 2 * PIXELS];
    let bad = [
        (&x[..], Some(&[0, 1][..]), 0, "k"),
        (&x[1..], Some(&[0, 1]), 1, "images"),
        (&x, None, 1, "labels"),
        (&x, Some(&[0]), 1, "labels"),
        (&x, Some(&[0, 3]), 1, "labels"),
    ];
    for (images, labels, k, name) in bad {
        match block_on(session.log_likelihood(images, labels, estimate(k, 1, 0))) {
            Err(Error::InvalidArgument { what, .. }) => assert_eq!(what, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    let labels = Some(&[0, 1][..]);
    let odd = Estimate { proposal: Proposal::Mixture, ..estimate(7, 1, 0) };
    let refused = block_on(session.log_likelihood(&x, labels, odd));
    assert!(matches!(refused, Err(Error::InvalidArgument { what, .. }) if what == "k"));
    for draws in [0..0, 0..121, 120..121, 1..50, 49..100, 100..100] {
        let refused = block_on(session.log_weight_sums(&x, labels, estimate(120, 1, 0), draws));
        assert!(matches!(refused, Err(Error::InvalidArgument { what, .. }) if what == "draws"));
    }
}

/// [`evaluate`] over more images than it hands over at a time.
pub(crate) fn evaluation_by_protocol(choice: Choice) {
    for classes in [0, 3] {
        let model = LinearGaussian::new(Encoder::Exact, classes);
        let mut vae = block_on(Vae::create(model.spec.clone(), choice, 1)).unwrap();
        vae.set_params(&model.params).unwrap();
        let (images, classes) = model.images(230);
        let data = Dataset::from_u8(images.clone(), Some(classes.clone()), PIXELS).unwrap();
        for (limit, binarize) in
            [(None, Binarize::None), (Some(130), Binarize::None), (None, Binarize::Static)]
        {
            let protocol = Protocol {
                limit,
                samples: 40,
                importance: Some(3),
                binarize,
                seed: 4,
                ..Protocol::default()
            };
            let mut heard = Vec::new();
            let found = block_on(evaluate(&mut vae, &data, &protocol, |part| heard.push(part))).unwrap();
            let n = limit.unwrap_or(230);
            assert_eq!((found.n, found.iw.map(|iw| iw.k)), (n, Some(3)));
            let targets = binarize.targets(&images[..n * PIXELS], 0, 4, 0);
            let rows = targets.chunks(PIXELS).zip(&classes);
            let want = rows.map(|(x, &y)| model.log_likelihood(x, y)).sum::<f64>() / n as f64;
            // Through the exact posterior the ELBO is log p(x) as well, on average.
            let got = found.iw.unwrap().log_likelihood;
            assert!((got - want).abs() < 1e-3, "{got}, expected {want}");
            assert!((found.elbo - want).abs() < 0.1, "{}, expected {want}", found.elbo);
            assert_eq!(found.elbo, -(found.recon + found.kl));
            assert!(heard.is_sorted() && heard.len() > 2, "{heard:?}");
            assert!((heard[heard.len() - 1] - 1.0).abs() < 1e-12, "{heard:?}");
        }
        let unlabelled = Dataset::from_u8(images, None, PIXELS).unwrap();
        let found = block_on(evaluate(&mut vae, &unlabelled, &Protocol::default(), |_| {}));
        match (model.spec.classes, found) {
            (0, Ok(found)) => assert!(found.iw.is_none()),
            (3, Err(Error::InvalidArgument { what, .. })) => assert_eq!(what, "labels"),
            (classes, other) => panic!("{classes} classes: {other:?}"),
        }
    }
}
