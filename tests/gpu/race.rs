//! The race between the backends leaves the model as it was, on the faster one, and says what it measured.

use vae_playground::backend::{Choice, Tile};
use vae_playground::data::dataset::Dataset;
use vae_playground::executor::{Kind, ReasonCode, StepTimes};
use vae_playground::presets;
use vae_playground::train::{Position, TrainConfig};
use vae_playground::vae::Vae;
use vae_playground::vae::race::{self, Race, Terms};

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

#[test]
fn a_gpu_that_lost_is_asked_again_on_other_terms() {
    pollster::block_on(async {
        let spec = presets::spec("rmsprop-10").unwrap();
        let mut vae = Vae::create(spec, Choice::WebGpu, 7).await.unwrap();
        let images = Dataset::from_u8(images(40, 784), None, 784).unwrap();
        vae.set_dataset(&images, None).unwrap();
        let adapter = vae.backend().adapter.clone().unwrap();
        let terms = |batch| Terms {
            adapter: adapter.clone(),
            parameters: vae.layout().len,
            batch,
            draws: 1,
            workers: 3,
        };
        let [small, large, other] = [terms(2), terms(20), terms(30)];
        let before = vae.params().await.unwrap();
        let settings = |batch| TrainConfig { steps: Some(1), batch, ..TrainConfig::default() };

        // No GPU was let go yet.
        vae.reconsider(&settings(2), 3).await.unwrap();
        assert_eq!(vae.backend().reason_code, ReasonCode::Requested);
        race::remember(Race { terms: small, times: StepTimes { gpu: 900, cpu: 100 }, tile: None });
        vae.race(&settings(2), 3).await.unwrap();
        assert_eq!((vae.backend().kind, vae.backend().reason_code), (Kind::Cpu, ReasonCode::FasterCpu));

        // Known to be slower there too: it is not opened.
        race::remember(Race { terms: other, times: StepTimes { gpu: 901, cpu: 100 }, tile: None });
        vae.settle(&settings(30), 3).await.unwrap();
        let info = vae.backend().clone();
        assert_eq!((info.kind, info.step_times.unwrap().gpu), (Kind::Cpu, 901));

        race::remember(Race { terms: large, times: StepTimes { gpu: 100, cpu: 900 }, tile: None });
        vae.settle(&settings(20), 3).await.unwrap();
        let info = vae.backend().clone();
        assert_eq!((info.kind, info.reason_code), (Kind::WebGpu, ReasonCode::FasterGpu));
        assert_eq!(info.adapter, Some(adapter.clone()));
        assert_eq!(vae.params().await.unwrap(), before);
        vae.train_start(settings(20), Position::default()).unwrap();
        vae.train_chunk(1).await.unwrap();
        assert_ne!(vae.params().await.unwrap(), before);

        // And back, by what is known.
        vae.settle(&settings(2), 3).await.unwrap();
        assert_eq!(vae.backend().kind, Kind::Cpu);
        assert_eq!(race::races().iter().filter(|race| race.terms.workers == 3).count(), 3);
    });
}

#[test]
fn a_tile_that_an_earlier_race_found_is_taken_without_timing() {
    pollster::block_on(async {
        let spec = presets::spec("dense-10").unwrap();
        let mut vae = Vae::create(spec, Choice::WebGpu, 7).await.unwrap();
        let images = Dataset::from_u8(images(40, 784), None, 784).unwrap();
        vae.set_dataset(&images, None).unwrap();
        // Direct tiles leave the losses to a dispatch of their own; tiles with workgroup memory do not.
        for (batch, tile, dispatches) in [(4, Tile::Low, 6), (5, Tile::Direct, 7)] {
            let terms = Terms {
                adapter: vae.backend().adapter.clone().unwrap(),
                parameters: vae.layout().len,
                batch,
                draws: 1,
                workers: 9,
            };
            let times = StepTimes { gpu: 100, cpu: 900 };
            race::remember(Race { terms, times, tile: Some(tile) });
            let config = TrainConfig { steps: Some(2), batch, ..TrainConfig::default() };
            let before = vae.counters();
            vae.race(&config, 9).await.unwrap();
            assert_eq!(vae.counters().dispatches, before.dispatches);
            vae.train_start(config, Position::default()).unwrap();
            vae.train_chunk(2).await.unwrap();
            vae.train_flush().await.unwrap();
            let after = vae.counters();
            let steps = after.steps - before.steps;
            assert_eq!((steps, after.dispatches - before.dispatches), (2, 2 * dispatches), "{tile:?}");
        }
    });
}
