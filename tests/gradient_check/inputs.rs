//! Gradients with respect to z and to images.

use vae_playground::Error;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{Executor, ReasonCode};
use vae_playground::loss::Objective;
use vae_playground::op::{Space, View};
use vae_playground::plan::{Goal, Plan};
use vae_playground::session::Session;
use vae_playground::spec::{Activation, VaeSpec};

use crate::oracle;
use crate::oracle::cases::build::Data;
use crate::oracle::cases::{Tolerance, compare};
use crate::oracle::memory::Memory;
use crate::setup::{BERNOULLI, GAUSSIAN, H, Layers, Setup, TOLERANCE, dense};

const LAYERS: Layers<'_> =
    [&[(9, Activation::Silu), (7, Activation::Tanh)], &[(6, Activation::Gelu), (8, Activation::Elu)]];
const ROWS: u32 = 5;

fn specs() -> Vec<VaeSpec> {
    vec![dense(LAYERS, BERNOULLI, 0), dense(LAYERS, GAUSSIAN, 3), dense([&[], &[]], BERNOULLI, 4)]
}

fn setup(spec: VaeSpec) -> Setup {
    let mut setup = Setup::new(spec, Objective::ELBO, 1.0, ROWS);
    // The gradient of each image is its own.
    setup.step.inv_batch = 1.0;
    setup
}

fn session(setup: &Setup) -> Session<CpuExecutor> {
    let len = setup.layout.len;
    let mut executor = CpuExecutor::new(len, ReasonCode::Requested, "a test");
    executor.write(None, View { space: Space::Params, offset: 0, len }, &setup.params).unwrap();
    Session::new(executor, setup.spec.clone())
}

fn labels(setup: &Setup) -> Option<&[u8]> {
    (setup.spec.classes > 0).then(|| &setup.labels[..ROWS as usize])
}

/// Slopes of what `value` tells of a row after a run, along every value of the first rows of `port`.
fn slopes(
    setup: &Setup,
    plan: &Plan,
    memory: &mut Memory,
    port: View,
    value: impl Fn(&Memory, usize) -> f64,
) -> Vec<f64> {
    let width = port.len / plan.batch;
    let start = memory.read(port);
    let mut slope = |i: u32| {
        let one = View { offset: i, len: 1, ..port };
        let mut at = |moved: f64| {
            memory.write(one, &[start[i as usize] + moved]);
            oracle::run(plan, memory, &setup.step);
            value(memory, (i / width) as usize)
        };
        let slope = (at(H) - at(-H)) / (2.0 * H);
        at(0.0);
        slope
    };
    (0..ROWS * width).map(&mut slope).collect()
}

#[test]
fn latent_gradients_are_the_slopes_of_the_masked_loss() {
    for (masked, spec) in [false, true].into_iter().flat_map(|m| specs().into_iter().map(move |s| (m, s))) {
        let setup = setup(spec);
        let mut data = Data::new(5);
        let count = (ROWS * setup.spec.pixels()) as usize;
        let z: Vec<f32> = (0..ROWS * setup.spec.latent).map(|_| data.normal()).collect();
        let mask: Vec<f32> = (0..count).map(|_| data.pick(&[0.0, 1.0, 0.5, 2.0])).collect();
        let mask = masked.then_some(&mask[..]);

        let plan = setup.plan(&Goal::LatentGradient);
        let mut memory = setup.memory(&plan);
        let ports = &plan.ports;
        memory.write_f32(ports.z.unwrap(), &z);
        memory.write_f32(ports.mask.unwrap(), mask.unwrap_or(&vec![1.0; count]));
        let partial = ports.partial.unwrap();
        let columns = (partial.len / plan.batch) as usize;
        let loss =
            |memory: &Memory, row: usize| memory.read(partial)[row * columns..][..columns].iter().sum();
        let want = slopes(&setup, &plan, &mut memory, ports.z.unwrap(), loss);

        let images = &setup.images[..count];
        let mut session = session(&setup);
        let got = session.latent_gradient(&z, images, mask, labels(&setup));
        let got = pollster::block_on(got).unwrap();
        assert_eq!(compare(&got.dz, &want, TOLERANCE), None, "{:?}, masked {masked}", setup.spec);
        let recon: Vec<f64> = (0..ROWS as usize).map(|row| loss(&memory, row)).collect();
        assert_eq!(compare(&got.recon, &recon, TOLERANCE), None);
    }
}

#[test]
fn input_gradients_are_the_slopes_of_the_weighted_statistics() {
    for spec in specs() {
        let setup = setup(spec);
        let mut data = Data::new(6);
        let width = 2 * setup.spec.latent as usize;
        let weights: Vec<f32> = (0..ROWS as usize * width).map(|_| data.normal_or_zero()).collect();

        let plan = setup.plan(&Goal::Encode);
        let mut memory = setup.memory(&plan);
        let stats = plan.ports.stats.unwrap();
        let weighted = |memory: &Memory, row: usize| -> f64 {
            let stats = memory.read(stats);
            (row * width..(row + 1) * width).map(|i| f64::from(weights[i]) * stats[i]).sum()
        };
        let want = slopes(&setup, &plan, &mut memory, plan.ports.input.unwrap(), weighted);

        let images = &setup.images[..(ROWS * setup.spec.pixels()) as usize];
        let mut session = session(&setup);
        let got = session.input_gradient(images, &weights, labels(&setup));
        assert_eq!(compare(&pollster::block_on(got).unwrap(), &want, TOLERANCE), None, "{:?}", setup.spec);
    }
}

/// Asking about more images than one step holds is asking about each.
#[test]
fn gradients_belong_to_their_image_alone() {
    let setup = setup(dense(LAYERS, BERNOULLI, 3));
    let mut session = session(&setup);
    let (n, pixels, latent) = (103, setup.spec.pixels() as usize, setup.spec.latent as usize);
    let mut data = Data::new(7);
    let z: Vec<f32> = (0..n * latent).map(|_| data.normal()).collect();
    let images: Vec<f32> = (0..n * pixels).map(|_| data.pixel()).collect();
    let mask: Vec<f32> = (0..n * pixels).map(|_| data.pixel()).collect();
    let weights: Vec<f32> = (0..n * 2 * latent).map(|_| data.normal()).collect();
    let labels: Vec<u8> = (0..n).map(|_| (data.bits() % 3) as u8).collect();
    let same = |got: &[f32], want: &[f32]| {
        let want: Vec<f64> = want.iter().map(|&v| f64::from(v)).collect();
        assert_eq!(compare(got, &want, Tolerance::Scaled { atol: 1e-7, rtol: 1e-6 }), None);
    };
    pollster::block_on(async {
        let all = session.latent_gradient(&z, &images, Some(&mask), Some(&labels)).await.unwrap();
        let dx = session.input_gradient(&images, &weights, Some(&labels)).await.unwrap();
        assert_eq!((all.recon.len(), all.dz.len(), dx.len()), (n, n * latent, n * pixels));
        for i in [0, 1, 99, 100, 102] {
            let (p, l) = (i * pixels..(i + 1) * pixels, i * latent..(i + 1) * latent);
            let label = Some(&labels[i..=i]);
            let one =
                session.latent_gradient(&z[l.clone()], &images[p.clone()], Some(&mask[p.clone()]), label);
            let one = one.await.unwrap();
            same(&all.dz[l], &one.dz);
            same(&all.recon[i..=i], &one.recon);
            let weights = &weights[i * 2 * latent..(i + 1) * 2 * latent];
            same(&dx[p.clone()], &session.input_gradient(&images[p], weights, label).await.unwrap());
        }
    });
}

#[test]
fn bad_requests_are_refused_by_name() {
    let setup = setup(dense(LAYERS, BERNOULLI, 3));
    let mut session = session(&setup);
    let (z, x, d) = (vec![0.1; 6], vec![0.5; 24], vec![0.2; 12]);
    let what = |error: Error| match error {
        Error::InvalidArgument { what, .. } => what,
        other => panic!("{other}"),
    };
    let good: Option<&[u8]> = Some(&[0, 2]);
    let nan = vec![f32::NAN; 24];
    pollster::block_on(async {
        let latent = [
            (&z[..5], &x[..], None, good, "z"),
            (&nan[..6], &x, None, good, "z"),
            (&z, &x[..23], None, good, "images"),
            (&z, &x[..12], None, good, "images"),
            (&z, &nan, None, good, "images"),
            (&z, &x, Some(&x[..12]), good, "mask"),
            (&z, &x, Some(&nan), good, "mask"),
            (&z, &x, None, None, "labels"),
            (&z, &x, None, Some(&[0][..]), "labels"),
            (&z, &x, None, Some(&[0, 3]), "labels"),
        ];
        for (z, x, mask, labels, name) in latent {
            let error = session.latent_gradient(z, x, mask, labels).await.unwrap_err();
            assert_eq!(what(error), name);
        }
        let input = [
            (&x[..0], &d[..], good, "images"),
            (&x, &d[..6], good, "dstats"),
            (&x, &d[..7], good, "dstats"),
            (&x, &nan[..12], good, "dstats"),
            (&x, &d, None, "labels"),
        ];
        for (x, d, labels, name) in input {
            assert_eq!(what(session.input_gradient(x, d, labels).await.unwrap_err()), name);
        }
        // And afterwards it works.
        assert!(session.latent_gradient(&z, &x, None, good).await.is_ok());
    });
}
