//! A long run of a small model, and what it holds meanwhile.

use peak_alloc::PeakAlloc;
use pollster::block_on;
use vae_playground::VaeSpec;
use vae_playground::backend::{Backend, Choice};
use vae_playground::data::dataset::Dataset;
use vae_playground::train::{Position, TrainConfig};
use vae_playground::vae::Vae;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const CHUNK: u32 = 50;
/// What threads, channels and drivers may hold more or less at any moment, in bytes.
const SLACK: u64 = 64 << 10;

const SPEC: &str = r#"{ "input": { "channels": 1, "height": 4, "width": 4 },
    "encoder": [ { "type": "linear", "units": 8, "activation": "relu" } ], "latent": 2,
    "decoder": [ { "type": "linear", "units": 8, "activation": "relu" } ] }"#;

/// Bytes on the heap, and on the device where there is one.
type Held = [u64; 2];

/// Trains a small model and checks that neither heap nor device hold more later than they did in the first tenth.
pub(crate) fn memory_does_not_grow(choice: Choice, steps: fn(software: bool) -> usize) {
    let mut vae = block_on(Vae::create(VaeSpec::from_json(SPEC).unwrap(), choice, 1)).unwrap();
    let images: Vec<u8> = (0..400 * 16_u32).map(|i| (i * 97 % 251) as u8).collect();
    vae.set_dataset(&Dataset::from_u8(images, None, 16).unwrap(), None).unwrap();
    let steps = steps(vae.backend().software);
    let config = TrainConfig { steps: Some(steps as u64), epochs: None, batch: 8, ..TrainConfig::default() };
    vae.train_start(config, Position::default()).unwrap();
    // What is noted down is on the heap from the beginning.
    let mut held: Vec<(usize, Held)> = Vec::with_capacity(steps + 1);
    let mut done = 0;
    while done < steps {
        done += block_on(vae.train_chunk(CHUNK)).unwrap().steps.len();
        let device = match &vae.session().executor {
            Backend::Gpu(gpu) => gpu.device_bytes().expect("a Vulkan device tells what it handed out"),
            Backend::Cpu(_) => 0,
        };
        held.push((done, [HEAP.current_usage() as u64, device]));
    }
    assert_eq!(done, steps);
    let begun = held.iter().filter(|(step, _)| *step <= steps / 10);
    let most = begun.map(|(_, held)| *held).reduce(|a, b| [a[0].max(b[0]), a[1].max(b[1])]).unwrap();
    for (step, later) in &held {
        let grown = (0..2).any(|i| later[i] > most[i] + SLACK);
        assert!(
            !grown,
            "heap and device held up to {most:?} bytes at first, and {later:?} after {step} steps"
        );
    }
}
