//! Finding a GPU: what it is called, whether it is one at all, and the device opened on it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Names by which programs that imitate a GPU call themselves.
const IMITATIONS: [&str; 5] = ["swiftshader", "llvmpipe", "lavapipe", "softpipe", "microsoft basic render"];

/// Features that are used where they are there: for profiles.
const WANTED: wgpu::Features = wgpu::Features::TIMESTAMP_QUERY;

/// An adapter with a device opened on it. Clones share the device.
#[derive(Debug, Clone)]
pub struct Adapter {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) health: Arc<Health>,
    name: String,
    software: bool,
}

impl Adapter {
    /// Asks for the fastest adapter and opens a device on it, with WebGPU's default limits and its clock.
    ///
    /// # Errors
    /// [`Error::Unsupported`] in plain words where there is no adapter or it opens no device.
    pub async fn request() -> Result<Self> {
        let mut options = wgpu::InstanceDescriptor::new_without_display_handle();
        options.backends = wgpu::Instance::enabled_backend_features();
        let instance = wgpu::Instance::new(options);
        let wanted = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance
            .request_adapter(&wanted)
            .await
            .map_err(|e| Error::Unsupported(format!("no GPU adapter was found ({e})")))?;
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("vae-playground"),
                required_features: adapter.features() & WANTED,
                ..Default::default()
            })
            .await
            .map_err(|e| Error::Unsupported(format!("the GPU adapter opened no device ({e})")))?;
        let health = Health::watch(&device);
        let info = adapter.get_info();
        let names = names(&info, &device);
        let imitation = |name: &String| {
            let name = name.to_ascii_lowercase();
            IMITATIONS.iter().any(|i| name.as_bytes().windows(i.len()).any(|part| part == i.as_bytes()))
        };
        let software = info.device_type == wgpu::DeviceType::Cpu || names.iter().any(imitation);
        let known: Vec<String> = names.into_iter().filter(|n| !n.is_empty()).collect();
        let name = if known.is_empty() { "GPU".into() } else { known.join(", ") };
        Ok(Self { device, queue, health, name, software })
    }

    /// The adapter's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a program rather than a GPU: slower than the crate's CPU path.
    #[must_use]
    pub const fn is_software(&self) -> bool {
        self.software
    }

    /// Closes the device: every executor on it answers [`Error::DeviceLost`] from now on.
    pub fn close(&self) {
        self.health.lose("it was closed".into());
        self.device.destroy();
    }

    /// A new buffer of `bytes`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] where the driver says so at once; on the web a later call does.
    pub(super) fn buffer(&self, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer> {
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            // An empty dataset has a buffer too: nothing can be bound to an empty one.
            size: bytes.max(4).next_multiple_of(4),
            usage,
            mapped_at_creation: false,
        });
        self.health.check()?;
        Ok(buffer)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn names(info: &wgpu::AdapterInfo, _: &wgpu::Device) -> Vec<String> {
    vec![info.name.clone(), format!("{} through {}", info.driver, info.backend).trim().into()]
}

/// Browsers tell a description rarely, but vendor and architecture mostly; wgpu passes on only the first.
#[cfg(target_arch = "wasm32")]
fn names(info: &wgpu::AdapterInfo, device: &wgpu::Device) -> Vec<String> {
    let browser = device.as_webgpu().map(|d| d.adapter_info());
    let told = browser.map(|b| [b.vendor(), b.architecture(), b.device()]);
    std::iter::once(info.name.clone()).chain(told.into_iter().flatten()).collect()
}

/// What went wrong on a device behind the caller's back.
#[derive(Debug, Default)]
pub(super) struct Health {
    lost: Mutex<Option<String>>,
    errors: Mutex<Vec<Error>>,
}

impl Health {
    fn watch(device: &wgpu::Device) -> Arc<Self> {
        let health = Arc::new(Self::default());
        let seen = Arc::clone(&health);
        device.set_device_lost_callback(move |reason, message| {
            seen.lose(if message.is_empty() { format!("{reason:?}") } else { message });
        });
        let seen = Arc::clone(&health);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            seen.report(match error {
                wgpu::Error::OutOfMemory { source } => Error::OutOfMemory(source.to_string()),
                wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
                    Error::Unsupported(format!("the GPU driver refused a command: {description}"))
                }
            });
        }));
        health
    }

    fn lose(&self, why: String) {
        lock(&self.lost).get_or_insert(why);
    }

    /// Keeps an error for the next call that can answer it.
    pub(super) fn report(&self, error: Error) {
        lock(&self.errors).push(error);
    }

    /// The first thing that went wrong since the last call; a lost device stays lost.
    pub(super) fn check(&self) -> Result<()> {
        if let Some(why) = &*lock(&self.lost) {
            return Err(Error::DeviceLost(why.clone()));
        }
        let mut errors = lock(&self.errors);
        match errors.drain(..).next() {
            Some(first) => Err(first),
            None => Ok(()),
        }
    }
}

/// Nothing panics while it holds one of these locks, and if it did the value would still be whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
