//! The race between the backends leaves the model as it was, on the faster one, and says what it measured.

use vae_playground::backend::Choice;
use vae_playground::data::dataset::Dataset;
use vae_playground::executor::{Kind, ReasonCode};
use vae_playground::presets;
use vae_playground::train::{Position, TrainConfig};
use vae_playground::vae::Vae;

use crate::model::images;

#[test]
fn the_faster_backend_goes_on_with_the_same_model() {
    pollster::block_on(async {
        let spec = presets::spec("rmsprop-10").unwrap();
        let mut vae = Vae::create(spec, Choice::WebGpu, 7).await.unwrap();
        let config = TrainConfig { steps: Some(3), batch: 16, ..TrainConfig::default() };
        // Without images there is nothing to race with, and what was asked for is no open question.
        vae.race(&config, 1).await.unwrap();
        let images = Dataset::from_u8(images(40, 784), None, 784).unwrap();
        vae.set_dataset(&images, None).unwrap();
        vae.settle(&config, 1).await.unwrap();
        assert_eq!(vae.backend().reason_code, ReasonCode::Requested);

        let before = vae.params().await.unwrap();
        vae.race(&config, 1).await.unwrap();
        let info = vae.backend().clone();
        let times = info.step_times.unwrap();
        assert!(times.cpu > 0 && times.gpu > 0, "{times:?}");
        let (kind, code) = match times.cpu < times.gpu {
            true => (Kind::Cpu, ReasonCode::FasterCpu),
            false => (Kind::WebGpu, ReasonCode::FasterGpu),
        };
        assert_eq!((info.kind, info.reason_code), (kind, code));
        let hundredths = (times.cpu + 5) / 10;
        let said = format!("{}.{:02} ms on the CPU", hundredths / 100, hundredths % 100);
        assert!(info.reason.contains(&said), "{info:?}");
        assert_eq!(vae.params().await.unwrap(), before);
        assert!(vae.moments().await.unwrap().iter().flatten().all(|&m| m == 0.0));

        vae.train_start(config, Position::default()).unwrap();
        let steps =
            vae.train_chunk(3).await.unwrap().steps.len() + vae.train_flush().await.unwrap().steps.len();
        assert_eq!(steps, 3);
        assert_ne!(vae.params().await.unwrap(), before);
    });
}
