//! Conditional models: what their labels do, and what is refused.

use pollster::block_on;
use vae_playground::backend::Choice;
use vae_playground::data::dataset::Dataset;
use vae_playground::loss::Objective;
use vae_playground::session::{Estimate, Proposal};
use vae_playground::train::{Position, TrainConfig};
use vae_playground::vae::Vae;

use super::{argument, bars, config, finish, floats, images, labelled_bars, open, spec, train};

fn conditional(choice: Choice) -> Vae {
    let mut spec = spec();
    spec.classes = 2;
    block_on(Vae::create(spec, choice, 1)).unwrap()
}

pub(crate) fn a_conditional_model_uses_its_labels(choice: Choice) {
    for objective in [Objective::ELBO, Objective::Iwae { samples: 3, dreg: true }] {
        let mut vae = conditional(choice);
        let (data, held_out) = (labelled_bars(70, 1), labelled_bars(60, 2));
        vae.set_dataset(&data, Some(&held_out)).unwrap();
        let (_, epochs) = train(&mut vae, TrainConfig { epochs: Some(60), objective, ..config() });
        assert!(epochs[59].test.unwrap().loss < 0.85 * epochs[0].test.unwrap().loss);
        // A wrong label costs.
        let truth = held_out.labels().unwrap();
        let wrong: Vec<u8> = truth.iter().map(|label| 1 - label).collect();
        let mut loss = |labels: &[u8]| {
            let elbo = block_on(vae.elbo(&floats(&held_out), Some(labels), 4, 1)).unwrap();
            elbo.recon.iter().chain(&elbo.kl).sum::<f32>() / 60.0
        };
        let (right, mistaken) = (loss(truth), loss(&wrong));
        assert!(mistaken > right + 5.0, "{right} with the right labels, {mistaken} with the others");
        // And the label alone tells which way the bars lie.
        for label in [0, 1] {
            let drawn = block_on(vae.sample(20, Some(&[label; 20]), 3, 1.0)).unwrap();
            let spread = |sums: &dyn Fn(&[f32], usize) -> f32| -> f32 {
                drawn.chunks(36).map(|image| (0..6).map(|i| sums(image, i).powi(2)).sum::<f32>()).sum()
            };
            let columns = spread(&|image, x| (0..6).map(|y| image[y * 6 + x]).sum());
            let rows = spread(&|image, y| (0..6).map(|x| image[y * 6 + x]).sum());
            assert_eq!(columns > rows, label == 0, "label {label}: columns {columns}, rows {rows}");
        }
    }
}

pub(crate) fn bad_labels_are_refused_by_name(choice: Choice) {
    let mut vae = conditional(choice);
    let before = block_on(vae.params()).unwrap();
    let good = labelled_bars(70, 1);
    let (pixels, mut labels) = images(70, 1);
    labels[69] = 2;
    let too_large = Dataset::from_u8(pixels, Some(labels), 36).unwrap();
    let bad: [(&Dataset, Option<&Dataset>); 4] =
        [(&bars(70, 1), None), (&too_large, None), (&good, Some(&bars(30, 2))), (&good, Some(&too_large))];
    for (data, held_out) in bad {
        vae.set_dataset(data, held_out).unwrap();
        assert_eq!(argument(vae.train_start(config(), Position::default()).unwrap_err()), "labels");
        assert!(vae.training().is_none());
    }
    let x = floats(&bars(2, 3));
    let wrong: [Option<&[u8]>; 4] = [None, Some(&[0]), Some(&[0, 1, 1]), Some(&[0, 2])];
    for labels in wrong {
        assert_eq!(argument(block_on(vae.encode(&x, labels)).unwrap_err()), "labels");
        assert_eq!(argument(block_on(vae.decode(&[0.0; 4], labels)).unwrap_err()), "labels");
        assert_eq!(argument(block_on(vae.reconstruct(&x, labels, false, 1)).unwrap_err()), "labels");
        assert_eq!(argument(block_on(vae.elbo(&x, labels, 1, 1)).unwrap_err()), "labels");
        assert_eq!(
            argument(
                block_on(vae.log_likelihood(
                    &x,
                    labels,
                    Estimate { k: 2, proposal: Proposal::Posterior, seed: 1, first: 0 }
                ))
                .unwrap_err()
            ),
            "labels"
        );
        assert_eq!(
            argument(block_on(vae.latent_gradient(&[0.0; 4], &x, None, labels)).unwrap_err()),
            "labels"
        );
        assert_eq!(argument(block_on(vae.input_gradient(&x, &[0.0; 8], labels)).unwrap_err()), "labels");
        if labels.is_some() {
            assert_eq!(argument(block_on(vae.sample(2, labels, 1, 1.0)).unwrap_err()), "labels");
        }
    }
    // A model without classes has no use for labels; a dataset may have them all the same.
    let mut plain = open(choice, 1);
    assert_eq!(argument(block_on(plain.encode(&x, Some(&[0, 1]))).unwrap_err()), "labels");
    assert_eq!(argument(block_on(plain.sample(2, Some(&[0, 1]), 1, 1.0)).unwrap_err()), "labels");
    plain.set_dataset(&too_large, None).unwrap();
    train(&mut plain, TrainConfig { epochs: Some(1), ..config() });
    // Nothing was lost, and with good labels it trains.
    assert_eq!(block_on(vae.params()).unwrap(), before);
    vae.set_dataset(&good, None).unwrap();
    vae.train_start(config(), Position::default()).unwrap();
    finish(&mut vae, 7).unwrap();
}

/// Labels reach every request's own rows, in small requests and in large ones.
pub(crate) fn conditional_models_in_every_request(choice: Choice) {
    let mut vae = conditional(choice);
    let data = labelled_bars(130, 5);
    let (x, labels) = (floats(&data), data.labels().unwrap().to_vec());
    assert!(labels[..3] != [0, 0, 0] && labels[..3] != [1, 1, 1]);
    let (few, some) = (&x[..3 * 36], Some(&labels[..3]));
    let close = |a: &[f32], b: &[f32]| {
        assert!(a.len() <= b.len());
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-4 * (1.0 + a.abs()), "{a} against {b}");
        }
    };
    let all = block_on(vae.encode(&x, Some(&labels))).unwrap();
    close(&block_on(vae.encode(few, some)).unwrap().mu, &all.mu);
    let decoded = block_on(vae.decode(&all.mu, Some(&labels))).unwrap();
    close(&block_on(vae.decode(&all.mu[..6], some)).unwrap(), &decoded);
    let inside = |vae: &mut Vae, x: &[f32], z: &[f32], labels| {
        let layers = block_on(vae.encoder_layers(x, labels)).unwrap();
        [layers, block_on(vae.decoder_layers(z, labels)).unwrap()].concat()
    };
    let layers = inside(&mut vae, &x, &all.mu, Some(&labels));
    assert_eq!(layers.iter().map(Vec::len).collect::<Vec<_>>(), [130 * 24, 130 * 24]);
    let first = inside(&mut vae, few, &all.mu[..6], some);
    first.iter().zip(&layers).for_each(|(few, all)| close(few, all));
    let elbo = block_on(vae.elbo(&x, Some(&labels), 2, 1)).unwrap();
    close(&block_on(vae.elbo(few, some, 2, 1)).unwrap().recon, &elbo.recon);
    let slopes = block_on(vae.latent_gradient(&all.mu, &x, None, Some(&labels))).unwrap();
    close(&block_on(vae.latent_gradient(&all.mu[..6], few, None, some)).unwrap().dz, &slopes.dz);
    // Without labels, samples go through the classes in turn.
    let in_turn: Vec<u8> = (0..130).map(|i| i % 2).collect();
    assert_eq!(
        block_on(vae.sample(130, None, 1, 1.0)).unwrap(),
        block_on(vae.sample(130, Some(&in_turn), 1, 1.0)).unwrap()
    );
    // Other labels give other answers.
    let others: Vec<u8> = labels.iter().map(|label| 1 - label).collect();
    assert_ne!(block_on(vae.encode(&x, Some(&others))).unwrap(), all);
    assert_ne!(block_on(vae.decode(&all.mu, Some(&others))).unwrap(), decoded);
}
