//! Writes `fuzz/seeds`: small files to begin with, `good-…` that are read and `bad-…` that are refused.
//!
//! `cargo run --manifest-path fuzz/Cargo.toml --example seeds`

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use vae_playground::checkpoint::{Precision, save};
use vae_playground::loss::Objective;
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::run_state::RunState;
use vae_playground::train::{Position, TrainConfig};
use vae_playground::{VaeSpec, presets};
use vae_playground_fuzz::readers;

/// Files by the name of their target and their own.
type Files = BTreeMap<(&'static str, String), Vec<u8>>;

fn main() -> std::io::Result<()> {
    let mut files = Files::new();
    let mut add = |target, name: &str, bytes: Vec<u8>| {
        assert!(files.insert((target, name.to_owned()), bytes).is_none(), "{target}/{name} is there twice");
    };
    checkpoints(&mut |name, bytes| add("checkpoint", name, bytes));
    run_states(&mut |name, bytes| add("run_state", name, bytes));
    specs(&mut |name, text| add("spec", name, text.into()));
    idx_files(&mut |name, bytes| add("idx", name, bytes));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for (target, _) in readers::READERS {
        let folder = root.join(target);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
    }
    for ((target, name), bytes) in files {
        fs::write(root.join(target).join(name), bytes)?;
    }
    Ok(())
}

/// A spec of 1×2 pixels and one latent dimension with these layers.
fn spec(encoder: &str, decoder: &str, rest: &str) -> String {
    let input = r#"{"channels":1,"height":1,"width":2}"#;
    format!(r#"{{"input":{input},"encoder":[{encoder}],"latent":1,"decoder":[{decoder}]{rest}}}"#)
}

fn linear(units: u32, activation: &str) -> String {
    format!(r#"{{"type":"linear","units":{units},"activation":"{activation}"}}"#)
}

/// 2×2 pixels, convolved on the way in and the other way round on the way out.
fn conv() -> String {
    r#"{"input":{"channels":1,"height":2,"width":2},
        "encoder":[{"type":"conv2d","channels":2,"kernel":2,"stride":2,"padding":1,"activation":"relu"},{"type":"flatten"}],
        "latent":1,
        "decoder":[{"type":"linear","units":2},{"type":"reshape","channels":2,"height":1,"width":1},
                   {"type":"conv_transpose2d","channels":1,"kernel":1,"stride":2,"outputPadding":1}]}"#
        .to_owned()
}

fn model(json: &str, precision: Precision) -> Vec<u8> {
    let spec = VaeSpec::from_json(json).expect("a seed's spec is valid");
    let layout = Layout::new(&spec).expect("a valid spec has a layout");
    let params = layout.initialise(Initialisation::PyTorch, 7);
    let notes = BTreeMap::from([("epochs".to_owned(), "10".to_owned())]);
    save(&spec, &layout, &params, &notes, precision).expect("fresh parameters are finite")
}

/// Header and data of a good file.
fn parts(file: &[u8]) -> (&str, &[u8]) {
    let (prefix, rest) = file.split_first_chunk().expect("a file has a length");
    let (header, data) = rest.split_at(u64::from_le_bytes(*prefix) as usize);
    (std::str::from_utf8(header).expect("a header is text"), data)
}

/// The file with `from` in its header replaced by `to`, and the length before it mended.
fn edited(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let (header, data) = parts(file);
    assert!(header.contains(from), "{header} has no {from}");
    [&headed(&header.replacen(from, to, 1)), data].concat()
}

fn without_metadata(file: &[u8]) -> Vec<u8> {
    let (header, data) = parts(file);
    let mut header: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(header).expect("a header is an object");
    header.remove("__metadata__").expect("our files have metadata");
    [&headed(&serde_json::Value::from(header).to_string()), data].concat()
}

/// A file with nothing but this header.
fn headed(header: &str) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat()
}

fn checkpoints(add: &mut dyn FnMut(&str, Vec<u8>)) {
    let smallest = model(&spec("", "", ""), Precision::F32);
    add("good-smallest", smallest.clone());
    add("good-half", model(&spec("", "", ""), Precision::F16));
    let deep = spec(&[linear(3, "tanh"), linear(2, "gelu")].join(","), &linear(2, "identity"), "");
    add("good-deep", model(&deep, Precision::F32));
    let gaussian = spec("", "", r#","likelihood":{"type":"gaussian","sigma":0.5}"#);
    add("good-gaussian", model(&gaussian, Precision::F16));
    add("good-conv", model(&conv(), Precision::F16));
    add(
        "good-conditional",
        model(&spec(&linear(2, "relu"), &linear(3, "elu"), r#","classes":2"#), Precision::F32),
    );
    // One layer on each side has the names of pytorch/examples, whose files have no metadata.
    let examples = model(&spec(&linear(2, "relu"), &linear(3, "relu"), ""), Precision::F32);
    add("good-examples", examples.clone());
    add("good-no-metadata", without_metadata(&examples));
    add("bad-no-spec", edited(&smallest, r#""spec""#, r#""spek""#));

    let end = smallest.len();
    add("bad-empty", Vec::new());
    add("bad-cut", smallest[..end - 3].to_vec());
    add("bad-longer", [&smallest[..], &[0; 4]].concat());
    add("bad-length-2-63", (1_u64 << 63).to_le_bytes().to_vec());
    add("bad-zip", b"PK\x03\x04 as torch.save writes".to_vec());
    for (name, value) in [("nan", f32::NAN), ("infinite", f32::INFINITY)] {
        add(&format!("bad-{name}"), [&smallest[..end - 4], &value.to_le_bytes()].concat());
    }
    for (name, from, to) in [
        ("type", r#""F32""#, r#""I32""#),
        ("shape", "[1,2]", "[2,1]"),
        ("no-values", "[1,2]", "[0,2]"),
        ("shape-overflow", "[1,2]", "[9223372036854775808,4]"),
        ("offsets-overlap", "[8,12]", "[4,8]"),
        ("offsets-reversed", "[8,12]", "[12,8]"),
        ("missing", r#""mu.bias""#, r#""nu.bias""#),
        ("repeated-note", r#""epochs":"10""#, r#""epochs":"10","epochs":"11""#),
        (
            "repeated-tensor",
            r#""mu.bias":"#,
            r#""mu.bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"mu.bias":"#,
        ),
        ("unprintable", r#""mu.bias""#, r#""mu\u001b[2J\nbias""#),
        ("spec", r#"\"latent\":1"#, r#"\"latent\":0"#),
        ("spec-field", r#"\"latent\":1"#, r#"\"latent\":1,\"colour\":1"#),
        ("spec-huge", r#"\"latent\":1"#, r#"\"latent\":4096"#),
    ] {
        add(&format!("bad-{name}"), edited(&smallest, from, to));
    }
    add("bad-deep-json", headed(&r#"{"a":{"shape":["#.repeat(100)));
}

fn run_states(add: &mut dyn FnMut(&str, Vec<u8>)) {
    let (_, layout, params) = readers::small_model();
    let state = |optimizer: Optimizer, second: f32| RunState {
        position: Position { step: 700, epoch: 1, images: 231 },
        config: TrainConfig { epochs: None, optimizer, ..TrainConfig::default() },
        moments: [params.clone(), vec![second; layout.len as usize]],
        params: params.clone(),
    };
    let write = |state: RunState| state.save().expect("a seed's numbers are finite");
    let adam = write(state(Rule::ADAM.into(), 0.25));
    add("good-adam", adam.clone());
    let rmsprop = Optimizer { max_norm: Some(5.0), weight_decay: 1e-4, ..Rule::RMSPROP.into() };
    add("good-rmsprop", write(state(rmsprop, 0.0)));
    let dreg = TrainConfig {
        objective: Objective::Iwae { samples: 5, dreg: true },
        ..state(Rule::SGD.into(), 0.0).config
    };
    add("good-iwae", write(RunState { config: dreg, ..state(Rule::SGD.into(), 0.0) }));
    add("bad-negative", write(state(Rule::ADAM.into(), -0.25)));
    let retrained = vec![1.0; layout.len as usize];
    add("bad-other-model", write(RunState { params: retrained, ..state(Rule::SGD.into(), 0.0) }));
    add("bad-cut", adam[..adam.len() - 3].to_vec());
    for (name, from, to) in [
        ("step", r#""step":"700""#, r#""step":"-700""#),
        ("epoch", r#""epoch":"1""#, r#""epoch":"4294967296""#),
        ("config", r#"\"batch\":128"#, r#"\"batch\":0"#),
        ("missing", r#""moment2""#, r#""moment3""#),
    ] {
        add(&format!("bad-{name}"), edited(&adam, from, to));
    }
}

fn specs(add: &mut dyn FnMut(&str, String)) {
    for name in presets::NAMES {
        add(&format!("good-{name}"), presets::spec(name).expect("a preset's name").to_json());
    }
    let layer = linear(5, "softplus");
    add("good-gaussian", spec(&layer, "", r#","likelihood":{"type":"gaussian","sigma":1e-3}"#));
    add("good-conv", conv());
    // One image with 64 draws of z outgrows a binding: no plan may come of it.
    add("good-wide", spec("", "", "").replace(r#""height":1,"width":2"#, r#""height":1024,"width":1024"#));
    for (name, from, to) in [
        ("kernel", r#""kernel":2"#, r#""kernel":9"#),
        ("stride", r#""stride":2"#, r#""stride":0"#),
        ("padding", r#""padding":1"#, r#""padding":2"#),
        ("output-padding", r#""outputPadding":1"#, r#""outputPadding":2"#),
        ("reshape", r#""height":1"#, r#""height":4294967295"#),
        ("values", r#""channels":2"#, r#""channels":1048576"#),
    ] {
        add(&format!("bad-{name}"), conv().replacen(from, to, 1));
    }
    add("bad-classes", spec("", "", r#","classes":257"#));
    add("bad-sigma", spec("", "", r#","likelihood":{"type":"gaussian","sigma":1e39}"#));
    add("bad-repeated", spec(&layer, "", r#","latent":2"#));
    add("bad-field", spec(&layer, "", r#","colour":2"#));
    add("bad-activation", spec(&linear(5, "cosine"), "", ""));
    add("bad-units", spec(&linear(0, "relu"), "", ""));
    add("bad-weight", spec(&[linear(1 << 20, "relu"), linear(64, "relu")].join(","), "", ""));
    add("bad-layers", spec(&vec![r#"{"type":"linear","units":1}"#; 65].join(","), "", ""));
    add("bad-deep", r#"{"encoder":[{"type":"linear","units":"#.to_owned() + &"[".repeat(200));
}

fn idx_files(add: &mut dyn FnMut(&str, Vec<u8>)) {
    let file = |dims: &[u32], data: &[u8]| {
        let sizes = dims.iter().flat_map(|size| size.to_be_bytes());
        [0, 0, 8, dims.len() as u8].into_iter().chain(sizes).chain(data.iter().copied()).collect::<Vec<u8>>()
    };
    add("good-images", file(&[2, 2, 3], &[0, 1, 2, 3, 4, 5, 60, 70, 80, 90, 100, 255]));
    add("good-labels", file(&[3], &[0, 9, 5]));
    add("good-table", file(&[2, 2], &[1, 2, 3, 4]));
    add("bad-gzip", vec![0x1f, 0x8b, 8, 0]);
    add("bad-floats", vec![0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
    add("bad-cut", file(&[2, 2, 3], &[1, 2]));
    add("bad-longer", file(&[1], &[1, 2]));
    add("bad-none", file(&[], &[]));
    add("bad-zero", file(&[1, 0, 1], &[]));
    add("bad-overflow", file(&[u32::MAX; 3], &[]));
}
