//! Files of PyTorch are read, and other readers understand ours.

use vae_playground::checkpoint::{Precision, load, save};
use vae_playground::params::Layout;
use vae_playground::spec::{Activation, ImageShape, LayerSpec, VaeSpec};

use crate::files::{file, saved, small_spec};

const PYTORCH: &[u8] = include_bytes!("../golden/pytorch-examples.safetensors");

#[test]
fn other_readers_understand_the_file() {
    let (checkpoint, bytes) = saved(&small_spec(), Precision::F32);
    let (header, metadata) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!((8 + header) % 8, 0, "the data is aligned");
    let notes = metadata.metadata().as_ref().unwrap();
    assert_eq!(VaeSpec::from_json(&notes["spec"]).unwrap(), checkpoint.spec);
    assert_eq!(notes["epochs"], "10");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let layout = Layout::new(&checkpoint.spec).unwrap();
    assert_eq!(tensors.len(), layout.tensors.len());
    for t in &layout.tensors {
        let view = tensors.tensor(&t.name).unwrap();
        let values: Vec<f32> =
            view.data().as_chunks::<4>().0.iter().map(|v| f32::from_le_bytes(*v)).collect();
        assert_eq!(values, checkpoint.params[t.range.clone()], "{}", t.name);
    }
}

#[test]
fn a_checkpoint_of_pytorch_examples_needs_no_metadata() {
    let read = load(PYTORCH).unwrap();
    assert_eq!(read.spec.input, ImageShape::MNIST);
    assert_eq!(read.spec.latent, 2);
    let hidden = vec![LayerSpec::Linear { units: 8, activation: Activation::Relu }];
    assert_eq!((&read.spec.encoder, &read.spec.decoder), (&hidden, &hidden));
    let layout = Layout::new(&read.spec).unwrap();
    let theirs = safetensors::SafeTensors::deserialize(PYTORCH).unwrap();
    for t in &layout.tensors {
        let view = theirs.tensor(&t.name).unwrap();
        let values: Vec<f32> =
            view.data().as_chunks::<4>().0.iter().map(|v| f32::from_le_bytes(*v)).collect();
        assert_eq!(values, read.params[t.range.clone()], "{}", t.name);
    }
    let again = save(&read.spec, &layout, &read.params, &read.provenance, Precision::F32).unwrap();
    assert_eq!(load(&again).unwrap(), read);
}

#[test]
fn a_decoder_as_wide_as_the_image_is_not_taken_for_the_output() {
    let header = r#"{"fc1.weight":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]},
        "fc1.bias":{"dtype":"F32","shape":[2],"data_offsets":[32,40]},
        "fc21.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[40,48]},
        "fc21.bias":{"dtype":"F32","shape":[1],"data_offsets":[48,52]},
        "fc22.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[52,60]},
        "fc22.bias":{"dtype":"F32","shape":[1],"data_offsets":[60,64]},
        "fc3.weight":{"dtype":"F32","shape":[4,1],"data_offsets":[64,80]},
        "fc3.bias":{"dtype":"F32","shape":[4],"data_offsets":[80,96]},
        "fc4.weight":{"dtype":"F32","shape":[4,4],"data_offsets":[96,160]},
        "fc4.bias":{"dtype":"F32","shape":[4],"data_offsets":[160,176]}}"#;
    let read = load(&file(header, 176)).unwrap();
    assert_eq!(read.spec.stages().unwrap().decoder.len(), 2);
    assert_eq!(read.spec.input, ImageShape { channels: 1, height: 2, width: 2 });
}
