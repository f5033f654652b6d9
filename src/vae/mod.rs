//! The public object: a model with its backend, its data and at most one training run.

pub mod inside;
pub mod profile;
pub mod race;
mod team;
mod tiles;
mod training;

use std::collections::BTreeMap;

use web_time::Instant;

use crate::backend::{Backend, Choice};
use crate::checkpoint::{self, Precision};
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::executor::{BackendInfo, Counters, Executor, Kind, ReasonCode};
use crate::op::{Space, Split, View};
use crate::params::{Initialisation, Layout};
use crate::session::{self, Elbo, Estimate, LatentGradient, Posterior, Session};
use crate::spec::{Likelihood, VaeSpec};
use crate::train::Trainer;

/// Up to this many images, inference runs on the CPU even beside a GPU: a readback costs more.
const SMALL: usize = 100;

/// A variational autoencoder on a backend.
#[derive(Debug)]
pub struct Vae {
    spec: VaeSpec,
    layout: Layout,
    main: Session<Backend>,
    /// On a GPU backend: the same parameters on the CPU, so that a drawing never waits for a readback.
    mirror: Option<Mirror>,
    train: Option<Dataset>,
    test: Option<Dataset>,
    run: Option<Trainer>,
    provenance: BTreeMap<String, String>,
    /// The GPU that a race found slower than the CPU: for other settings it may be the faster one.
    let_go: Option<String>,
}

#[derive(Debug)]
struct Mirror {
    session: Session<Backend>,
    stale: bool,
    /// Whether a request was answered with stale parameters: only then is the next chunk's end worth a wait.
    wanted: bool,
    synced: Instant,
}

impl Vae {
    /// A model of `spec` with fresh parameters drawn from `seed`.
    ///
    /// # Errors
    /// [`Error::InvalidSpec`]; [`Error::Unsupported`] if the backend asked for is not there.
    pub async fn create(spec: VaeSpec, choice: Choice, seed: u64) -> Result<Self> {
        let layout = Layout::new(&spec)?;
        let backend = Backend::open(choice, layout.len).await?;
        let mirror = (backend.info().kind == Kind::WebGpu).then(|| Mirror {
            session: Session::new(
                Backend::cpu(layout.len, ReasonCode::Requested, "small requests beside a GPU"),
                spec.clone(),
            ),
            stale: true,
            wanted: false,
            synced: Instant::now(),
        });
        let main = Session::new(backend, spec.clone());
        let mut vae = Self {
            spec,
            layout,
            main,
            mirror,
            train: None,
            test: None,
            run: None,
            provenance: BTreeMap::new(),
            let_go: None,
        };
        vae.reset(seed, Initialisation::PyTorch)?;
        Ok(vae)
    }

    /// A model from a checkpoint's bytes.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`], and as [`Self::create`].
    pub async fn from_checkpoint(bytes: &[u8], choice: Choice) -> Result<Self> {
        let loaded = checkpoint::load(bytes)?;
        let mut vae = Self::create(loaded.spec, choice, 0).await?;
        vae.set_params(&loaded.params)?;
        vae.provenance = loaded.provenance;
        Ok(vae)
    }

    /// What the model is.
    #[must_use]
    pub const fn spec(&self) -> &VaeSpec {
        &self.spec
    }

    /// Where its parameters live.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Closes the GPU's device, as a driver that fails does; nothing on the CPU. For tests of what follows then.
    pub fn close_device(&self) {
        if let Backend::Gpu(gpu) = &self.main.executor {
            gpu.close_device();
        }
    }

    /// Which backend runs it, and why.
    #[must_use]
    pub fn backend(&self) -> &BackendInfo {
        self.main.executor.info()
    }

    /// The session that answers large requests, for measurements that compile plans of their own.
    pub const fn session(&mut self) -> &mut Session<Backend> {
        &mut self.main
    }

    /// What the backend did so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.main.executor.counters()
    }

    /// Where the parameters came from: a checkpoint's notes, empty for fresh ones.
    #[must_use]
    pub const fn provenance(&self) -> &BTreeMap<String, String> {
        &self.provenance
    }

    /// Fresh parameters from `seed`. A training run under way ends.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn reset(&mut self, seed: u64, how: Initialisation) -> Result<()> {
        self.train_stop();
        let params = self.layout.initialise(how, seed);
        self.set_params(&params)?;
        self.provenance.clear();
        Ok(())
    }

    /// Takes a checkpoint's parameters, and its spec if that is another one: then the backend is opened
    /// anew, and datasets are kept if their images still fit. A training run ends.
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`], and as [`Self::create`]; nothing is changed then.
    pub async fn replace(&mut self, bytes: &[u8], choice: Choice) -> Result<()> {
        let loaded = checkpoint::load(bytes)?;
        if loaded.spec == self.spec {
            self.train_stop();
        } else {
            let mut other = Self::create(loaded.spec, choice, 0).await?;
            if other.spec.pixels() == self.spec.pixels() {
                other.adopt(Split::Train, self.train.clone())?;
                other.adopt(Split::Test, self.test.clone())?;
            }
            *self = other;
        }
        self.set_params(&loaded.params)?;
        self.provenance = loaded.provenance;
        Ok(())
    }

    fn adopt(&mut self, split: Split, dataset: Option<Dataset>) -> Result<()> {
        if let Some(dataset) = dataset {
            self.main.executor.set_dataset(split, dataset.shared(), self.spec.pixels())?;
            if self.spec.classes > 0
                && let Some(labels) = dataset.shared_labels()
            {
                self.main.executor.set_labels(split, labels)?;
            }
            match split {
                Split::Train => self.train = Some(dataset),
                Split::Test => self.test = Some(dataset),
            }
        }
        Ok(())
    }

    /// The parameters as a safetensors file with spec and provenance.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn save(&mut self, precision: Precision) -> Result<Vec<u8>> {
        let params = self.params().await?;
        checkpoint::save(&self.spec, &self.layout, &params, &self.provenance, precision)
    }

    /// Notes to be kept in checkpoints from now on.
    pub fn note(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.provenance.insert(key.into(), value.into());
    }

    /// The parameter arena, padding included.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn params(&mut self) -> Result<Vec<f32>> {
        let whole = self.whole(Space::Params);
        self.main.executor.read(None, whole).await
    }

    /// Replaces the parameter arena, padding included; moments are cleared.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if it is not of this model's size; [`Error::DeviceLost`].
    pub fn set_params(&mut self, params: &[f32]) -> Result<()> {
        let whole = self.whole(Space::Params);
        self.main.executor.write(None, whole, params)?;
        self.main.executor.clear_moments();
        if let Some(mirror) = &mut self.mirror {
            mirror.session.executor.write(None, whole, params)?;
            mirror.stale = false;
        }
        Ok(())
    }

    const fn whole(&self, space: Space) -> View {
        View { space, offset: 0, len: self.layout.len }
    }

    /// μ and log σ² of `images`, `n × pixels` values in [0, 1]; a conditional model needs their `labels`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole images in [0, 1], and for bad labels.
    pub async fn encode(&mut self, images: &[f32], labels: Option<&[u8]>) -> Result<Posterior> {
        self.at_hand(images.len(), self.spec.pixels()).await?.encode(images, labels).await
    }

    /// The mean of p(x|z) for `z`, `n × latent` values; a conditional model needs `labels`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole rows of z, and for bad labels.
    pub async fn decode(&mut self, z: &[f32], labels: Option<&[u8]>) -> Result<Vec<f32>> {
        self.at_hand(z.len(), self.spec.latent).await?.decode(z, labels).await
    }

    /// Encodes and decodes `images`: through μ, or through a draw of z.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub async fn reconstruct(
        &mut self,
        images: &[f32],
        labels: Option<&[u8]>,
        sample: bool,
        seed: u64,
    ) -> Result<Vec<f32>> {
        let posterior = self.encode(images, labels).await?;
        let z = if sample { session::draw(&posterior, seed) } else { posterior.mu };
        self.decode(&z, labels).await
    }

    /// Decodes `n` draws from the prior, scaled by `temperature`. A conditional model takes `labels`, one for
    /// each draw; without, it goes through the classes in turn.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for 0 or too many samples, a bad temperature or bad labels.
    pub async fn sample(
        &mut self,
        n: u32,
        labels: Option<&[u8]>,
        seed: u64,
        temperature: f32,
    ) -> Result<Vec<f32>> {
        if n == 0 {
            return Err(Error::argument("n", "0, expected at least 1"));
        }
        session::check_answer("n", u64::from(n), self.spec.pixels())?;
        let z = session::prior(n, self.spec.latent, seed, temperature)?;
        let in_turn: Vec<u8> = (0..n).map(|i| i.checked_rem(self.spec.classes).unwrap_or(0) as u8).collect();
        let labels = labels.or_else(|| (self.spec.classes > 0).then_some(&in_turn[..]));
        self.decode(&z, labels).await
    }

    /// The ELBO's terms per image, in nats, with `samples` draws of z each.
    ///
    /// # Errors
    /// As [`Self::encode`]; [`Error::InvalidArgument`] for 0 samples.
    pub async fn elbo(
        &mut self,
        images: &[f32],
        labels: Option<&[u8]>,
        samples: u32,
        seed: u64,
    ) -> Result<Elbo> {
        self.at_hand(images.len(), self.spec.pixels()).await?.elbo(images, labels, samples, seed).await
    }

    /// L_K per image in nats; see [`Session::log_likelihood`].
    ///
    /// # Errors
    /// As [`Self::encode`]; [`Error::InvalidArgument`] for k = 0.
    pub async fn log_likelihood(
        &mut self,
        images: &[f32],
        labels: Option<&[u8]>,
        estimate: Estimate,
    ) -> Result<Vec<f64>> {
        self.main.log_likelihood(images, labels, estimate).await
    }

    /// −log p(x|z) and its gradient with respect to z; see [`Session::latent_gradient`].
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole rows, or different numbers of them.
    pub async fn latent_gradient(
        &mut self,
        z: &[f32],
        images: &[f32],
        mask: Option<&[f32]>,
        labels: Option<&[u8]>,
    ) -> Result<LatentGradient> {
        self.at_hand(images.len(), self.spec.pixels()).await?.latent_gradient(z, images, mask, labels).await
    }

    /// How much each pixel moves the encoder's statistics; see [`Session::input_gradient`].
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values that are not whole rows, or different numbers of them.
    pub async fn input_gradient(
        &mut self,
        images: &[f32],
        dstats: &[f32],
        labels: Option<&[u8]>,
    ) -> Result<Vec<f32>> {
        self.at_hand(images.len(), self.spec.pixels()).await?.input_gradient(images, dstats, labels).await
    }

    /// Sets the output's bias to what gives the training images' mean with all else zero: its log-odds, kept
    /// within those of 0.001 and 0.999 (Burda et al., 2016), or the mean itself for a Gaussian. An output by
    /// convolution has one value per channel.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for images of another size; [`Error::DeviceLost`].
    pub async fn set_data_bias(&mut self, train: &Dataset) -> Result<()> {
        let pixels = self.spec.pixels() as usize;
        if train.pixels() != pixels {
            let problem = format!("images of {} pixels, expected {pixels}", train.pixels());
            return Err(Error::argument("train", problem));
        }
        let mut params = self.params().await?;
        let means = train.mean();
        let bias = self.layout.decoder[self.layout.decoder.len() - 1].bias;
        let area = pixels / bias.len as usize;
        for (value, means) in params[bias.range()].iter_mut().zip(means.chunks_exact(area)) {
            let mean = means.iter().sum::<f64>() / area as f64;
            *value = match self.spec.likelihood {
                Likelihood::Bernoulli {} => {
                    let mean = mean.clamp(0.001, 0.999);
                    (mean / (1.0 - mean)).ln() as f32
                }
                Likelihood::Gaussian { .. } => mean as f32,
            };
        }
        self.set_params(&params)
    }

    /// The session that answers a request for `values` in rows of `width` soonest: the CPU's for small ones, because a
    /// GPU would have to be read.
    async fn at_hand(&mut self, values: usize, width: u32) -> Result<&mut Session<Backend>> {
        if values / width as usize <= SMALL {
            // While steps are in flight the mirror is refreshed between chunks: a request never waits for them.
            if !self.run.as_ref().is_some_and(Trainer::in_flight) {
                self.sync_mirror().await?;
            }
            if let Some(mirror) = &mut self.mirror {
                mirror.wanted = mirror.stale;
                return Ok(&mut mirror.session);
            }
        }
        Ok(&mut self.main)
    }

    async fn sync_mirror(&mut self) -> Result<()> {
        let whole = self.whole(Space::Params);
        if let Some(mirror) = &mut self.mirror
            && mirror.stale
        {
            let params = match self.main.executor.read(None, whole).await {
                Err(Error::DeviceLost(_)) => return self.fall_back().await,
                params => params?,
            };
            mirror.session.executor.write(None, whole, &params)?;
            mirror.stale = false;
            mirror.wanted = false;
            mirror.synced = Instant::now();
        }
        Ok(())
    }

    /// Makes datasets resident: images to train on, and images held out. A training run ends.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the images are not of the model's size; whatever the backend answers.
    pub fn set_dataset(&mut self, train: &Dataset, test: Option<&Dataset>) -> Result<()> {
        for (what, set) in [("train", Some(train)), ("test", test)] {
            if let Some(set) = set
                && set.pixels() != self.spec.pixels() as usize
            {
                let problem = format!("images of {} values, expected {}", set.pixels(), self.spec.pixels());
                return Err(Error::argument(what, problem));
            }
        }
        self.train_stop();
        self.test = None;
        self.adopt(Split::Train, Some(train.clone()))?;
        self.adopt(Split::Test, test.cloned())
    }
}
