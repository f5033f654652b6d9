//! Weights on a grid: what is trained has more digits than it needs, and a file without them packs to half its size.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use half::f16;
use safetensors::{Dtype, SafeTensors};

/// Smaller tensors stay as they are: they are a small part of the file, and the narrow layers feel every digit.
const LARGE: usize = 1 << 14;

/// Makes the values of every large half-precision tensor of a checkpoint multiples of `1 / parts`, the nearest each.
pub(crate) fn coarsen(file: &Path, parts: f32) -> Result<()> {
    let mut bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let (header, metadata) = SafeTensors::read_metadata(&bytes)?;
    let tensors = metadata.tensors();
    let large: Vec<_> = tensors
        .values()
        .filter(|tensor| tensor.dtype == Dtype::F16 && tensor.shape.iter().product::<usize>() >= LARGE)
        .map(|tensor| tensor.data_offsets)
        .collect();
    ensure!(!large.is_empty(), "{} has no large tensor in half precision", file.display());
    // The data lie behind the header and its length.
    let data = &mut bytes[8 + header..];
    for (from, to) in large {
        for value in data[from..to].chunks_exact_mut(2) {
            let exact = f16::from_le_bytes([value[0], value[1]]).to_f32();
            // One zero is enough.
            let near = f16::from_f32((exact * parts).round_ties_even() / parts + 0.0);
            value.copy_from_slice(&near.to_le_bytes());
        }
    }
    fs::write(file, bytes).with_context(|| format!("writing {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use half::f16;
    use safetensors::tensor::{Dtype, TensorView, serialize};

    use super::{LARGE, coarsen};

    fn halves(values: impl Iterator<Item = f32>) -> Vec<u8> {
        values.flat_map(|value| f16::from_f32(value).to_le_bytes()).collect()
    }

    #[test]
    fn large_tensors_come_to_the_grid_and_nothing_else_changes() {
        let wave = |i: usize| (i as f32 * 0.37).sin() * 3.0;
        let (small, large) = (halves((0..8).map(wave)), halves((0..LARGE).map(wave)));
        let tensors = [
            ("small", TensorView::new(Dtype::F16, vec![8], &small).unwrap()),
            ("large", TensorView::new(Dtype::F16, vec![2, LARGE / 2], &large).unwrap()),
        ];
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.safetensors");
        fs::write(&file, serialize(tensors, None).unwrap()).unwrap();
        coarsen(&file, 32.0).unwrap();
        let bytes = fs::read(&file).unwrap();
        let found = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(found.tensor("small").unwrap().data(), small);
        for (value, before) in found.tensor("large").unwrap().data().chunks(2).zip(large.chunks(2)) {
            let [value, before] = [value, before].map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32());
            assert_eq!((value * 32.0).fract(), 0.0);
            assert!((value - before).abs() <= 0.5 / 32.0);
        }
    }

    #[test]
    fn a_file_without_large_tensors_is_refused() {
        let values = halves([1.0, 2.0].into_iter());
        let tensors = [("few", TensorView::new(Dtype::F16, vec![2], &values).unwrap())];
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.safetensors");
        fs::write(&file, serialize(tensors, None).unwrap()).unwrap();
        assert!(coarsen(&file, 32.0).is_err());
    }
}
