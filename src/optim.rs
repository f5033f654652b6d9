//! Optimisers as operations: PyTorch's definitions and defaults.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::op::{GradNorm, Op, Space, Update, View};
use crate::plan::Builder;

/// The update rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Rule {
    /// m = momentum·m + g; p −= lr·m.
    Sgd {
        /// 0 for plain gradient descent.
        momentum: f32,
    },
    /// `torch.optim.RMSprop`, not centred.
    RmsProp {
        /// Smoothing of the mean of squares; PyTorch's 0.99.
        alpha: f32,
        /// 0 for none.
        momentum: f32,
        /// PyTorch's 10⁻⁸.
        epsilon: f32,
    },
    /// `torch.optim.Adam` (Kingma and Ba, 2015).
    Adam {
        /// Smoothing of the mean; 0.9.
        beta1: f32,
        /// Smoothing of the mean of squares; 0.999.
        beta2: f32,
        /// 10⁻⁸.
        epsilon: f32,
    },
}

impl Rule {
    /// Adam with PyTorch's defaults.
    pub const ADAM: Self = Self::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    /// RMSProp with PyTorch's defaults.
    pub const RMSPROP: Self = Self::RmsProp { alpha: 0.99, momentum: 0.0, epsilon: 1e-8 };
    /// Plain gradient descent.
    pub const SGD: Self = Self::Sgd { momentum: 0.0 };

    /// The rule called `adam`, `rmsprop` or `sgd`, with PyTorch's defaults (SGD with momentum 0.9).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that lists the names.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "adam" => Ok(Self::ADAM),
            "rmsprop" => Ok(Self::RMSPROP),
            "sgd" => Ok(Self::Sgd { momentum: 0.9 }),
            _ => Err(Error::argument("optimizer", format!("{name:?}, expected adam, rmsprop or sgd"))),
        }
    }
}

/// A rule with what all rules share. The learning rate belongs to the step, not to the plan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optimizer {
    /// The update rule.
    pub rule: Rule,
    /// PyTorch's L2 penalty, added to the gradient.
    pub weight_decay: f32,
    /// Global norm to which gradients are clipped; `None` leaves them alone.
    pub max_norm: Option<f32>,
}

impl From<Rule> for Optimizer {
    fn from(rule: Rule) -> Self {
        Self { rule, weight_decay: 0.0, max_norm: None }
    }
}

impl Optimizer {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] naming the setting.
    pub fn validate(&self) -> Result<()> {
        let fraction = |name: &str, v: f32| {
            if (0.0..1.0).contains(&v) {
                Ok(())
            } else {
                Err(Error::argument(name, format!("{v}, expected 0 ≤ value < 1")))
            }
        };
        let not_negative = |name: &str, v: f32| {
            if v >= 0.0 && v.is_finite() {
                Ok(())
            } else {
                Err(Error::argument(name, format!("{v}, expected a finite value of at least 0")))
            }
        };
        match self.rule {
            Rule::Sgd { momentum } => fraction("momentum", momentum)?,
            Rule::RmsProp { alpha, momentum, epsilon } => {
                fraction("alpha", alpha)?;
                fraction("momentum", momentum)?;
                not_negative("epsilon", epsilon)?;
            }
            Rule::Adam { beta1, beta2, epsilon } => {
                fraction("beta1", beta1)?;
                fraction("beta2", beta2)?;
                not_negative("epsilon", epsilon)?;
            }
        }
        not_negative("weight_decay", self.weight_decay)?;
        match self.max_norm {
            Some(n) if !(n > 0.0 && n.is_finite()) => {
                Err(Error::argument("max_norm", format!("{n}, expected a finite value over 0")))
            }
            _ => Ok(()),
        }
    }

    /// Adam's bias corrections 1 − β₁ᵗ and 1 − β₂ᵗ at step `t`, counted from 1; ones for other rules.
    #[must_use]
    pub fn bias_corrections(&self, t: u64) -> (f32, f32) {
        match self.rule {
            Rule::Adam { beta1, beta2, .. } => {
                let correction = |beta: f32| (1.0 - f64::from(beta).powf(t as f64)) as f32;
                (correction(beta1), correction(beta2))
            }
            Rule::Sgd { .. } | Rule::RmsProp { .. } => (1.0, 1.0),
        }
    }
}

/// Emits clipping and the update over an arena of `len` values; returns whether the norm is computed.
pub(crate) fn update(b: &mut Builder<'_>, optimizer: &Optimizer, len: u32, norm: View) -> bool {
    let whole = |space| View { space, offset: 0, len };
    let grads = whole(Space::Grads);
    if optimizer.max_norm.is_some() {
        b.push(Op::GradNorm(GradNorm { grads, partial: norm }));
    }
    let (a, bb, epsilon) = match optimizer.rule {
        Rule::Sgd { momentum } => (momentum, 0.0, 0.0),
        Rule::RmsProp { alpha, momentum, epsilon } => (alpha, momentum, epsilon),
        Rule::Adam { beta1, beta2, epsilon } => (beta1, beta2, epsilon),
    };
    let update = Update {
        grads,
        norm,
        params: whole(Space::Params),
        moment1: whole(Space::Moment1),
        moment2: whole(Space::Moment2),
        max_norm: optimizer.max_norm.unwrap_or(0.0),
        weight_decay: optimizer.weight_decay,
        a,
        b: bb,
        epsilon,
    };
    b.push(match optimizer.rule {
        Rule::Sgd { .. } => Op::Sgd(update),
        Rule::RmsProp { .. } => Op::RmsProp(update),
        Rule::Adam { .. } => Op::Adam(update),
    });
    optimizer.max_norm.is_some()
}
