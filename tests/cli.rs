//! The command line from outside: what it writes, what it prints, how it fails.
#![cfg(not(target_arch = "wasm32"))]

mod place;

use std::fs;
use std::path::Path;
use std::process::Command;

use place::{Place, SPEC, lines};
use serde_json::Value;
use vae_playground::checkpoint::{self, Precision};
use vae_playground::params::Layout;

const TRAIN: &str = "train --spec spec.json --data . --backend cpu --batch 16 --lr 1e-2 --json";

#[test]
fn training_prints_one_object_an_epoch_and_writes_a_model() {
    let place = Place::new();
    let epochs = lines(&place.good(&format!("{TRAIN} --epochs 3 --out m.safetensors")));
    assert_eq!(epochs.len(), 3);
    for (i, e) in epochs.iter().enumerate() {
        assert_eq!(e["epoch"], i + 1);
        assert_eq!(e["step"], 4 * (i + 1));
        assert_eq!(e["backend"], "cpu");
        assert!(e["seconds"].as_f64().unwrap() >= 0.0);
        assert!(e.as_object().unwrap().contains_key("adapter"));
        for side in ["train", "test"] {
            let of = |key: &str| e[side][key].as_f64().unwrap();
            assert!(of("recon") > 0.0 && of("kl") >= 0.0);
            assert!((of("loss") - of("recon") - of("kl")).abs() < 1e-5 * of("loss"));
        }
    }
    let info: Value = serde_json::from_str(&place.good("info --model m.safetensors --json")).unwrap();
    assert_eq!(info["parameters"], 30 * 16 + 16 + 2 * (16 * 2 + 2) + 2 * 16 + 16 + 16 * 30 + 30);
    assert_eq!(info["spec"]["latent"], 2);
    assert_eq!(info["provenance"]["steps"], "12");
    assert!(place.good("info --model m.safetensors").contains("fc21.weight"));
}

#[test]
fn steps_limit_a_run_and_resuming_goes_on_bit_for_bit() {
    let place = Place::new();
    place.good(&format!("{TRAIN} --epochs 4 --out whole.safetensors"));
    place.good(&format!("{TRAIN} --steps 6 --out part.safetensors"));
    // Batch and learning rate are the earlier run's.
    let resumed = "train --resume part.safetensors --data . --backend cpu --json";
    place.good(&format!("{resumed} --epochs 4 --out rest.safetensors"));
    let weights = |name: &str| {
        let bytes = fs::read(place.path(name)).unwrap();
        vae_playground::checkpoint::load(&bytes).unwrap().params
    };
    assert_eq!(weights("whole.safetensors"), weights("rest.safetensors"));
    place.refused(&format!("{resumed} --epochs 1 --out x.safetensors"), &["epochs"]);
    place.refused(&format!("{resumed} --optimizer sgd --out x.safetensors"), &["optimizer", "sgd"]);
    place.refused(&format!("{resumed} --seed 4 --out x.safetensors"), &["--seed"]);
    fs::copy(place.path("whole.state.safetensors"), place.path("part.state.safetensors")).unwrap();
    place.refused(&format!("{resumed} --epochs 9 --out x.safetensors"), &["not those of the model"]);
}

#[test]
fn a_run_stopped_between_its_two_files_resumes_from_the_state() {
    let place = Place::new();
    place.good(&format!("{TRAIN} --epochs 2 --out m.safetensors"));
    let resumed = "train --resume m.safetensors --data . --backend cpu --json --epochs 3 --out";
    place.good(&format!("{resumed} expected.safetensors"));
    let expected = fs::read(place.path("expected.safetensors")).unwrap();

    let whole = checkpoint::load(&fs::read(place.path("m.safetensors")).unwrap()).unwrap();
    let with_other_parameters = |steps: &str| {
        let params: Vec<f32> = whole.params.iter().map(|v| v * 1.1).collect();
        let mut notes = whole.provenance.clone();
        notes.insert("steps".into(), steps.into());
        let layout = Layout::new(&whole.spec).unwrap();
        let bytes = checkpoint::save(&whole.spec, &layout, &params, &notes, Precision::F32).unwrap();
        fs::write(place.path("m.safetensors"), bytes).unwrap();
    };
    with_other_parameters("4");
    place.good(&format!("{resumed} rest.safetensors"));
    assert_eq!(fs::read(place.path("rest.safetensors")).unwrap(), expected);
    with_other_parameters("8");
    place.refused(&format!("{resumed} x.safetensors"), &["not those of the model"]);
}

#[test]
#[cfg(unix)]
fn links_are_followed_and_devices_written_to() {
    let place = Place::new();
    fs::create_dir(place.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere/m.safetensors", place.path("m.safetensors")).unwrap();
    for _ in 0..2 {
        place.good(&format!("{TRAIN} --epochs 1 --out m.safetensors"));
        assert!(fs::symlink_metadata(place.path("m.safetensors")).unwrap().is_symlink());
        assert!(fs::symlink_metadata(place.path("elsewhere/m.safetensors")).unwrap().is_file());
    }
    std::os::unix::fs::symlink("/dev/null", place.path("null.png")).unwrap();
    place.good("sample --model m.safetensors --n 2 --out null.png");
    assert!(fs::symlink_metadata(place.path("null.png")).unwrap().is_symlink());
}

#[test]
fn half_precision_resumes_bit_for_bit_as_well() {
    let place = Place::new();
    place.good(&format!("{TRAIN} --epochs 2 --out whole.safetensors"));
    place.good(&format!("{TRAIN} --epochs 1 --f16 --out run.1"));
    assert!(place.path("run.1.state.safetensors").exists());
    place.good("train --resume run.1 --data . --backend cpu --json --epochs 2 --out rest.safetensors");
    assert_eq!(
        fs::read(place.path("whole.safetensors")).unwrap(),
        fs::read(place.path("rest.safetensors")).unwrap()
    );
}

#[test]
#[cfg(unix)]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let place = Place::new();
    let vae = env!("CARGO_BIN_EXE_vae");
    let script =
        format!("{vae} {TRAIN} --epochs 3 --out m.safetensors 2>err | true; {vae} --help 2>>err | true");
    let status = Command::new("sh").current_dir(place.folder.path()).args(["-c", &script]).status().unwrap();
    assert!(status.success());
    assert_eq!(fs::read_to_string(place.path("err")).unwrap(), "");
}

#[test]
fn a_model_is_evaluated_and_sampled() {
    let place = Place::new();
    place.good(&format!("{TRAIN} --epochs 1 --out m.safetensors"));
    for (binarize, samples) in [("none", 1), ("dynamic", 3), ("static", 2)] {
        let command = format!(
            "eval --model m.safetensors --data . --backend cpu --binarize {binarize} --samples {samples} --json"
        );
        let e = &lines(&place.good(&command))[0];
        assert_eq!(e["n"], 20);
        assert_eq!(e["binarize"], binarize);
        assert!(e["iw"].is_null());
        let of = |key: &str| e[key].as_f64().unwrap();
        assert!((of("elbo") + of("recon") + of("kl")).abs() < 1e-9);
    }
    let limited =
        &lines(&place.good("eval --model m.safetensors --data . --split train --limit 7 --json"))[0];
    assert_eq!(limited["n"], 7);

    place.good("sample --model m.safetensors --n 10 --seed 3 --out sheet.png");
    let decoder =
        png::Decoder::new(std::io::BufReader::new(fs::File::open(place.path("sheet.png")).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    // Four columns and three rows of 5×6 pixels with a line between them.
    assert_eq!((frame.width, frame.height), (4 * 6 - 1, 3 * 7 - 1));
    assert!(pixels.iter().any(|&p| p > 0));
}

#[test]
fn bad_input_is_one_line_and_exit_code_2() {
    let place = Place::new();
    let train = "train --spec spec.json --data . --out m.safetensors";
    place.refused("train --preset nonesuch --data . --out m.safetensors", &["nonesuch", "dense-20"]);
    place.refused("train --data . --out m.safetensors", &["--preset"]);
    place.refused("frobnicate", &["frobnicate"]);
    place.refused("info", &["--model", "--presets"]);
    let tail = place.vae("encode --model m.safetensors --input a.npy --label 256").stderr;
    assert!(String::from_utf8(tail).unwrap().ends_with("256 is not in 0..=255\n"));
    place.refused(&format!("{train} --batch 0"), &["batch", "0"]);
    place.refused(&format!("{train} --epochs 0"), &["epochs"]);
    place.refused(&format!("{train} --lr NaN"), &["NaN"]);
    place.refused(&format!("{train} --optimizer lion"), &["lion", "adam"]);
    place.refused(&format!("{train} --backend tpu"), &["tpu", "auto, cpu or gpu"]);
    place.refused("train --spec spec.json --data . --out no/such/folder/m.safetensors", &["folder"]);
    place.refused("train --spec spec.json --data nowhere --out m.safetensors", &["nowhere"]);
    place.refused("train --preset dense-20 --data . --backend cpu --out m.safetensors", &["784"]);

    fs::write(place.path("negative.json"), SPEC.replace("16", "-16")).unwrap();
    place.refused("train --spec negative.json --data . --out m.safetensors", &["-16"]);
    fs::write(place.path("unknown.json"), SPEC.replace("\"latent\"", "\"latents\"")).unwrap();
    place.refused("train --spec unknown.json --data . --out m.safetensors", &["latents"]);

    fs::write(place.path("empty.safetensors"), []).unwrap();
    for command in ["info --model empty.safetensors", "eval --model empty.safetensors --data ."] {
        place.refused(command, &["checkpoint"]);
    }
    place.refused("info --model missing.safetensors", &["missing.safetensors"]);

    fs::write(place.path("classes.json"), SPEC.replace("\"latent\": 2", "\"latent\": 2, \"classes\": 999"))
        .unwrap();
    place.refused("train --spec classes.json --data . --out m.safetensors", &["classes"]);
    place.refused("train --spec spec.json --data . --out .", &["folder"]);
    place.refused("train --spec spec.json --data . --lr -1 --out m.safetensors", &["-1"]);
    place.good(&format!("{TRAIN} --epochs 1 --out good.safetensors"));
    place.refused("eval --model good.safetensors --data . --limit 0", &["limit"]);
    place.refused("eval --model good.safetensors --data . --samples 0", &["samples"]);
    place.refused("sample --model good.safetensors --n 0 --out s.png", &["n: 0"]);
    place.refused("sample --model good.safetensors --n 1 --out s.jpg", &["s.jpg", ".png"]);
    place.refused("sample --model good.safetensors --n 1 --out no/s.png", &["no/s.png"]);
    fs::create_dir(place.path("m.state.safetensors")).unwrap();
    place.refused(train, &["m.state.safetensors", "folder"]);
    fs::remove_dir(place.path("m.state.safetensors")).unwrap();
    place.refused("sample --model good.safetensors --n 4000000000 --out s.png", &["4000000000"]);

    let images = place.path("train-images-idx3-ubyte");
    let whole = fs::read(&images).unwrap();
    fs::write(&images, &whole[..whole.len() - 1]).unwrap();
    place.refused(train, &["1499", "1500"]);
    assert!(!place.path("m.safetensors").exists());
}

#[test]
fn a_run_that_diverges_after_an_epoch_leaves_that_epoch_in_the_file() {
    let place = Place::new();
    let whole = lines(&place.good(&format!("{TRAIN} --epochs 2 --out m.safetensors")));
    let output = place.vae(
        "train --resume m.safetensors --data . --backend cpu --lr 1e30 --epochs 9 --out n.safetensors --json",
    );
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    // Nothing good came after the epoch that was resumed: the same model is written.
    let command = "eval --model n.safetensors --data . --backend cpu --json";
    let e = &lines(&place.good(command))[0];
    let expected = whole[1]["test"]["recon"].as_f64().unwrap();
    assert!((e["recon"].as_f64().unwrap() - expected).abs() < 0.2, "{e} against {expected}");
}

#[test]
fn a_run_that_diverges_keeps_the_last_good_model() {
    let place = Place::new();
    let output =
        place.vae(&format!("{TRAIN} --lr 1e30 --epochs 5 --out m.safetensors").replace("--lr 1e-2 ", ""));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("diverged"), "{stderr}");
    let bytes = fs::read(Path::new(&place.path("m.safetensors"))).unwrap();
    let loaded = vae_playground::checkpoint::load(&bytes).unwrap();
    assert!(loaded.params.iter().all(|v| v.is_finite()));
}
