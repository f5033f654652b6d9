//! safetensors files: named tensors and notes, read with distrust and written the same every time.
//!
//! Layout: a `u64` length, that many bytes of JSON (`__metadata__` and for each tensor its type, shape and byte
//! range), the bytes. The header's types are those of the `safetensors` crate. Reading is not: its errors name no
//! tensor, and the sum of its offsets can overflow. Nor is writing: it orders the notes by a random hash, so the
//! same model would give another file each time.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;

use half::f16;
use safetensors::tensor::{Dtype, TensorInfo};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::error::{Error, Result};
use crate::json;

/// Largest header that is read; the largest model's has a few dozen kilobytes.
const MAX_HEADER: u64 = 1 << 20;
/// Bytes before the header: its length.
const PREFIX: usize = 8;

/// How values are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// 32-bit floats, exact.
    #[default]
    F32,
    /// 16-bit floats: half the size, relative error up to 2⁻¹¹, and at most 65504.
    F16,
}

/// A tensor to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    pub(crate) shape: &'a [u32],
    pub(crate) values: &'a [f32],
}

/// A file whose header has been checked against its length.
#[derive(Debug)]
pub(crate) struct Container<'a> {
    header: Header,
    data: &'a [u8],
}

/// Written and read by hand: what serde derives for a flattened map reads every value twice, and takes as much code as
/// all other JSON together.
#[derive(Debug, Default)]
struct Header {
    notes: BTreeMap<String, String>,
    tensors: BTreeMap<String, TensorInfo>,
}

/// The key of the notes among the tensors.
const NOTES: &str = "__metadata__";

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        if !self.notes.is_empty() {
            map.serialize_entry(NOTES, &self.notes)?;
        }
        for (name, info) in &self.tensors {
            map.serialize_entry(name, info)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut entries: M) -> Result<Header, M::Error> {
        let (mut notes, mut tensors) = (None, BTreeMap::new());
        while let Some(key) = entries.next_key::<String>()? {
            if key != NOTES {
                insert(&mut tensors, key, entries.next_value()?)?;
            } else if notes.replace(entries.next_value::<Notes>()?).is_some() {
                return Err(M::Error::duplicate_field(NOTES));
            }
        }
        Ok(Header { notes: notes.map(|Notes(notes)| notes).unwrap_or_default(), tensors })
    }
}

struct Notes(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Notes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(NotesVisitor)
    }
}

struct NotesVisitor;

impl<'de> Visitor<'de> for NotesVisitor {
    type Value = Notes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut entries: M) -> Result<Notes, M::Error> {
        let mut notes = BTreeMap::new();
        while let Some((key, note)) = entries.next_entry()? {
            insert(&mut notes, key, note)?;
        }
        Ok(Notes(notes))
    }
}

/// Adds an entry whose key must be new; serde's own maps keep the last of equal ones, other readers the first.
fn insert<V, E: serde::de::Error>(map: &mut BTreeMap<String, V>, key: String, value: V) -> Result<(), E> {
    match map.entry(key) {
        Entry::Vacant(place) => {
            place.insert(value);
            Ok(())
        }
        Entry::Occupied(place) => Err(E::custom(format_args!("{} is there twice", place.key()))),
    }
}

impl<'a> Container<'a> {
    /// Reads the header; allocates nothing that the file's own bytes do not warrant.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] with what is wrong, and in which tensor.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Err(bad("the file is empty"));
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(bad("a zip archive, as torch.save writes; expected a safetensors file"));
        }
        let (prefix, rest) =
            bytes.split_first_chunk::<PREFIX>().ok_or_else(|| bad("cut short within its first 8 bytes"))?;
        let len = u64::from_le_bytes(*prefix);
        if len > MAX_HEADER {
            return Err(bad(format!("a header of {len} bytes, expected at most {MAX_HEADER}")));
        }
        let (header, data) = rest.split_at_checked(len as usize).ok_or_else(|| {
            bad(format!("{} bytes after the first 8, expected a header of {len}", rest.len()))
        })?;
        let header: Header = serde_json::from_slice(header).map_err(|e| bad(format!("header: {e}")))?;
        check_ranges(&header.tensors, data.len())?;
        Ok(Self { header, data })
    }

    /// The note called `key`.
    pub(crate) fn note(&self, key: &str) -> Option<&str> {
        self.header.notes.get(key).map(String::as_str)
    }

    /// All notes.
    pub(crate) fn notes(&self) -> &BTreeMap<String, String> {
        &self.header.notes
    }

    /// Names of all tensors, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.header.tensors.keys().map(String::as_str)
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.header.tensors.get(name).map(|info| info.shape.as_slice())
    }

    /// Checks that there is a tensor of this name and shape with values of a type that can be read.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] naming it and what was expected.
    pub(crate) fn expect(&self, name: &str, shape: &[u32]) -> Result<()> {
        let info = self.info(name)?;
        if !info.shape.iter().map(|&n| n as u64).eq(shape.iter().map(|&n| u64::from(n))) {
            return Err(bad(format!("tensor {name} has shape {:?}, expected {shape:?}", info.shape)));
        }
        match info.dtype {
            Dtype::F32 | Dtype::F16 => Ok(()),
            other => Err(bad(format!("tensor {name} has type {other}, expected F32 or F16"))),
        }
    }

    /// Copies a tensor's values into `out`, which has as many as the shape it was [expected](Self::expect) with.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] naming the first value that is not finite.
    pub(crate) fn read(&self, name: &str, out: &mut [f32]) -> Result<()> {
        let info = self.info(name)?;
        let bytes = &self.data[info.data_offsets.0..info.data_offsets.1];
        if info.dtype == Dtype::F16 {
            let (values, _) = bytes.as_chunks::<2>();
            out.iter_mut().zip(values).for_each(|(out, v)| *out = f16::from_le_bytes(*v).to_f32());
        } else {
            let (values, _) = bytes.as_chunks::<4>();
            out.iter_mut().zip(values).for_each(|(out, v)| *out = f32::from_le_bytes(*v));
        }
        match out.iter().position(|v| !v.is_finite()) {
            Some(i) => Err(bad(format!("tensor {name}: value {i} is {}, expected a finite number", out[i]))),
            None => Ok(()),
        }
    }

    fn info(&self, name: &str) -> Result<&TensorInfo> {
        self.header.tensors.get(name).ok_or_else(|| bad(format!("tensor {name} is missing")))
    }
}

/// Checks that each tensor has the bytes its shape calls for, and that together they are all bytes there are.
fn check_ranges(tensors: &BTreeMap<String, TensorInfo>, bytes: usize) -> Result<()> {
    // The heap's sort is a tenth of the code of a slice's.
    let in_order: BinaryHeap<_> = tensors.iter().map(|(name, info)| (info.data_offsets, name)).collect();
    let mut end = 0;
    for (_, name) in in_order.into_sorted_vec() {
        let info = &tensors[name];
        let (from, to) = info.data_offsets;
        if from != end || to < from {
            return Err(bad(format!(
                "tensor {name} has bytes {from} to {to}, expected them to start at {end}"
            )));
        }
        if to > bytes {
            return Err(bad(format!("tensor {name} has bytes {from} to {to}, but the file ends at {bytes}")));
        }
        let one = info.dtype.bitsize() as u64;
        let bits = info.shape.iter().try_fold(one, |bits, &n| bits.checked_mul(n as u64));
        if bits != Some((to - from) as u64 * 8) {
            let problem = format!("{} bytes for {} values of shape {:?}", to - from, info.dtype, info.shape);
            return Err(bad(format!("tensor {name} has {problem}")));
        }
        end = to;
    }
    if end == bytes {
        Ok(())
    } else {
        Err(bad(format!("{} bytes after the last tensor, expected none", bytes - end)))
    }
}

/// A file with these notes and tensors, in this order.
///
/// # Errors
/// [`Error::InvalidArgument`] for a value that is not finite or, as a 16-bit float, would not be, and for a header
/// too long to be read again.
pub(crate) fn write(
    notes: BTreeMap<String, String>,
    tensors: &[Named<'_>],
    precision: Precision,
) -> Result<Vec<u8>> {
    let (dtype, size) = match precision {
        Precision::F32 => (Dtype::F32, 4),
        Precision::F16 => (Dtype::F16, 2),
    };
    let mut header = Header { notes, tensors: BTreeMap::new() };
    let mut end = 0;
    for tensor in tensors {
        let from = end;
        end += tensor.values.len() * size;
        let shape = tensor.shape.iter().map(|&n| n as usize).collect();
        header.tensors.insert(tensor.name.to_owned(), TensorInfo { dtype, shape, data_offsets: (from, end) });
    }
    let mut json = json::to_string(&header).into_bytes();
    // The format wants the data aligned; JSON may end in spaces.
    json.resize(json.len().next_multiple_of(PREFIX), b' ');
    if json.len() as u64 > MAX_HEADER {
        let problem = format!("a header of {} bytes, expected at most {MAX_HEADER}", json.len());
        return Err(Error::argument("metadata", problem));
    }
    let mut bytes = Vec::with_capacity(PREFIX + json.len() + end);
    bytes.extend((json.len() as u64).to_le_bytes());
    bytes.extend(json);
    for tensor in tensors {
        for (i, &value) in tensor.values.iter().enumerate() {
            let half = f16::from_f32(value);
            if !value.is_finite() || (precision == Precision::F16 && !half.is_finite()) {
                let problem = format!("value {i} is {value}, expected one that {dtype} can hold");
                return Err(Error::argument(tensor.name, problem));
            }
            match precision {
                Precision::F32 => bytes.extend(value.to_le_bytes()),
                Precision::F16 => bytes.extend(half.to_le_bytes()),
            }
        }
    }
    Ok(bytes)
}

fn bad(problem: impl Into<String>) -> Error {
    Error::checkpoint(problem)
}
