//! What a model keeps on the device whatever the plan: parameters, gradients, moments, datasets, and
//! copies of parameters and moments.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::executor::SNAPSHOTS;
use crate::op::Split;
use crate::plan::validate::Resident;

use super::adapter::Adapter;
use super::placement::MAX_ARENA;

/// Usage of everything that a kernel binds and a host may read or write.
pub(super) const RESIDENT: wgpu::BufferUsages =
    wgpu::BufferUsages::STORAGE.union(wgpu::BufferUsages::COPY_SRC).union(wgpu::BufferUsages::COPY_DST);

/// One split's images.
#[derive(Debug)]
pub(super) struct Dataset {
    pub(super) images: wgpu::Buffer,
    /// `None` until they are given.
    pub(super) labels: Option<wgpu::Buffer>,
    pub(super) order: wgpu::Buffer,
    pub(super) pixels: u32,
    pub(super) count: u32,
    /// Entries of the order that are set.
    pub(super) ordered: u32,
}

/// The buffers of a model.
#[derive(Debug)]
pub(super) struct Memories {
    pub(super) len: u32,
    pub(super) params: wgpu::Buffer,
    pub(super) grads: wgpu::Buffer,
    pub(super) moment1: wgpu::Buffer,
    pub(super) moment2: wgpu::Buffer,
    train: Option<Dataset>,
    test: Option<Dataset>,
    snapshots: [Option<[wgpu::Buffer; 3]>; SNAPSHOTS],
}

impl Memories {
    /// # Errors
    /// [`Error::Unsupported`] for more values than a binding can hold; [`Error::OutOfMemory`].
    pub(super) fn new(adapter: &Adapter, len: u32) -> Result<Self> {
        if len == 0 || len > MAX_ARENA {
            return Err(Error::Unsupported(format!(
                "a model of {len} parameters on the GPU; WebGPU binds 1 to {MAX_ARENA}"
            )));
        }
        let arena = |label| adapter.buffer(label, 4 * u64::from(len), RESIDENT);
        Ok(Self {
            len,
            params: arena("params")?,
            grads: arena("grads")?,
            moment1: arena("moment1")?,
            moment2: arena("moment2")?,
            train: None,
            test: None,
            snapshots: [const { None }; SNAPSHOTS],
        })
    }

    pub(super) const fn dataset(&self, split: Split) -> Option<&Dataset> {
        match split {
            Split::Train => self.train.as_ref(),
            Split::Test => self.test.as_ref(),
        }
    }

    const fn dataset_mut(&mut self, split: Split) -> &mut Option<Dataset> {
        match split {
            Split::Train => &mut self.train,
            Split::Test => &mut self.test,
        }
    }

    /// Makes a split resident, its order the identity. Returns the bytes sent.
    pub(super) fn set_dataset(
        &mut self,
        adapter: &Adapter,
        split: Split,
        images: &Arc<[u8]>,
        pixels: u32,
    ) -> Result<u64> {
        if pixels == 0 || !images.len().is_multiple_of(pixels as usize) {
            return Err(Error::argument(
                "images",
                format!("{} bytes, expected whole images of {pixels}", images.len()),
            ));
        }
        let most = 4 * u64::from(MAX_ARENA);
        if images.len() as u64 > most {
            return Err(Error::Unsupported(format!(
                "a dataset of {} bytes on the GPU; WebGPU binds at most {most}",
                images.len()
            )));
        }
        let count = (images.len() / pixels as usize) as u32;
        let buffer = bytes(adapter, "images", images)?;
        let order = adapter.buffer("order", 4 * u64::from(count), RESIDENT)?;
        let identity: Vec<u32> = (0..count).collect();
        adapter.queue.write_buffer(&order, 0, bytemuck::cast_slice(&identity));
        let dataset = Dataset { images: buffer, labels: None, order, pixels, count, ordered: count };
        if let Some(old) = self.dataset_mut(split).replace(dataset) {
            old.destroy();
        }
        Ok(images.len() as u64 + 4 * u64::from(count))
    }

    /// Makes the labels of a split's images resident. Returns the bytes sent.
    pub(super) fn set_labels(&mut self, adapter: &Adapter, split: Split, labels: &[u8]) -> Result<u64> {
        let images = self.dataset(split).map_or(0, |d| d.count as usize);
        if labels.len() != images {
            let problem = format!("{} for {images} {split:?} images", labels.len());
            return Err(Error::argument("labels", problem));
        }
        let buffer = bytes(adapter, "labels", labels)?;
        if let Some(dataset) = self.dataset_mut(split)
            && let Some(old) = dataset.labels.replace(buffer)
        {
            old.destroy();
        }
        Ok(labels.len() as u64)
    }

    /// Sets a split's order; returns whether the buffer is a new one.
    pub(super) fn set_order(&mut self, adapter: &Adapter, split: Split, order: &[u32]) -> Result<bool> {
        let Some(dataset) = self.dataset_mut(split) else {
            return Err(Error::argument("order", format!("no images of the {split:?} split are resident")));
        };
        if let Some(&index) = order.iter().find(|&&i| i >= dataset.count) {
            return Err(Error::argument(
                "order",
                format!("index {index} of {} images, expected less", dataset.count),
            ));
        }
        let bytes = 4 * order.len() as u64;
        let grows = bytes > dataset.order.size();
        if grows {
            if bytes > 4 * u64::from(MAX_ARENA) {
                return Err(Error::Unsupported(format!("an order of {} entries on the GPU", order.len())));
            }
            let larger = adapter.buffer("order", bytes, RESIDENT)?;
            std::mem::replace(&mut dataset.order, larger).destroy();
        }
        adapter.queue.write_buffer(&dataset.order, 0, bytemuck::cast_slice(order));
        dataset.ordered = order.len() as u32;
        Ok(grows)
    }

    fn kept(&self) -> [&wgpu::Buffer; 3] {
        [&self.params, &self.moment1, &self.moment2]
    }

    /// Records a copy of parameters and moments into a slot.
    pub(super) fn snapshot(
        &mut self,
        adapter: &Adapter,
        encoder: &mut wgpu::CommandEncoder,
        slot: usize,
    ) -> Result<()> {
        if self.snapshots[slot].is_none() {
            let make = || adapter.buffer("snapshot", self.params.size(), RESIDENT);
            self.snapshots[slot] = Some([make()?, make()?, make()?]);
        }
        for (from, to) in self.kept().into_iter().zip(self.snapshots[slot].iter().flatten()) {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size());
        }
        Ok(())
    }

    /// Records the way back; nothing where the slot was never filled.
    pub(super) fn restore(&self, encoder: &mut wgpu::CommandEncoder, slot: usize) {
        for (from, to) in self.snapshots[slot].iter().flatten().zip(self.kept()) {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size());
        }
    }

    /// Records zeros into gradients and moments.
    pub(super) fn clear(&self, encoder: &mut wgpu::CommandEncoder) {
        for buffer in [&self.grads, &self.moment1, &self.moment2] {
            encoder.clear_buffer(buffer, 0, None);
        }
    }

    /// Frees device memory without waiting for a garbage collector.
    pub(super) fn destroy(&self) {
        let arenas = [&self.params, &self.grads, &self.moment1, &self.moment2];
        arenas.into_iter().chain(self.snapshots.iter().flatten().flatten()).for_each(wgpu::Buffer::destroy);
        [&self.train, &self.test].into_iter().flatten().for_each(Dataset::destroy);
    }
}

/// A buffer of bytes, four to a word.
fn bytes(adapter: &Adapter, label: &'static str, values: &[u8]) -> Result<wgpu::Buffer> {
    let buffer = adapter.buffer(label, values.len() as u64, RESIDENT)?;
    // Transfers are whole words; what follows the last value is never read.
    let (words, rest) = values.split_at(values.len() & !3);
    adapter.queue.write_buffer(&buffer, 0, words);
    if !rest.is_empty() {
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        adapter.queue.write_buffer(&buffer, words.len() as u64, &last);
    }
    Ok(buffer)
}

impl Dataset {
    /// What steps are checked against.
    pub(super) fn resident(&self) -> Resident {
        Resident { pixels: self.pixels, labelled: self.labels.is_some(), ordered: self.ordered.into() }
    }

    fn destroy(&self) {
        self.images.destroy();
        self.labels.iter().for_each(wgpu::Buffer::destroy);
        self.order.destroy();
    }
}
