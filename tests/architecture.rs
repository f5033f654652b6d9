//! The invariants of ARCHITECTURE.md that can be read off the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the bottom up: each may use only those of lower ranks (and itself).
const RANKS: [&[&str]; 13] = [
    &["error", "json"],
    &["rng", "binarize", "spec", "op"],
    &["params", "data", "container"],
    &["plan", "layers", "loss", "optim"],
    &["executor"],
    &["cpu", "gpu"],
    &["session", "train", "backend", "checkpoint"],
    &["presets"],
    &["run_state"],
    &["vae"],
    &["eval", "measure"],
    &["wasm"],
    &["bin"],
];
/// `error` wraps the parser's error, so that each way a file is wrong keeps its type.
const UPWARD: [(&str, &str); 1] = [("error", "data")];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What was fetched lies beside what was written.
            let fetched = path.ends_with("node_modules")
                || (path.ends_with("data") && path.starts_with(root().join("www")));
            if !fetched {
                found.extend(files(&path, extensions));
            }
        } else if extensions.iter().any(|e| path.extension().is_some_and(|x| x == *e)) {
            found.push(path);
        }
    }
    found
}

fn module(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file without its comments and without its unit tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    text.lines().map(|l| l.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The modules named behind `crate::`, alone or in braces.
fn uses(code: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut found = Vec::new();
    for part in code.split("crate::").skip(1) {
        match part.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0;
                let mut start = true;
                for (i, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            found.push(name(&list[i..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => found.push(name(part)),
        }
    }
    found
}

#[test]
fn uses_are_found_in_every_form() {
    let code = "use crate::op::{Op, View};\nuse crate::{gpu, cpu::{a, b},\n    plan::Plan};\nlet x = crate::rng::unit(1);";
    assert_eq!(uses(code), ["op", "gpu", "cpu", "plan", "rng"]);
}

#[test]
fn every_path_in_the_architecture_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut missing = Vec::new();
    for quoted in text.split('`').skip(1).step_by(2) {
        let path = ["src/", "tests/", "shaders/", "www/", "benches/", "xtask/", "fuzz/"]
            .iter()
            .any(|f| quoted.starts_with(f));
        if path && !quoted.contains('*') && !root().join(quoted).exists() {
            missing.push(quoted);
        }
    }
    assert!(missing.is_empty(), "ARCHITECTURE.md names what does not exist: {missing:?}");
}

#[test]
fn modules_use_only_what_is_below_them() {
    let rank: BTreeMap<&str, usize> =
        RANKS.iter().enumerate().flat_map(|(i, names)| names.iter().map(move |n| (*n, i))).collect();
    let mut wrong = Vec::new();
    for path in files(&root().join("src"), &["rs"]) {
        let from = module(&path);
        if from == "lib" {
            continue;
        }
        let own = *rank.get(from.as_str()).unwrap_or_else(|| panic!("{from} has no rank"));
        for to in uses(&code(&path)) {
            let Some(&other) = rank.get(to.as_str()) else { continue };
            let siblings = own == other && !(from == "cpu" || from == "gpu");
            let allowed =
                to == from || other < own || siblings || UPWARD.contains(&(from.as_str(), to.as_str()));
            if !allowed {
                wrong.push(format!("{} uses crate::{to}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_gpu_module_names_wgpu_and_only_wasm_names_javascript() {
    for path in files(&root().join("src"), &["rs"]) {
        let text = code(&path);
        let inside = path.strip_prefix(root().join("src")).unwrap();
        // Whole words: unit tests may be marked with `wasm_bindgen_test`, to run there as well.
        let words: BTreeSet<&str> = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
        if !inside.starts_with("gpu") {
            assert!(!words.contains("wgpu"), "{} names wgpu", path.display());
        }
        if !inside.starts_with("wasm") {
            for name in ["JsValue", "js_sys", "web_sys", "wasm_bindgen"] {
                assert!(!words.contains(name), "{} names {name}", path.display());
            }
        }
    }
}

#[test]
fn every_shader_has_a_cpu_twin_of_the_same_name() {
    let stems = |folder: &str, extension: &str| -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(root().join(folder))
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|x| x == extension))
            .map(|p| p.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let shaders = stems("shaders", "wgsl");
    let twins = stems("src/cpu", "rs");
    assert!(!shaders.is_empty());
    for name in shaders {
        assert!(twins.contains(&name), "shaders/{name}.wgsl has no src/cpu/{name}.rs");
    }
}

#[test]
fn no_file_outgrows_its_room() {
    let mut long = Vec::new();
    for folder in ["src", "shaders", "tests", "benches", "xtask/src", "fuzz/src", "fuzz/examples", "www"] {
        for path in files(&root().join(folder), &["rs", "wgsl", "js", "mjs", "css", "html", "py"]) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if lines > 500 {
                long.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn unsafe_code_is_confined_to_named_modules() {
    for path in files(&root().join("src"), &["rs"]) {
        let inside = path.strip_prefix(root().join("src")).unwrap().to_owned();
        if code(&path).contains("unsafe ") {
            assert!(inside.starts_with("cpu/gemm") || inside.starts_with("cpu/simd"), "{}", inside.display());
        }
    }
}
