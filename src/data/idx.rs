//! The IDX format of the MNIST files, read without copying.
//!
//! Layout (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two zero bytes, one byte
//! of element type, one byte of dimension count, that many big-endian `u32` sizes, then the elements in row-major
//! order. Only unsigned bytes (type `0x08`) are read, which is what every MNIST-like set uses.
//!
//! Any bytes may be given: each way they can be wrong is a variant of [`IdxError`], and nothing is allocated
//! on the word of a header.

/// The element type of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// Each way an IDX file can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdxError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The bytes are a gzip stream around the file.
    #[error("the file is gzipped; unpack it first")]
    Gzipped,
    /// The first two bytes are not zero.
    #[error("not an IDX file: it starts with bytes {0:#04x} {1:#04x}, expected two zero bytes")]
    WrongMagic(u8, u8),
    /// Elements of a type other than unsigned bytes.
    #[error("elements of type {code:#04x} ({name}); expected 0x08 (unsigned byte)")]
    UnsupportedType {
        /// The type byte of the header.
        code: u8,
        /// What that byte stands for in the IDX format.
        name: &'static str,
    },
    /// The header ends before its last size.
    #[error("the header is cut short: {found} bytes, expected {expected}")]
    ShortHeader {
        /// Bytes that the header needs.
        expected: usize,
        /// Bytes that there are.
        found: usize,
    },
    /// A header with no dimensions.
    #[error("the header declares no dimensions, expected at least one")]
    NoDimensions,
    /// The right format for another kind of file, such as labels where images are expected.
    #[error("{found} dimensions, expected {expected} ({what})")]
    WrongDimensions {
        /// What the dimensions should have been.
        what: &'static str,
        /// Dimensions expected.
        expected: usize,
        /// Dimensions declared.
        found: usize,
    },
    /// A dimension of size zero, so the file holds nothing.
    #[error("dimension {axis} has size 0, expected at least 1")]
    ZeroDimension {
        /// Which dimension, counted from 0.
        axis: usize,
    },
    /// The sizes multiply to more than 64 bits can count.
    #[error("the declared sizes {dims:?} multiply to more than 2^64 elements")]
    TooLarge {
        /// The declared sizes.
        dims: Vec<u32>,
    },
    /// Fewer elements than declared.
    #[error("truncated: {found} bytes of data, expected {expected}")]
    Truncated {
        /// Bytes that the sizes call for.
        expected: u64,
        /// Bytes after the header.
        found: u64,
    },
    /// More bytes than declared.
    #[error("{count} bytes after the end of the data, expected none")]
    TrailingBytes {
        /// How many.
        count: u64,
    },
    /// A label that names no class.
    #[error("label {index} is {value}, expected less than {classes}")]
    LabelOutOfRange {
        /// Position of the first such label.
        index: usize,
        /// Its value.
        value: u8,
        /// Number of classes.
        classes: usize,
    },
    /// Images and labels that do not belong together.
    #[error("{labels} labels for {images} images, expected one for each")]
    LabelCount {
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
    },
}

/// An IDX file of unsigned bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idx<'a> {
    /// Sizes, outermost first; at least one, none of them zero.
    pub dims: Vec<u32>,
    /// The elements, row-major, as many as `dims` multiply to.
    pub data: &'a [u8],
}

/// The images of an IDX file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Images<'a> {
    /// Number of images.
    pub count: usize,
    /// Height of an image in pixels.
    pub rows: usize,
    /// Width of an image in pixels.
    pub cols: usize,
    /// `count × rows × cols` grey levels; in MNIST 0 is paper and 255 is ink.
    pub pixels: &'a [u8],
}

/// Reads any IDX file of unsigned bytes.
///
/// # Errors
/// One [`IdxError`] for each way the bytes can be wrong.
pub fn parse(bytes: &[u8]) -> Result<Idx<'_>, IdxError> {
    match bytes {
        [] => return Err(IdxError::Empty),
        [0x1f, 0x8b, ..] => return Err(IdxError::Gzipped),
        [a, b, ..] if (*a, *b) != (0, 0) => return Err(IdxError::WrongMagic(*a, *b)),
        _ => {}
    }
    let &[_, _, code, dimensions] =
        bytes.first_chunk::<4>().ok_or(IdxError::ShortHeader { expected: 4, found: bytes.len() })?;
    if code != UNSIGNED_BYTE {
        return Err(IdxError::UnsupportedType { code, name: type_name(code) });
    }
    if dimensions == 0 {
        return Err(IdxError::NoDimensions);
    }
    let header = 4 + 4 * usize::from(dimensions);
    let (head, data) = bytes
        .split_at_checked(header)
        .ok_or(IdxError::ShortHeader { expected: header, found: bytes.len() })?;
    let (sizes, _) = head[4..].as_chunks::<4>();
    let dims: Vec<u32> = sizes.iter().map(|size| u32::from_be_bytes(*size)).collect();
    if let Some(axis) = dims.iter().position(|&size| size == 0) {
        return Err(IdxError::ZeroDimension { axis });
    }
    let found = data.len() as u64;
    let Some(expected) = dims.iter().try_fold(1_u64, |product, &size| product.checked_mul(size.into()))
    else {
        return Err(IdxError::TooLarge { dims });
    };
    if found < expected {
        return Err(IdxError::Truncated { expected, found });
    }
    if found > expected {
        return Err(IdxError::TrailingBytes { count: found - expected });
    }
    Ok(Idx { dims, data })
}

/// Reads a file of images: `n × rows × cols` unsigned bytes.
///
/// # Errors
/// Those of [`parse`], and [`IdxError::WrongDimensions`].
pub fn parse_images(bytes: &[u8]) -> Result<Images<'_>, IdxError> {
    let Idx { dims, data } = parse(bytes)?;
    let &[count, rows, cols] = dims.as_slice() else {
        return Err(IdxError::WrongDimensions {
            what: "images, rows, columns",
            expected: 3,
            found: dims.len(),
        });
    };
    // The product equals data.len(), so each factor fits a usize.
    Ok(Images { count: count as usize, rows: rows as usize, cols: cols as usize, pixels: data })
}

/// Reads a file of labels: `n` unsigned bytes, each less than `classes`.
///
/// # Errors
/// Those of [`parse`], [`IdxError::WrongDimensions`] and [`IdxError::LabelOutOfRange`].
pub fn parse_labels(bytes: &[u8], classes: usize) -> Result<&[u8], IdxError> {
    let Idx { dims, data } = parse(bytes)?;
    if dims.len() != 1 {
        return Err(IdxError::WrongDimensions { what: "labels", expected: 1, found: dims.len() });
    }
    check_labels(data, classes)?;
    Ok(data)
}

/// Reads a file of images and the file of labels that belongs to it.
///
/// # Errors
/// Those of [`parse_images`] and [`parse_labels`], and [`IdxError::LabelCount`].
pub fn parse_pair<'a>(
    images: &'a [u8],
    labels: &'a [u8],
    classes: usize,
) -> Result<(Images<'a>, &'a [u8]), IdxError> {
    let images = parse_images(images)?;
    let labels = parse_labels(labels, classes)?;
    check_pair(images.count, labels.len())?;
    Ok((images, labels))
}

/// Checks that each of `images` images has a label.
///
/// # Errors
/// [`IdxError::LabelCount`].
pub fn check_pair(images: usize, labels: usize) -> Result<(), IdxError> {
    if images == labels { Ok(()) } else { Err(IdxError::LabelCount { images, labels }) }
}

/// Checks that each label is less than `classes`.
///
/// # Errors
/// [`IdxError::LabelOutOfRange`] with the first that is not.
pub fn check_labels(labels: &[u8], classes: usize) -> Result<(), IdxError> {
    match labels.iter().position(|&value| usize::from(value) >= classes) {
        Some(index) => Err(IdxError::LabelOutOfRange { index, value: labels[index], classes }),
        None => Ok(()),
    }
}

fn type_name(code: u8) -> &'static str {
    match code {
        0x09 => "signed byte",
        0x0b => "16-bit integer",
        0x0c => "32-bit integer",
        0x0d => "32-bit float",
        0x0e => "64-bit float",
        _ => "no type of the IDX format",
    }
}
