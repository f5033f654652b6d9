//! `vae export`: what it writes, read without Python.
#![cfg(not(target_arch = "wasm32"))]

mod golden;
mod place;

use std::collections::BTreeMap;
use std::fs;

use place::Place;
use safetensors::SafeTensors;
use vae_playground::VaeSpec;
use vae_playground::binarize::Binarize;
use vae_playground::checkpoint::{self, Precision};
use vae_playground::loss::Objective;
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::presets::{NAMES, Preset, Recipe, preset};
use vae_playground::train::{Schedule, TrainConfig};

const FILES: [&str; 5] = ["README.md", "model.py", "model.safetensors", "requirements.txt", "train.py"];

/// Writes a checkpoint of fresh parameters, exports it to the folder `out`, and returns model.py and train.py.
fn export(place: &Place, spec: &VaeSpec, notes: &BTreeMap<String, String>, out: &str) -> [String; 2] {
    let layout = Layout::new(spec).unwrap();
    let params = layout.initialise(Initialisation::PyTorch, 1);
    let bytes = checkpoint::save(spec, &layout, &params, notes, Precision::F32).unwrap();
    fs::write(place.path("m.safetensors"), bytes).unwrap();
    place.good(&format!("export --model m.safetensors --pytorch {out}"));
    let folder = place.path(out);
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, FILES);
    ["model.py", "train.py"].map(|name| fs::read_to_string(folder.join(name)).unwrap())
}

fn notes(recipe: &Recipe) -> BTreeMap<String, String> {
    [(Recipe::NOTE.to_owned(), recipe.to_json())].into()
}

/// Names and shapes of the parameters that a model.py declares, line by line.
fn declared(model: &str) -> BTreeMap<String, Vec<usize>> {
    let mut found = BTreeMap::new();
    let mut list: Option<(String, usize)> = None;
    for line in model.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("self.")
            && let Some((name, value)) = rest.split_once(" = ")
        {
            if value == "nn.ModuleList(" {
                list = Some((name.to_owned(), 0));
            } else {
                found.extend(parameters(name, value));
            }
        } else if let Some((name, index)) = &mut list
            && line.starts_with("nn.")
        {
            found.extend(parameters(&format!("{name}.{index}"), line));
            *index += 1;
        }
    }
    found
}

/// The parameters of a module such as `nn.Linear(784, 400)`.
fn parameters(name: &str, constructor: &str) -> Vec<(String, Vec<usize>)> {
    let (kind, arguments) = constructor.split_once('(').unwrap();
    let numbers: Vec<usize> = arguments
        .split(|c: char| !c.is_ascii_digit())
        .filter(|n| !n.is_empty())
        .map(|n| n.parse().unwrap())
        .collect();
    let (weight, bias) = match (kind, &numbers[..]) {
        ("nn.Linear", &[inputs, outputs]) => (vec![outputs, inputs], outputs),
        ("nn.Conv2d", &[inputs, outputs, kernel, ..]) => (vec![outputs, inputs, kernel, kernel], outputs),
        ("nn.ConvTranspose2d", &[inputs, outputs, kernel, ..]) => {
            (vec![inputs, outputs, kernel, kernel], outputs)
        }
        ("nn.Flatten" | "nn.Unflatten", _) => return Vec::new(),
        _ => panic!("{name}: {constructor}"),
    };
    vec![(format!("{name}.weight"), weight), (format!("{name}.bias"), vec![bias])]
}

#[test]
fn modules_have_the_names_and_shapes_of_the_weights() {
    let place = Place::new();
    let presets = NAMES.map(|name| (name.to_owned(), preset(name).unwrap().spec));
    let fixtures = golden::fixture::all().into_iter().map(|f| (f.setup.name, f.setup.spec));
    for (name, spec) in presets.into_iter().chain(fixtures) {
        let [model, _] = export(&place, &spec, &BTreeMap::new(), &name);
        let bytes = fs::read(place.path(&name).join("model.safetensors")).unwrap();
        let weights = SafeTensors::deserialize(&bytes).unwrap();
        let weights: BTreeMap<_, _> =
            weights.iter().map(|(n, t)| (n.to_owned(), t.shape().to_vec())).collect();
        assert_eq!(declared(&model), weights, "{name}: {model}");
        assert_eq!(checkpoint::load(&bytes).unwrap().spec, spec);
        assert!(!model.contains("{{"), "{name}: {model}");
        assert!(model.contains(&format!("SPEC = '{}'", spec.to_json())));
    }
}

#[test]
fn a_model_is_written_as_a_person_would() {
    let place = Place::new();
    let expected = [
        ("dense-20", include_str!("export/dense-20.py")),
        ("conv-2", include_str!("export/conv-2.py")),
        ("cvae-20", include_str!("export/cvae-20.py")),
    ];
    for (name, expected) in expected {
        let [model, _] = export(&place, &preset(name).unwrap().spec, &BTreeMap::new(), name);
        assert!(model == expected, "{name} differs from tests/export/{name}.py; it is\n{model}");
    }
}

#[test]
fn every_recipe_is_written_out() {
    let place = Place::new();
    let Preset { spec, .. } = preset("dense-20").unwrap();
    let base = TrainConfig::default();
    let clipped = Optimizer { rule: Rule::RMSPROP, weight_decay: 0.5, max_norm: Some(3.0) };
    let iwae = |dreg| Objective::Iwae { samples: 7, dreg };
    let cases: [(TrainConfig, &[&str]); 7] = [
        (
            base,
            &[
                "EPOCHS = 10",
                "STEPS = None",
                "BATCH = 128",
                "betas=(0.9, 0.999), eps=1e-8",
                "recon + beta * kl",
            ],
        ),
        (TrainConfig { objective: iwae(false), ..base }, &["SAMPLES = 7", "loss = terms[0]"]),
        (TrainConfig { objective: iwae(true), ..base }, &["SAMPLES = 7", "register_hook"]),
        (TrainConfig { objective: Objective::Elbo { free_bits: 0.25 }, ..base }, &["FREE_BITS = 0.25"]),
        (TrainConfig { objective: Objective::Autoencoder {}, ..base }, &["draws=0"]),
        (
            TrainConfig {
                binarize: Binarize::Dynamic,
                schedule: Schedule::Cosine,
                epochs: None,
                steps: Some(9),
                ..base
            },
            &["torch.bernoulli", "math.cos", "EPOCHS = None", "STEPS = 9"],
        ),
        (
            TrainConfig {
                binarize: Binarize::Static,
                schedule: Schedule::Stages,
                optimizer: clipped,
                beta: 4.0,
                warmup_epochs: 2.5,
                ..base
            },
            &[
                "binarize(images)",
                "3280",
                "RMSprop",
                "weight_decay=0.5",
                "MAX_NORM = 3.0",
                "clip_grad_norm_(",
                "BETA = 4.0",
                "WARMUP_EPOCHS = 2.5",
            ],
        ),
    ];
    for (i, (config, words)) in cases.into_iter().enumerate() {
        let recipe = Recipe {
            config,
            initialisation: Initialisation::Glorot,
            data_bias: true,
            print_every: None,
            sheet: false,
        };
        let [_, train] = export(&place, &spec, &notes(&recipe), &format!("case-{i}"));
        for word in words.iter().chain(&["xavier_uniform_", "vae.fc4.bias", "    initialise(vae, data[0])\n"])
        {
            assert!(train.contains(word), "case {i} lacks {word}:\n{train}");
        }
        assert!(!train.contains("{{"), "case {i}:\n{train}");
        // What a checkpoint made by the script tells of its recipe.
        assert!(train.contains(&format!("\"recipe\": '{}',", recipe.to_json())), "case {i}:\n{train}");
    }
}

#[test]
fn a_checkpoint_without_notes_gets_the_usual_recipe_and_a_presets_its_own() {
    let place = Place::new();
    let Preset { spec, recipe } = preset("rmsprop-10").unwrap();
    let [_, usual] = export(&place, &spec, &BTreeMap::new(), "usual");
    assert!(usual.contains("EPOCHS = 10\n") && usual.contains("torch.optim.Adam("));
    assert!(!usual.contains("initialise("));
    let named = [("preset".to_owned(), "rmsprop-10".to_owned())].into();
    let [_, own] = export(&place, &spec, &named, "own");
    assert!(own.contains("EPOCHS = 50\n") && own.contains("torch.optim.RMSprop("));
    assert!(
        own.contains(&format!("BATCH = {}\n", recipe.config.batch))
            && own.contains("\"preset\": \"rmsprop-10\"")
    );
}

#[test]
fn a_trained_model_keeps_its_weights_and_its_recipe() {
    let place = Place::new();
    let flags = "--objective dreg --samples 3 --binarize dynamic --epochs 2 --batch 25 --lr 0.005 --seed 9";
    place.good(&format!("train --spec spec.json --data . --backend cpu --out t.safetensors --json {flags}"));
    place.good("export --model t.safetensors --pytorch out");
    let load = |name: &str| checkpoint::load(&fs::read(place.path(name)).unwrap()).unwrap();
    assert_eq!(load("out/model.safetensors"), load("t.safetensors"));
    let train = fs::read_to_string(place.path("out/train.py")).unwrap();
    for word in [
        "EPOCHS = 2\n",
        "BATCH = 25\n",
        "LEARNING_RATE = 0.005\n",
        "SAMPLES = 3\n",
        "EVALUATED = 166\n",
        "SEED = 9\n",
        "register_hook",
    ] {
        assert!(train.contains(word), "{word} is missing:\n{train}");
    }
}

#[test]
fn what_a_note_holds_is_not_taken_for_a_template() {
    let place = Place::new();
    let Preset { spec, recipe, .. } = preset("dense-20").unwrap();
    let mut notes = notes(&recipe);
    notes.insert("preset".into(), "{{functions}}".into());
    let [_, train] = export(&place, &spec, &notes, "out");
    assert!(train.contains("\"preset\": \"{{functions}}\","), "{train}");
    assert_eq!(train.matches("def objective(").count(), 1);
}

#[test]
fn the_presets_are_listed_with_their_recipes() {
    let place = Place::new();
    let listed = place::lines(&place.good("info --presets --json"));
    assert_eq!(listed.len(), NAMES.len());
    for (line, name) in listed.iter().zip(NAMES) {
        let Preset { spec, recipe, .. } = preset(name).unwrap();
        assert_eq!(line["preset"], name);
        assert_eq!(line["parameters"], Layout::new(&spec).unwrap().parameter_count());
        assert_eq!(serde_json::from_value::<VaeSpec>(line["spec"].clone()).unwrap(), spec);
        assert_eq!(serde_json::from_value::<Recipe>(line["recipe"].clone()).unwrap(), recipe);
    }
    assert!(place.good("info --presets").contains("iwae-50"));
    place.refused("info", &["--model"]);
    place.refused("info --model m.safetensors --presets", &["--presets"]);
}

#[test]
fn nothing_is_overwritten() {
    let place = Place::new();
    place.good("train --spec spec.json --data . --backend cpu --epochs 1 --out m.safetensors --json");
    fs::create_dir(place.path("full")).unwrap();
    fs::write(place.path("full/thesis.txt"), "years of work").unwrap();
    place.refused("export --model m.safetensors --pytorch full", &["full", "not empty"]);
    assert_eq!(fs::read_dir(place.path("full")).unwrap().count(), 1);
    place.refused("export --model m.safetensors --pytorch spec.json", &["spec.json", "folder"]);
    place.refused("export --model spec.json --pytorch new", &["checkpoint"]);
    place.refused("export --model missing.safetensors --pytorch new", &["missing.safetensors"]);
    place.refused("export --model m.safetensors", &["--pytorch"]);
    assert!(!place.path("new").exists());
    fs::create_dir(place.path("empty")).unwrap();
    place.good("export --model m.safetensors --pytorch empty");
    place.refused("export --model m.safetensors --pytorch empty", &["not empty"]);
    place.good("export --model m.safetensors --pytorch several/new/folders");
    assert!(place.path("several/new/folders/train.py").exists());

    let spec = VaeSpec::from_json(place::SPEC).unwrap();
    let layout = Layout::new(&spec).unwrap();
    let bad = [(Recipe::NOTE.to_owned(), "{\"config\":1}".to_owned())].into();
    let params = vec![0.0; layout.len as usize];
    let bytes = checkpoint::save(&spec, &layout, &params, &bad, Precision::F32).unwrap();
    fs::write(place.path("bad.safetensors"), bytes).unwrap();
    place.refused("export --model bad.safetensors --pytorch new", &["recipe"]);
}
