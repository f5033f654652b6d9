//! Arrays as NumPy's `.npy` files (native only), by the format's description in `numpy.lib.format`: a magic string,
//! a version, the length of a header, the header as a Python dictionary, the elements.

use half::f16;

use crate::{Error, Result};

const MAGIC: &[u8] = b"\x93NUMPY";
/// The elements of a written file begin at a multiple of this.
const ALIGN: usize = 64;

/// An array in C order.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Sizes, outermost first; none for a single number.
    pub shape: Vec<usize>,
    /// As many elements as the sizes multiply to.
    pub elements: Elements,
}

/// The elements of an [`Array`].
#[derive(Debug, Clone, PartialEq)]
pub enum Elements {
    /// Of any floating-point type, or 0 and 1 of booleans.
    Floats(Vec<f32>),
    /// Unsigned bytes.
    Bytes(Vec<u8>),
}

/// Reads a file with elements of type `f2`, `f4`, `f8` (rounded to 32 bits), `u1` or `b1`, little-endian, C order.
///
/// # Errors
/// [`Error::InvalidArgument`] with what is wrong and what was expected.
pub fn parse(bytes: &[u8]) -> Result<Array> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err(bad("it does not begin with \\x93NUMPY, expected a file that numpy.save wrote"));
    };
    let truncated = || bad("truncated within its header");
    let (version, rest) = rest.split_at_checked(2).ok_or_else(truncated)?;
    let width = match version[0] {
        1 => 2,
        2 | 3 => 4,
        other => return Err(bad(format!("version {other} of the format, expected 1 to 3"))),
    };
    let (length, rest) = rest.split_at_checked(width).ok_or_else(truncated)?;
    let length = length.iter().rev().fold(0_usize, |n, &byte| n << 8 | usize::from(byte));
    let (header, data) = rest.split_at_checked(length).ok_or_else(truncated)?;
    let header = std::str::from_utf8(header).map_err(|_| bad("its header is not text"))?;
    let Header { kind, fortran, shape } = Header::parse(header)?;
    if fortran && shape.len() > 1 {
        return Err(bad("its elements are in Fortran order, expected C order (numpy.ascontiguousarray)"));
    }
    let size = match kind.as_str() {
        "<f2" => 2,
        "<f4" => 4,
        "<f8" => 8,
        "|u1" | "|b1" => 1,
        other => {
            return Err(bad(format!("elements of type {other:?}, expected <f2, <f4, <f8, |u1 or |b1")));
        }
    };
    let expected = shape.iter().try_fold(size, |product: usize, &n| product.checked_mul(n));
    if expected != Some(data.len()) {
        let found = data.len();
        return Err(bad(format!("{found} bytes of data, expected {shape:?} elements of {size} bytes")));
    }
    let floats = |convert: fn(&[u8]) -> f32| Elements::Floats(data.chunks_exact(size).map(convert).collect());
    let elements = match kind.as_str() {
        "<f2" => floats(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()),
        "<f4" => floats(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
        "<f8" => floats(|b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32),
        "|b1" => floats(|b| f32::from(u8::from(b[0] != 0))),
        _ => Elements::Bytes(data.to_vec()),
    };
    Ok(Array { shape, elements })
}

/// A file of `values`, row-major, as elements of type `f4`.
///
/// # Errors
/// [`Error::InvalidArgument`] where `shape` does not multiply to the number of values.
pub fn write(shape: &[usize], values: &[f32]) -> Result<Vec<u8>> {
    if shape.iter().try_fold(1_usize, |product, &n| product.checked_mul(n)) != Some(values.len()) {
        return Err(Error::argument("shape", format!("{shape:?} for {} values", values.len())));
    }
    let sizes: String = shape.iter().map(|n| format!("{n},")).collect();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}");
    let fixed = MAGIC.len() + 4;
    let end = (fixed + header.len() + 1).next_multiple_of(ALIGN);
    header.extend(std::iter::repeat_n(' ', end - fixed - header.len() - 1));
    header.push('\n');
    let length = u16::try_from(header.len()).map_err(|_| Error::argument("shape", "too many dimensions"))?;
    let mut bytes = [MAGIC, &[1, 0], &length.to_le_bytes(), header.as_bytes()].concat();
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    Ok(bytes)
}

fn bad(problem: impl Into<String>) -> Error {
    Error::argument("npy", problem)
}

/// What a header says.
#[derive(Debug)]
struct Header {
    kind: String,
    fortran: bool,
    shape: Vec<usize>,
}

impl Header {
    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, in whatever order.
    fn parse(text: &str) -> Result<Self> {
        let unclear = || bad(format!("its header is {:?}", text.chars().take(200).collect::<String>()));
        let inner = text.trim().strip_prefix('{').and_then(|t| t.strip_suffix('}')).ok_or_else(unclear)?;
        let (mut kind, mut fortran, mut shape) = (None, None, None);
        let mut rest = inner.trim_start();
        while !rest.is_empty() {
            let (key, behind) = quoted(rest).ok_or_else(unclear)?;
            let value = behind.trim_start().strip_prefix(':').ok_or_else(unclear)?.trim_start();
            let behind = match key {
                "descr" => {
                    let (value, behind) = quoted(value).ok_or_else(unclear)?;
                    kind = Some(value.to_owned());
                    behind
                }
                "fortran_order" => {
                    fortran = Some(value.starts_with("True"));
                    value.strip_prefix("True").or(value.strip_prefix("False")).ok_or_else(unclear)?
                }
                "shape" => {
                    let (sizes, behind) =
                        value.strip_prefix('(').and_then(|t| t.split_once(')')).ok_or_else(unclear)?;
                    let sizes = sizes.split(',').map(str::trim).filter(|size| !size.is_empty());
                    shape =
                        Some(sizes.map(|size| size.parse().map_err(|_| unclear())).collect::<Result<_>>()?);
                    behind
                }
                _ => return Err(unclear()),
            };
            let behind = behind.trim_start();
            rest = match behind.strip_prefix(',') {
                Some(more) => more.trim_start(),
                None if behind.is_empty() => behind,
                None => return Err(unclear()),
            };
        }
        match (kind, fortran, shape) {
            (Some(kind), Some(fortran), Some(shape)) => Ok(Self { kind, fortran, shape }),
            _ => Err(unclear()),
        }
    }
}

/// The text between quotes of either kind at the beginning, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text[1..].split_once(quote)
}
