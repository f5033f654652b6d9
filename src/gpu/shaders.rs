//! Every compute shader of the crate: one kernel file each, with the shared pieces it names in front.
//!
//! Natively each file is in the program once, without comments and indentation, which are half of its bytes. Browsers fetch
//! all in one file once a GPU is to be used (`texts.rs`). A shader's text is joined when its pipeline is made.

use serde::Serialize;

#[cfg(not(target_arch = "wasm32"))]
use super::compact::compact;
use crate::error::{Error, Result};

/// Declares each file's text as a constant.
macro_rules! pieces {
    ($($name:ident = $file:literal;)+) => {
        $(const $name: Piece = Piece {
            file: $file,
            #[cfg(not(target_arch = "wasm32"))]
            text: {
                const TEXT: &[u8] = include_bytes!(concat!("../../shaders/", $file, ".wgsl"));
                const LEN: usize = compact::<0>(TEXT).1;
                const COMPACT: [u8; LEN] = compact(TEXT).0;
                match std::str::from_utf8(&COMPACT) {
                    Ok(text) => text,
                    Err(_) => panic!("WGSL is UTF-8"),
                }
            },
        };)+
    };
}

pieces! {
    LIB_ACTIVATION = "lib/activation";
    LIB_CONV = "lib/conv";
    LIB_DIRECT = "lib/direct";
    LIB_EPILOGUE = "lib/epilogue";
    LIB_INPUTS = "lib/inputs";
    LIB_LAYER = "lib/layer";
    LIB_LIKELIHOOD = "lib/likelihood";
    LIB_LOSSES = "lib/losses";
    LIB_LOSSES_APART = "lib/losses_apart";
    LIB_MATH = "lib/math";
    LIB_OWN_ROWS = "lib/own_rows";
    LIB_PIXELS = "lib/pixels";
    LIB_PRODUCTS = "lib/products";
    LIB_RNG = "lib/rng";
    LIB_ROWS_16 = "lib/rows_16";
    LIB_ROWS_16_PARTS = "lib/rows_16_parts";
    LIB_ROWS_64 = "lib/rows_64";
    LIB_STEP = "lib/step";
    LIB_TILE = "lib/tile";
    LIB_UPDATE = "lib/update";
    LIB_WEIGHTS = "lib/weights";
    ACTIVATE = "activate";
    ADAM = "adam";
    CONDITION = "condition";
    CONDITION_GRAD = "condition_grad";
    CONV = "conv";
    CONV_GRAD_BIAS = "conv_grad_bias";
    CONV_GRAD_WEIGHT = "conv_grad_weight";
    CONV_TRANSPOSE = "conv_transpose";
    FREE_BITS = "free_bits";
    FUSED_GATHER_LINEAR = "fused/gather_linear";
    FUSED_LATENT = "fused/latent";
    FUSED_LATENT_GRAD = "fused/latent_grad";
    FUSED_UPDATE = "fused/update";
    GATHER = "gather";
    GATHER_LABELS = "gather_labels";
    GRAD_NORM = "grad_norm";
    IMPORTANCE_WEIGHTS = "importance_weights";
    IWAE_GRAD = "iwae_grad";
    LINEAR = "linear";
    LINEAR_GRAD_INPUT = "linear_grad_input";
    LINEAR_GRAD_WEIGHT = "linear_grad_weight";
    LINEAR_LOSS = "linear_loss";
    LOSS = "loss";
    METRICS = "metrics";
    REPARAM = "reparam";
    REPARAM_GRAD = "reparam_grad";
    RMSPROP = "rmsprop";
    SCALE_ROWS = "scale_rows";
    SGD = "sgd";
    SUM_SLICES = "sum_slices";
}

/// A file under `shaders/`.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// Its path there, without the extension.
    pub file: &'static str,
    #[cfg(not(target_arch = "wasm32"))]
    text: &'static str,
}

impl Piece {
    /// Its WGSL, without comments and indentation.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// Its WGSL, without comments and indentation; empty before it was fetched, which is before there is a pipeline.
    #[cfg(target_arch = "wasm32")]
    #[must_use]
    pub fn text(&self) -> &'static str {
        super::texts::of(self.file).unwrap_or_default()
    }
}

/// How much of a matrix product one workgroup computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tile {
    /// The kernel is no matrix product.
    None,
    /// 16 rows × 64 columns: products with few rows, spread over many workgroups.
    Low,
    /// 16 rows × 64 columns, their terms shared out over four times as many invocations: products with few tiles.
    Parts,
    /// 16 rows × 64 columns without workgroup memory: devices on which waiting for one another costs more than it saves.
    Direct,
    /// 64 rows × 64 columns: fewest loads a multiplication.
    Square,
}

impl Tile {
    /// The kinds that a product can be computed by.
    pub const KINDS: [Self; 4] = [Self::Low, Self::Parts, Self::Direct, Self::Square];

    /// Columns of the product that one workgroup computes.
    pub const COLUMNS: u32 = 64;

    /// Rows of the product that one workgroup computes.
    #[must_use]
    pub const fn rows(self) -> u32 {
        match self {
            Self::None => 1,
            Self::Low | Self::Parts | Self::Direct => 16,
            Self::Square => 64,
        }
    }

    /// The kind for products that is called so where races are kept.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::KINDS
            .into_iter()
            .zip(["low", "parts", "direct", "square"])
            .find(|kind| kind.1 == name)
            .map(|kind| kind.0)
    }

    /// What tells the kernels its size.
    const fn pieces(self) -> &'static [Piece] {
        match self {
            Self::None => &[],
            Self::Low => &[LIB_ROWS_16, LIB_TILE],
            Self::Parts => &[LIB_ROWS_16_PARTS, LIB_TILE],
            Self::Direct => &[LIB_DIRECT],
            Self::Square => &[LIB_ROWS_64, LIB_TILE],
        }
    }
}

/// One compute shader with the entry point `main`.
#[derive(Debug, Clone, Copy)]
pub struct Shader {
    /// [`Op::name`](crate::op::Op::name) of the operation it computes, or `fused/` and what it computes in one.
    pub name: &'static str,
    /// Which of the kernel's variants it is.
    pub tile: Tile,
    /// What the kernel's text consists of behind what all have; the last piece is its own file.
    own: &'static [Piece],
}

impl Shader {
    /// What its text consists of; the last piece is the kernel's own file.
    pub fn pieces(&self) -> impl Iterator<Item = &'static Piece> + use<> {
        const STEP: &[Piece] = &[LIB_STEP];
        STEP.iter().chain(self.tile.pieces()).chain(self.own)
    }

    /// Its WGSL.
    #[must_use]
    pub fn source(&self) -> String {
        self.pieces().map(Piece::text).collect()
    }
}

/// A kernel's name, the tiles it comes in, and its text.
type Kernel = (&'static str, &'static [Tile], &'static [Piece]);

const FLAT: &[Tile] = &[Tile::None];
/// Kernels whose tiles' last workgroup sums the losses.
const SUMMING: &[Tile] = &[Tile::Low, Tile::Parts, Tile::Square];
const DIRECT: &[Tile] = &[Tile::Direct];
const TILED: &[Tile] = &Tile::KINDS;

const KERNELS: &[Kernel] = &[
    ("gather", FLAT, &[LIB_RNG, LIB_PIXELS, GATHER]),
    ("gather_labels", FLAT, &[GATHER_LABELS]),
    ("condition", FLAT, &[CONDITION]),
    ("condition_grad", FLAT, &[CONDITION_GRAD]),
    ("linear", TILED, &[LIB_MATH, LIB_ACTIVATION, LIB_INPUTS, LIB_WEIGHTS, LIB_LAYER, LINEAR]),
    ("activate", FLAT, &[LIB_MATH, LIB_ACTIVATION, ACTIVATE]),
    ("reparam", FLAT, &[LIB_RNG, REPARAM]),
    ("linear_loss", TILED, &[LIB_MATH, LIB_LIKELIHOOD, LIB_INPUTS, LIB_WEIGHTS, LINEAR_LOSS]),
    ("loss", FLAT, &[LIB_MATH, LIB_LIKELIHOOD, LOSS]),
    ("linear_grad_input", TILED, &[LIB_MATH, LIB_ACTIVATION, LINEAR_GRAD_INPUT]),
    ("reparam_grad", FLAT, &[REPARAM_GRAD]),
    ("free_bits", FLAT, &[FREE_BITS]),
    ("importance_weights", FLAT, &[LIB_MATH, LIB_RNG, IMPORTANCE_WEIGHTS]),
    ("scale_rows", FLAT, &[SCALE_ROWS]),
    ("iwae_grad", FLAT, &[IWAE_GRAD]),
    ("conv", TILED, &[LIB_MATH, LIB_ACTIVATION, LIB_CONV, LIB_EPILOGUE, CONV]),
    ("conv_transpose", TILED, &[LIB_MATH, LIB_ACTIVATION, LIB_CONV, LIB_EPILOGUE, CONV_TRANSPOSE]),
    ("conv_grad_weight", TILED, &[LIB_CONV, CONV_GRAD_WEIGHT]),
    ("sum_slices", FLAT, &[SUM_SLICES]),
    ("conv_grad_bias", FLAT, &[CONV_GRAD_BIAS]),
    ("linear_grad_weight", TILED, &[LIB_PRODUCTS, LINEAR_GRAD_WEIGHT]),
    ("grad_norm", FLAT, &[GRAD_NORM]),
    ("sgd", FLAT, &[LIB_UPDATE, SGD]),
    ("rmsprop", FLAT, &[LIB_UPDATE, RMSPROP]),
    ("adam", FLAT, &[LIB_UPDATE, ADAM]),
    ("metrics", FLAT, &[LIB_LOSSES, METRICS]),
    (
        "fused/gather_linear",
        TILED,
        &[LIB_MATH, LIB_ACTIVATION, LIB_RNG, LIB_PIXELS, LIB_WEIGHTS, LIB_LAYER, FUSED_GATHER_LINEAR],
    ),
    ("fused/latent", FLAT, &[LIB_MATH, LIB_ACTIVATION, LIB_RNG, LIB_OWN_ROWS, FUSED_LATENT]),
    ("fused/latent_grad", FLAT, &[LIB_MATH, LIB_ACTIVATION, LIB_OWN_ROWS, FUSED_LATENT_GRAD]),
    ("fused/update_sgd", SUMMING, &[LIB_PRODUCTS, LIB_LOSSES, SGD, FUSED_UPDATE]),
    ("fused/update_sgd", DIRECT, &[LIB_PRODUCTS, LIB_LOSSES_APART, SGD, FUSED_UPDATE]),
    ("fused/update_rmsprop", SUMMING, &[LIB_PRODUCTS, LIB_LOSSES, RMSPROP, FUSED_UPDATE]),
    ("fused/update_rmsprop", DIRECT, &[LIB_PRODUCTS, LIB_LOSSES_APART, RMSPROP, FUSED_UPDATE]),
    ("fused/update_adam", SUMMING, &[LIB_PRODUCTS, LIB_LOSSES, ADAM, FUSED_UPDATE]),
    ("fused/update_adam", DIRECT, &[LIB_PRODUCTS, LIB_LOSSES_APART, ADAM, FUSED_UPDATE]),
];

const COUNT: usize = {
    let (mut i, mut count) = (0, 0);
    while i < KERNELS.len() {
        count += KERNELS[i].1.len();
        i += 1;
    }
    count
};

/// All of them: every variant of every kernel.
pub const SHADERS: &[Shader] = &{
    let mut all = [Shader { name: "", tile: Tile::None, own: &[] }; COUNT];
    let (mut i, mut at) = (0, 0);
    while i < KERNELS.len() {
        let (name, tiles, own) = KERNELS[i];
        let mut j = 0;
        while j < tiles.len() {
            all[at] = Shader { name, tile: tiles[j], own };
            (at, j) = (at + 1, j + 1);
        }
        i += 1;
    }
    all
};

/// Index in [`SHADERS`] of a variant of a kernel.
///
/// # Errors
/// [`Error::Unsupported`] where the kernel has no such variant.
pub(super) fn find(name: &str, tile: Tile) -> Result<usize> {
    SHADERS
        .iter()
        .position(|s| s.name == name && s.tile == tile)
        .ok_or_else(|| Error::Unsupported(format!("no shader computes {name} by tiles {tile:?}")))
}
