//! Operations from gradients to parameters.

use super::View;

/// [`NORM_PARTIALS`](super::NORM_PARTIALS) partial sums of the squared gradient norm.
#[derive(Debug, Clone, PartialEq)]
pub struct GradNorm {
    /// All gradients.
    pub grads: View,
    /// `[256]`, written.
    pub partial: View,
}

/// What the three optimisers share.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// All gradients.
    pub grads: View,
    /// `[256]` partial sums from [`GradNorm`]; read only where `max_norm` > 0.
    pub norm: View,
    /// All parameters, updated.
    pub params: View,
    /// First state, updated.
    pub moment1: View,
    /// Second state, updated.
    pub moment2: View,
    /// Gradients are scaled by min(1, max_norm / (‖g‖ + 10⁻⁶)), as `clip_grad_norm_`; 0 switches it off.
    pub max_norm: f32,
    /// Added to the gradient times the parameter (PyTorch's L2 penalty).
    pub weight_decay: f32,
    /// SGD: momentum. RMSProp: smoothing α. Adam: β₁.
    pub a: f32,
    /// RMSProp: momentum. Adam: β₂.
    pub b: f32,
    /// Added to the denominator.
    pub epsilon: f32,
}
