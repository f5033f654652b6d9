//! A profile tells where a step's time goes and leaves everything as it was.

use pollster::block_on;
use vae_playground::Error;
use vae_playground::backend::Choice;
use vae_playground::data::dataset::Dataset;
use vae_playground::executor::Kind;
use vae_playground::train::{Position, TrainConfig};
use vae_playground::vae::Vae;

use super::{images, spec};

pub(crate) fn a_profile_changes_nothing(choice: Choice) {
    let config = TrainConfig { steps: Some(8), batch: 32, ..TrainConfig::default() };
    let train = Dataset::from_u8(images(64, 1).0, None, 36).unwrap();
    let open = || {
        let mut vae = block_on(Vae::create(spec(), choice, 3)).unwrap();
        vae.set_dataset(&train, None).unwrap();
        vae.train_start(config, Position::default()).unwrap();
        block_on(vae.train_chunk(4)).unwrap();
        vae
    };
    let finish = |mut vae: Vae| {
        while vae.training().is_some_and(|run| run.position().step < 8) {
            block_on(vae.train_chunk(4)).unwrap();
        }
        block_on(vae.train_flush()).unwrap();
        block_on(vae.params()).unwrap()
    };
    let undisturbed = finish(open());
    let mut vae = open();
    match block_on(vae.profile(&config, 3)) {
        // A GPU without a clock says so, and goes on too.
        Err(Error::Unsupported(_)) => assert_eq!(vae.backend().kind, Kind::WebGpu),
        profile => {
            let profile = profile.unwrap();
            assert_eq!((profile.kind, profile.steps), (vae.backend().kind, 3));
            let names: Vec<&str> = profile.kernels.iter().map(|k| k.kernel).collect();
            let update = if profile.kind == Kind::Cpu { "adam" } else { "fused/update_adam" };
            assert!(names.contains(&update), "{names:?}");
            assert!(profile.kernels.iter().all(|k| k.nanoseconds >= 0.0), "{profile:?}");
            assert!(profile.kernels.iter().map(|k| k.nanoseconds).sum::<f64>() > 0.0, "{profile:?}");
        }
    }
    assert_eq!(finish(vae), undisturbed);

    let mut vae = block_on(Vae::create(spec(), choice, 3)).unwrap();
    let refused = |problem: &Error, what: &str| {
        assert!(matches!(problem, Error::InvalidArgument { what: at, .. } if at == what), "{problem:?}");
    };
    refused(&block_on(vae.profile(&config, 3)).unwrap_err(), "dataset");
    vae.set_dataset(&train, None).unwrap();
    refused(&block_on(vae.profile(&config, 0)).unwrap_err(), "steps");
}
