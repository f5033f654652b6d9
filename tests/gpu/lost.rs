//! A device that goes away while a model trains on it: the run ends with an error, and the model lives on.

use vae_playground::Error;
use vae_playground::backend::Choice;
use vae_playground::data::dataset::Dataset;
use vae_playground::executor::{Kind, ReasonCode};
use vae_playground::presets;
use vae_playground::train::{Position, TrainConfig};
use vae_playground::vae::Vae;

use crate::model::images;

#[test]
fn the_model_lives_on_the_cpu_and_trains_there() {
    pollster::block_on(async {
        let spec = presets::spec("rmsprop-10").unwrap();
        let mut vae = Vae::create(spec, Choice::WebGpu, 7).await.unwrap();
        let data = Dataset::from_u8(images(40, 784), None, 784).unwrap();
        vae.set_dataset(&data, None).unwrap();
        let config = TrainConfig { steps: Some(100), batch: 8, ..TrainConfig::default() };
        let image: Vec<f32> = images(1, 784).iter().map(|&byte| f32::from(byte) / 255.0).collect();
        let fresh = vae.encode(&image, None).await.unwrap();

        vae.train_start(config, Position::default()).unwrap();
        vae.train_chunk(4).await.unwrap();
        vae.train_flush().await.unwrap();
        // Asking is what brings the CPU's copy up to date.
        let before = vae.encode(&image, None).await.unwrap();
        assert_ne!(before.mu, fresh.mu);
        let params = vae.params().await.unwrap();

        vae.close_device();
        let mut ended = Ok(());
        for _ in 0..3 {
            ended = vae.train_chunk(4).await.map(|_| ());
            if ended.is_err() {
                break;
            }
        }
        assert!(matches!(ended, Err(Error::DeviceLost(_))), "{ended:?}");
        assert!(vae.training().is_none());
        assert_eq!((vae.backend().kind, vae.backend().reason_code), (Kind::Cpu, ReasonCode::DeviceLost));
        // The last parameters that the CPU had are those of the last question.
        assert_eq!(vae.params().await.unwrap(), params);
        assert_eq!(vae.encode(&image, None).await.unwrap().mu, before.mu);

        vae.train_start(config, Position::default()).unwrap();
        let steps =
            [vae.train_chunk(4).await.unwrap().steps, vae.train_flush().await.unwrap().steps].concat();
        assert_eq!(steps.len(), 4);
        assert!(steps.iter().all(|step| step.losses.loss.is_finite()), "{steps:?}");
        assert_ne!(vae.params().await.unwrap(), params);
    });
}
