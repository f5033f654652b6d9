//! What a release leaves out of its wasm, before wasm-opt drops what nothing uses any more: the words of panics with the places
//! in the source that they name, and the long names by which wasm and glue call the browser's functions. A panic is a fault of
//! ours and ends the worker, whatever it says; development builds say it.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use walrus::ir::Value;
use walrus::{ConstExpr, Data, DataKind, Function, FunctionKind, Module, ModuleConfig};

/// What the names of those functions of the standard library begin with that panic, and do nothing else.
const PANICS: [&str; 9] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "core::cell::panic_",
    "core::cell::lazy::panic_poisoned",
];

/// Bytes of a record of a place in the source.
const PLACE: usize = 16;

/// Slims the wasm in `file`, and the glue that goes with it.
pub(crate) fn slim(file: &Path, glue: &Path) -> Result<()> {
    let wasm = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let mut module = ModuleConfig::new().generate_producers_section(false).parse(&wasm)?;
    ensure!(silence_panics(&mut module) > 0, "{}: nothing there is named as what panics", file.display());
    let segments: Vec<_> = module.data.iter().map(Data::id).collect();
    for segment in segments {
        forget_places(module.data.get_mut(segment));
    }
    let names = shorten_imports(&mut module);
    fs::write(file, module.emit_wasm()).with_context(|| format!("writing {}", file.display()))?;
    let text = fs::read_to_string(glue).with_context(|| format!("reading {}", glue.display()))?;
    fs::write(glue, renamed(&text, &names)).with_context(|| format!("writing {}", glue.display()))
}

/// A name without the hashes of crates: `core[c5930c85a12de822]::panicking::panic` is `core::panicking::panic`.
fn plain(name: &str) -> String {
    name.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

/// Makes every function that panics trap instead; how many there are.
fn silence_panics(module: &mut Module) -> usize {
    let panics = |f: &&mut Function| {
        let name = f.name.as_deref().map(plain).unwrap_or_default();
        PANICS.iter().any(|panic| name.starts_with(panic))
    };
    let mut silenced = 0;
    for function in module.funcs.iter_mut().filter(panics) {
        if let FunctionKind::Local(function) = &mut function.kind {
            let mut body = function.builder_mut().func_body();
            body.instrs_mut().clear();
            body.unreachable();
            silenced += 1;
        }
    }
    silenced
}

/// Empties the records of places in the source, and the paths that they name: an address and a length, a line and a column,
/// each of four bytes. Compilers pass them to what panics, and nothing else reads them.
fn forget_places(data: &mut Data) {
    let DataKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } = data.kind else { return };
    let offset = offset as u32 as usize;
    let bytes = &mut data.value;
    let path = |bytes: &[u8], record: &[u8]| -> Option<Range<usize>> {
        let (words, _) = record.as_chunks::<4>();
        let &[address, length, line, column] = words else { return None };
        let [address, length, line, column] =
            [address, length, line, column].map(|word| u32::from_le_bytes(word) as usize);
        let start = address.checked_sub(offset)?;
        let range = start..start.checked_add(length)?;
        let text = std::str::from_utf8(bytes.get(range.clone())?).ok()?;
        let place = (1..100_000).contains(&line) && (1..1000).contains(&column);
        (place && text.ends_with(".rs") && !text.contains(char::is_whitespace)).then_some(range)
    };
    let mut paths = BTreeSet::new();
    let aligned = offset.next_multiple_of(4) - offset;
    let mut at = aligned;
    while at + PLACE <= bytes.len() {
        let record = at..at + PLACE;
        if let Some(found) = path(bytes, &bytes[record.clone()]) {
            paths.insert((found.start, found.end));
            bytes[record].fill(0);
        }
        at += 4;
    }
    for (start, end) in paths {
        bytes[start..end].fill(0);
    }
}

/// Gives imports names of a letter or two; the old ones with the new. The first one's also tells all the old ones apart from
/// any others, so that wasm and glue of different builds do not link.
fn shorten_imports(module: &mut Module) -> HashMap<String, String> {
    let mut all = DefaultHasher::new();
    module.imports.iter().for_each(|import| import.name.hash(&mut all));
    let all = all.finish();
    let mut names = HashMap::new();
    for (i, import) in module.imports.iter_mut().enumerate() {
        let short = if i == 0 { format!("a_{all:x}") } else { short(i) };
        names.insert(std::mem::replace(&mut import.name, short.clone()), short);
    }
    names
}

/// a to z, then aa, ab and so on.
fn short(i: usize) -> String {
    let letter = char::from(b'a' + (i % 26) as u8);
    if i < 26 { letter.to_string() } else { format!("{}{letter}", short(i / 26 - 1)) }
}

/// The glue, whose functions for the wasm are called by their new names.
fn renamed(glue: &str, names: &HashMap<String, String>) -> String {
    let own = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut text = String::with_capacity(glue.len());
    let mut rest = glue;
    while let Some(start) = rest.find(own) {
        let (before, word) = rest.split_at(start);
        let (word, after) = word.split_at(word.find(|c| !own(c)).unwrap_or(word.len()));
        text.push_str(before);
        text.push_str(names.get(word).map_or(word, String::as_str));
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::{forget_places, plain, renamed, short, shorten_imports, silence_panics};
    use walrus::ir::Value;
    use walrus::{ConstExpr, DataKind, FunctionBuilder, Module, ValType};

    #[test]
    fn what_panics_traps_and_the_rest_stays() {
        let mut module = Module::default();
        for name in ["core[c5930c85a12de822]::panicking::panic_fmt", "vae::panic::core"] {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
            builder.name(name.into()).func_body().i32_const(7);
            let function = builder.finish(vec![], &mut module.funcs);
            module.exports.add(name, function);
        }
        assert_eq!(silence_panics(&mut module), 1);
        let wasm = module.emit_wasm();
        let again = Module::from_buffer(&wasm).unwrap();
        let sizes: Vec<u64> = again.funcs.iter_local().map(|(_, f)| f.size()).collect();
        assert_eq!(sizes.len(), 2);
        assert!(wasm.windows(3).any(|bytes| bytes == [0x00, 0x00, 0x0b]), "a body of one trap");
        assert!(wasm.windows(4).any(|bytes| bytes == [0x00, 0x41, 7, 0x0b]), "the other body");
    }

    #[test]
    fn only_places_and_their_paths_are_forgotten() {
        let mut module = Module::default();
        let memory = module.memories.add_local(false, false, 1, None, None);
        // A text that names a file, a path, its place, and a number.
        let mut value = b"see notes.rs src/a.rs...".to_vec();
        for word in [1013, 8, 12, 5, 99] {
            value.extend(u32::to_le_bytes(word));
        }
        let offset = ConstExpr::Value(Value::I32(1000));
        let id = module.data.add(DataKind::Active { memory, offset }, value);
        forget_places(module.data.get_mut(id));
        let expected = [&b"see notes.rs "[..], &[0; 8], b"...", &[0; 16], &[99, 0, 0, 0]].concat();
        assert_eq!(module.data.get(id).value, expected);
    }

    #[test]
    fn wasm_and_glue_call_imports_by_the_same_short_names() {
        let mut module = Module::default();
        let ty = module.types.add(&[], &[]);
        for name in ["__wbg_get_1a", "__wbg_get_1ab"] {
            module.add_import_func("./engine_bg.js", name, ty);
        }
        let names = shorten_imports(&mut module);
        let first = &names["__wbg_get_1a"];
        assert!(first.starts_with("a_"), "{first}");
        let glue = "const imports = { __wbg_get_1a: f, __wbg_get_1ab: $g };";
        assert_eq!(renamed(glue, &names), format!("const imports = {{ {first}: f, b: $g }};"));
        let found: Vec<_> = module.imports.iter().map(|i| (i.module.as_str(), i.name.as_str())).collect();
        assert_eq!(found, [("./engine_bg.js", first.as_str()), ("./engine_bg.js", "b")]);
        // Another build's glue does not link.
        assert_ne!(shorten_imports(&mut module)[first], *first);
        assert_eq!([0, 25, 26, 27, 52, 701, 702].map(short), ["a", "z", "aa", "ab", "ba", "zz", "aaa"]);
    }

    #[test]
    fn names_lose_the_hashes_of_crates() {
        assert_eq!(plain("<core[c59]::fmt::A as alloc[0f]::B>::c"), "<core::fmt::A as alloc::B>::c");
        assert_eq!(plain("a::b"), "a::b");
    }
}
