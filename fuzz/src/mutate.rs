//! Mutations of safetensors files that get past the first checks.
//!
//! A byte more or less in the header makes the length before it wrong, and a changed shape every offset behind
//! it, so that plain mutation would test little but those two checks.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Map, Value, json};
use vae_playground::VaeSpec;
use vae_playground::params::Layout;

/// The metadata of a header.
const NOTES: &str = "__metadata__";
/// Bytes before the header: its length.
const PREFIX: usize = 8;

/// Mutates the file in `bytes[..size]` in place and returns its new size, at most `max_size`.
pub fn safetensors(bytes: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mutated = match (seed % 6, split(&bytes[..size])) {
        (0, _) | (_, None) => None,
        (1, Some((header, data))) => Some(join(header, &mutate(data, max_size, seed))),
        (2 | 3, Some((header, data))) => Some(join(&mutate(header, max_size, seed), data)),
        (4, Some((header, data))) => laid_out(&mutate(header, max_size, seed), data, max_size),
        (_, Some((header, data))) => with_other_note(header, data, max_size, seed),
    };
    match mutated {
        Some(file) if file.len() <= max_size => {
            bytes[..file.len()].copy_from_slice(&file);
            file.len()
        }
        _ => fuzzer_mutate(bytes, size, max_size),
    }
}

/// Header and data of a file whose length is right.
fn split(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let (prefix, rest) = file.split_first_chunk::<PREFIX>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*prefix)).ok()?)
}

fn join(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header, data].concat()
}

/// libFuzzer's own mutation of `part`, which may grow to twice its length and a little.
fn mutate(part: &[u8], max_size: usize, seed: u32) -> Vec<u8> {
    let room = (2 * part.len() + 16).min(max_size.max(part.len()));
    let mut buffer = part.to_vec();
    buffer.resize(room, seed as u8);
    let size = fuzzer_mutate(&mut buffer, part.len(), room);
    buffer.truncate(size);
    buffer
}

/// The file with each tensor as many bytes as its shape asks for, one behind the other.
fn laid_out(header: &[u8], data: &[u8], max_size: usize) -> Option<Vec<u8>> {
    let mut header: Map<String, Value> = serde_json::from_slice(header).ok()?;
    let mut end = 0_u64;
    for (_, tensor) in header.iter_mut().filter(|(name, _)| *name != NOTES) {
        let size = match tensor.get("dtype")?.as_str()? {
            "F64" | "I64" | "U64" | "C64" => 8,
            "F32" | "I32" | "U32" => 4,
            "F16" | "BF16" | "I16" | "U16" => 2,
            _ => 1,
        };
        let from = end;
        let mut shape = tensor.get("shape")?.as_array()?.iter();
        end = end.checked_add(shape.try_fold(size, |bytes: u64, n| bytes.checked_mul(n.as_u64()?))?)?;
        tensor["data_offsets"] = json!([from, end]);
    }
    (end <= max_size as u64).then(|| join(&to_bytes(&header), &repeated(data, end as usize)))
}

/// The file with one of its notes mutated as the text it is; behind another spec, the tensors that it asks for.
fn with_other_note(header: &[u8], data: &[u8], max_size: usize, seed: u32) -> Option<Vec<u8>> {
    let mut header: Map<String, Value> = serde_json::from_slice(header).ok()?;
    let notes = header.get_mut(NOTES)?.as_object_mut()?;
    let chosen = (seed / 6) as usize % notes.len().max(1);
    let (_, note) = notes.iter_mut().nth(chosen)?;
    let text = String::from_utf8(mutate(note.as_str()?.as_bytes(), max_size, seed)).ok()?;
    *note = Value::String(text);
    let spec = notes.get("spec").and_then(Value::as_str).and_then(|json| VaeSpec::from_json(json).ok());
    let Some(layout) = spec.and_then(|spec| Layout::new(&spec).ok()) else {
        return Some(join(&to_bytes(&header), data));
    };
    if layout.parameter_count() * 4 > max_size {
        return None;
    }
    header.retain(|name, _| name == NOTES);
    for tensor in &layout.tensors {
        header.insert(tensor.name.clone(), json!({ "dtype": "F32", "shape": tensor.shape }));
    }
    laid_out(&to_bytes(&header), data, max_size)
}

fn to_bytes(header: &Map<String, Value>) -> Vec<u8> {
    serde_json::to_vec(header).expect("what came out of JSON goes back into it")
}

/// `data` over and over, `len` bytes of it.
fn repeated(data: &[u8], len: usize) -> Vec<u8> {
    data.iter()
        .chain(std::iter::repeat_n(&0, usize::from(data.is_empty())))
        .copied()
        .cycle()
        .take(len)
        .collect()
}
