//! Readers allocate in proportion to the file they are given, whatever it says about itself.

use peak_alloc::PeakAlloc;
use vae_playground::checkpoint::{self, Precision};
use vae_playground::data::idx;
use vae_playground::params::{Initialisation, Layout};
use vae_playground::run_state::RunState;
use vae_playground::spec::VaeSpec;
use vae_playground::{Error, presets};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a reader may use besides: a layout's names, an error's text.
const SLACK: usize = 1 << 18;

/// What `read` answers, and the most bytes that it had allocated at a time.
fn peak<T>(read: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let answer = read();
    (answer, MEMORY.peak_usage().saturating_sub(before))
}

fn file(header: &str) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat()
}

fn with_spec(spec: &str) -> Vec<u8> {
    file(&format!(r#"{{"__metadata__":{{"spec":{}}}}}"#, serde_json::to_string(spec).unwrap()))
}

/// As many parameters as a spec may have: 128 MiB of them.
fn huge_spec() -> String {
    r#"{"input":{"channels":1,"height":32,"width":128},"encoder":[{"type":"linear","units":4000}],
        "latent":1,"decoder":[{"type":"linear","units":4000}]}"#
        .to_owned()
}

// One test: others beside it in this process would be counted too.
#[test]
fn memory_is_bounded_by_the_size_of_the_file() {
    let spec = VaeSpec::from_json(&huge_spec()).unwrap();
    let layout = Layout::new(&spec).unwrap();
    assert!(layout.len > 32_000_000, "{} parameters", layout.len);

    let tiny = with_spec(&huge_spec());
    let (answer, used) = peak(|| checkpoint::load(&tiny));
    assert_eq!(answer, Err(Error::checkpoint("tensor fc1.weight is missing")));
    assert!(used < SLACK, "{used} bytes for a checkpoint of {}", tiny.len());

    let config = r#"{\"epochs\":null,\"steps\":null,\"batch\":1,\"optimizer\":{\"rule\":{\"type\":\"sgd\",\"momentum\":0},\"weight_decay\":0,\"max_norm\":null},\"learning_rate\":1,\"beta\":1,\"warmup_epochs\":0,\"seed\":1}"#;
    let state =
        file(&format!(r#"{{"__metadata__":{{"step":"1","epoch":"1","images":"1","config":"{config}"}}}}"#));
    let (answer, used) = peak(|| RunState::load(&state, &layout, &[]));
    assert_eq!(answer, Err(Error::checkpoint("tensor params is missing")));
    assert!(used < SLACK, "{used} bytes for a run state of {}", state.len());

    let mut images = vec![0, 0, 8, 3];
    images.extend([u32::MAX, 28, 28].iter().flat_map(|size| size.to_be_bytes()));
    let (answer, used) = peak(|| idx::parse_images(&images).map(|images| images.count));
    assert!(answer.is_err());
    assert!(used < 4096, "{used} bytes for an IDX file of {}", images.len());

    // What JSON can do at most: a shape of half a million ones, as many layers as fit, one long name.
    let ones = format!(
        r#"{{"fc1.weight":{{"dtype":"F32","shape":[{}1],"data_offsets":[0,0]}}}}"#,
        "1,".repeat(500_000)
    );
    let layers = vec![r#"{"type":"linear","units":1}"#; 30_000].join(",");
    let many = format!(
        r#"{{"input":{{"channels":1,"height":1,"width":1}},"encoder":[{layers}],"latent":1,"decoder":[]}}"#
    );
    let tensors: Vec<String> =
        (0..18_000).map(|i| format!(r#""{i}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#)).collect();
    let bombs = [
        ("a long shape", file(&ones)),
        ("many layers", with_spec(&many)),
        ("many tensors", file(&format!("{{{}}}", tensors.join(",")))),
        ("a long name", file(&format!(r#"{{"{}":1}}"#, "x".repeat(1_000_000)))),
        ("a deep header", file(&"[".repeat(1_000_000))),
    ];
    for (name, bytes) in bombs {
        let (answer, used) = peak(|| checkpoint::load(&bytes));
        assert!(matches!(answer, Err(Error::InvalidCheckpoint(_))), "{name}: {answer:?}");
        assert!(used < 64 * bytes.len(), "{used} bytes for {name} of {}", bytes.len());
    }

    // A whole file: the arena, twice where it is stored as halves.
    let spec = presets::spec("dense-20").unwrap();
    let layout = Layout::new(&spec).unwrap();
    let params = layout.initialise(Initialisation::PyTorch, 1);
    for (precision, factor) in [(Precision::F32, 1), (Precision::F16, 2)] {
        let bytes = checkpoint::save(&spec, &layout, &params, &Default::default(), precision).unwrap();
        let (answer, used) = peak(|| checkpoint::load(&bytes));
        assert!(answer.is_ok());
        assert!(used < factor * bytes.len() + SLACK, "{used} bytes for a checkpoint of {}", bytes.len());
    }
}
