//! Every compute shader of the crate: one kernel file each, with the shared pieces it names in front.
//!
//! The text that a driver compiles is joined by the Rust compiler, so what runs is what the files say.

macro_rules! shader {
    ($name:literal, $tile:ident, [$($file:literal),+]) => {
        Shader {
            name: $name,
            tile: Tile::$tile,
            source: concat!($(include_str!(concat!("../../shaders/", $file, ".wgsl"))),+),
        }
    };
}

/// How much of a matrix product one workgroup computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tile {
    /// The kernel is no matrix product.
    None,
    /// 16 rows × 64 columns: products with few rows, spread over many workgroups.
    Low,
    /// 64 rows × 64 columns: fewest loads a multiplication.
    Square,
}

impl Tile {
    /// Columns of the product that one workgroup computes.
    pub const COLUMNS: u32 = 64;

    /// Rows of the product that one workgroup computes.
    #[must_use]
    pub const fn rows(self) -> u32 {
        match self {
            Self::None => 1,
            Self::Low => 16,
            Self::Square => 64,
        }
    }
}

/// One compute shader with the entry point `main`.
#[derive(Debug, Clone, Copy)]
pub struct Shader {
    /// [`Op::name`](crate::op::Op::name) of the operation it computes.
    pub name: &'static str,
    /// Which of the operation's variants it is.
    pub tile: Tile,
    /// WGSL.
    pub source: &'static str,
}

/// All of them.
pub const SHADERS: &[Shader] = &[
    shader!("gather", None, ["lib/step", "lib/rng", "gather"]),
    shader!("gather_labels", None, ["lib/step", "gather_labels"]),
    shader!("condition", None, ["lib/step", "condition"]),
    shader!("condition_grad", None, ["lib/step", "condition_grad"]),
    shader!("linear", Low, ["lib/step", "lib/math", "lib/activation", "lib/rows_16", "lib/tile", "linear"]),
    shader!(
        "linear",
        Square,
        ["lib/step", "lib/math", "lib/activation", "lib/rows_64", "lib/tile", "linear"]
    ),
    shader!("activate", None, ["lib/step", "lib/math", "lib/activation", "activate"]),
    shader!("reparam", None, ["lib/step", "lib/rng", "reparam"]),
    shader!(
        "linear_loss",
        Low,
        ["lib/step", "lib/math", "lib/likelihood", "lib/rows_16", "lib/tile", "linear_loss"]
    ),
    shader!(
        "linear_loss",
        Square,
        ["lib/step", "lib/math", "lib/likelihood", "lib/rows_64", "lib/tile", "linear_loss"]
    ),
    shader!("loss", None, ["lib/step", "lib/math", "lib/likelihood", "loss"]),
    shader!(
        "linear_grad_input",
        Low,
        ["lib/step", "lib/math", "lib/activation", "lib/rows_16", "lib/tile", "linear_grad_input"]
    ),
    shader!(
        "linear_grad_input",
        Square,
        ["lib/step", "lib/math", "lib/activation", "lib/rows_64", "lib/tile", "linear_grad_input"]
    ),
    shader!("reparam_grad", None, ["lib/step", "reparam_grad"]),
    shader!("free_bits", None, ["lib/step", "free_bits"]),
    shader!("importance_weights", None, ["lib/step", "lib/math", "lib/rng", "importance_weights"]),
    shader!("scale_rows", None, ["lib/step", "scale_rows"]),
    shader!("iwae_grad", None, ["lib/step", "iwae_grad"]),
    shader!(
        "conv",
        Low,
        [
            "lib/step",
            "lib/math",
            "lib/activation",
            "lib/rows_16",
            "lib/tile",
            "lib/conv",
            "lib/epilogue",
            "conv"
        ]
    ),
    shader!(
        "conv",
        Square,
        [
            "lib/step",
            "lib/math",
            "lib/activation",
            "lib/rows_64",
            "lib/tile",
            "lib/conv",
            "lib/epilogue",
            "conv"
        ]
    ),
    shader!(
        "conv_transpose",
        Low,
        [
            "lib/step",
            "lib/math",
            "lib/activation",
            "lib/rows_16",
            "lib/tile",
            "lib/conv",
            "lib/epilogue",
            "conv_transpose"
        ]
    ),
    shader!(
        "conv_transpose",
        Square,
        [
            "lib/step",
            "lib/math",
            "lib/activation",
            "lib/rows_64",
            "lib/tile",
            "lib/conv",
            "lib/epilogue",
            "conv_transpose"
        ]
    ),
    shader!("conv_grad_weight", Low, ["lib/step", "lib/rows_16", "lib/tile", "lib/conv", "conv_grad_weight"]),
    shader!(
        "conv_grad_weight",
        Square,
        ["lib/step", "lib/rows_64", "lib/tile", "lib/conv", "conv_grad_weight"]
    ),
    shader!("sum_slices", None, ["lib/step", "sum_slices"]),
    shader!("conv_grad_bias", None, ["lib/step", "conv_grad_bias"]),
    shader!("linear_grad_weight", Low, ["lib/step", "lib/rows_16", "lib/tile", "linear_grad_weight"]),
    shader!("linear_grad_weight", Square, ["lib/step", "lib/rows_64", "lib/tile", "linear_grad_weight"]),
    shader!("grad_norm", None, ["lib/step", "grad_norm"]),
    shader!("sgd", None, ["lib/step", "lib/update", "sgd"]),
    shader!("rmsprop", None, ["lib/step", "lib/update", "rmsprop"]),
    shader!("adam", None, ["lib/step", "lib/update", "adam"]),
    shader!("metrics", None, ["lib/step", "metrics"]),
];

/// Index in [`SHADERS`] of a variant of an operation.
pub(super) fn find(name: &str, tile: Tile) -> Option<usize> {
    SHADERS.iter().position(|s| s.name == name && s.tile == tile)
}
