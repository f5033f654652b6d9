//! A quadrature in portions, so that others get their turn on the executor in between.

use std::borrow::Cow;

use super::grid::{Part, Places};
use super::images::Images;
use super::log_sum::GridSum;
use super::product::{Loaded, Product};
use super::{Grid, Quadrature, check};
use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::session::{self, Session};

/// Nats that an image may lack beyond the grid's edge before a wider grid is taken.
const CUT_OFF: f64 = 1e-4;

/// A quadrature under way, on the session that it was begun with.
#[derive(Debug)]
pub struct Sum<'a> {
    grid: Grid,
    images: Images<'a>,
    product: Product,
    sums: Vec<GridSum>,
    part: Part,
    places: Places,
    loaded: Loaded,
    /// The first image that has not met the loaded points.
    image: usize,
    done: usize,
    /// Points of an earlier grid that was too narrow.
    earlier: usize,
    coarse: Vec<f64>,
}

impl<'a> Sum<'a> {
    /// Begins what [`log_likelihood_2d`](super::log_likelihood_2d) computes.
    ///
    /// # Errors
    /// As there.
    pub fn new<E: Executor>(session: &mut Session<E>, targets: Cow<'a, [f32]>, grid: Grid) -> Result<Self> {
        check(session.spec())?;
        session::check_images(&targets, session.spec().pixels())?;
        let images = Images::new(targets, session.spec());
        Ok(Self {
            grid,
            product: Product::compile(session)?,
            sums: vec![GridSum::EMPTY; images.count()],
            images,
            part: Part::Coarse,
            places: grid.places(Part::Coarse),
            loaded: Loaded::default(),
            image: 0,
            done: 0,
            earlier: 0,
            coarse: Vec::new(),
        })
    }

    /// One matrix product: some images against some points. The answer comes with the last one.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a model whose likelihoods are not finite; whatever the backend answers.
    pub async fn advance<E: Executor>(&mut self, session: &mut Session<E>) -> Result<Option<Quadrature>> {
        if self.loaded.points == 0 {
            self.load(session).await?;
        }
        let (images, loaded, sums) = (&self.images, self.loaded, &mut self.sums);
        self.image += self.product.add(&mut session.executor, images, loaded, self.image, sums).await?;
        if self.image < self.sums.len() {
            return Ok(None);
        }
        self.image = 0;
        self.done += self.loaded.points;
        self.loaded = Loaded::default();
        if self.done == self.points() {
            let spacing = self.grid.spacing();
            let beyond: Vec<f64> = self.sums.iter().map(|sum| sum.beyond(spacing)).collect();
            if let Some(wider) = self.grid.wider()
                && beyond.iter().any(|&nats| nats > CUT_OFF)
            {
                self.start_again(wider);
                return Ok(None);
            }
            return Ok(Some(Quadrature {
                log_likelihood: self.images.finish(&self.sums, 0.0)?,
                coarse: std::mem::take(&mut self.coarse),
                beyond,
                grid: self.grid,
            }));
        }
        if self.part == Part::Coarse
            && self.done - self.earlier == (self.grid.points() as usize / 2 + 1).pow(2)
        {
            // So far each point stands for four times the area that it has in the end.
            self.coarse = self.images.finish(&self.sums, 4.0_f64.ln())?;
            self.part = Part::Rest;
            self.places = self.grid.places(Part::Rest);
        }
        Ok(None)
    }

    /// Leaves the sums so far, which lack what lies beyond their grid's edge.
    fn start_again(&mut self, wider: Grid) {
        self.grid = wider;
        self.sums.fill(GridSum::EMPTY);
        self.part = Part::Coarse;
        self.places = wider.places(Part::Coarse);
        self.earlier = self.done;
    }

    /// Decodes the next points and hands them to the product.
    async fn load<E: Executor>(&mut self, session: &mut Session<E>) -> Result<()> {
        let next = self.places.by_ref().take(self.product.points as usize);
        let (mut places, inner): (Vec<_>, Vec<_>) = next.partition(|&z| self.grid.on_edge(z));
        let edge = places.len();
        places.extend(inner);
        let z: Vec<f32> = places.iter().flatten().map(|&v| v as f32).collect();
        let mut weights = session.decode_logits(&z, None).await?;
        let constants = self.images.affine(&mut weights, &places, self.grid.spacing());
        if constants.iter().chain(&weights).any(|v| !v.is_finite()) {
            return Err(Error::argument("model", "its likelihoods on the grid are not finite"));
        }
        self.product.load(&mut session.executor, &weights, &constants)?;
        self.loaded = Loaded { points: places.len(), edge };
        Ok(())
    }

    /// Points of the grid, and of an earlier one that turned out too narrow.
    #[must_use]
    pub fn points(&self) -> usize {
        self.earlier + (self.grid.points() as usize).pow(2)
    }

    /// Points that all images have met.
    #[must_use]
    pub const fn points_done(&self) -> usize {
        self.done
    }

    /// Gives back what the quadrature holds on the session's executor.
    pub fn release<E: Executor>(self, session: &mut Session<E>) {
        session.executor.release(self.product.program);
    }
}
