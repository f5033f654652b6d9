//! Every compute shader of the crate: one kernel file each, with the shared pieces it names in front.
//!
//! Each file is in the program once, without comments and indentation, which are half of its bytes; a shader's text is
//! joined when its pipeline is made.

/// Declares each file's text as a constant.
macro_rules! pieces {
    ($($name:ident = $file:literal;)+) => {
        $(const $name: Piece = Piece {
            file: $file,
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
    LIB_EPILOGUE = "lib/epilogue";
    LIB_LIKELIHOOD = "lib/likelihood";
    LIB_MATH = "lib/math";
    LIB_RNG = "lib/rng";
    LIB_ROWS_16 = "lib/rows_16";
    LIB_ROWS_64 = "lib/rows_64";
    LIB_STEP = "lib/step";
    LIB_TILE = "lib/tile";
    LIB_UPDATE = "lib/update";
    ACTIVATE = "activate";
    ADAM = "adam";
    CONDITION = "condition";
    CONDITION_GRAD = "condition_grad";
    CONV = "conv";
    CONV_GRAD_BIAS = "conv_grad_bias";
    CONV_GRAD_WEIGHT = "conv_grad_weight";
    CONV_TRANSPOSE = "conv_transpose";
    FREE_BITS = "free_bits";
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

/// `text` without comments, indentation and empty lines, and the length of that; what exceeds the room is left out.
const fn compact<const ROOM: usize>(text: &[u8]) -> ([u8; ROOM], usize) {
    let mut kept = [0; ROOM];
    let (mut from, mut len, mut line_begins) = (0, 0, true);
    while from < text.len() {
        let c = text[from];
        if c == b'/' && from + 1 < text.len() && text[from + 1] == b'/' {
            while from < text.len() && text[from] != b'\n' {
                from += 1;
            }
            continue;
        }
        if !(line_begins && (c == b' ' || c == b'\n')) {
            if len < ROOM {
                kept[len] = c;
            }
            len += 1;
            line_begins = c == b'\n';
        }
        from += 1;
    }
    (kept, len)
}

/// A file under `shaders/`.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// Its path there, without the extension.
    pub file: &'static str,
    /// Its WGSL, without comments and indentation.
    pub text: &'static str,
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
    /// What its text consists of; the last piece is its own file.
    pub pieces: &'static [Piece],
}

impl Shader {
    /// Its WGSL.
    #[must_use]
    pub fn source(&self) -> String {
        self.pieces.iter().map(|piece| piece.text).collect()
    }
}

const fn shader(name: &'static str, tile: Tile, pieces: &'static [Piece]) -> Shader {
    Shader { name, tile, pieces }
}

/// All of them.
pub const SHADERS: &[Shader] = &[
    shader("gather", Tile::None, &[LIB_STEP, LIB_RNG, GATHER]),
    shader("gather_labels", Tile::None, &[LIB_STEP, GATHER_LABELS]),
    shader("condition", Tile::None, &[LIB_STEP, CONDITION]),
    shader("condition_grad", Tile::None, &[LIB_STEP, CONDITION_GRAD]),
    shader("linear", Tile::Low, &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, LIB_ROWS_16, LIB_TILE, LINEAR]),
    shader("linear", Tile::Square, &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, LIB_ROWS_64, LIB_TILE, LINEAR]),
    shader("activate", Tile::None, &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, ACTIVATE]),
    shader("reparam", Tile::None, &[LIB_STEP, LIB_RNG, REPARAM]),
    shader(
        "linear_loss",
        Tile::Low,
        &[LIB_STEP, LIB_MATH, LIB_LIKELIHOOD, LIB_ROWS_16, LIB_TILE, LINEAR_LOSS],
    ),
    shader(
        "linear_loss",
        Tile::Square,
        &[LIB_STEP, LIB_MATH, LIB_LIKELIHOOD, LIB_ROWS_64, LIB_TILE, LINEAR_LOSS],
    ),
    shader("loss", Tile::None, &[LIB_STEP, LIB_MATH, LIB_LIKELIHOOD, LOSS]),
    shader(
        "linear_grad_input",
        Tile::Low,
        &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, LIB_ROWS_16, LIB_TILE, LINEAR_GRAD_INPUT],
    ),
    shader(
        "linear_grad_input",
        Tile::Square,
        &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, LIB_ROWS_64, LIB_TILE, LINEAR_GRAD_INPUT],
    ),
    shader("reparam_grad", Tile::None, &[LIB_STEP, REPARAM_GRAD]),
    shader("free_bits", Tile::None, &[LIB_STEP, FREE_BITS]),
    shader("importance_weights", Tile::None, &[LIB_STEP, LIB_MATH, LIB_RNG, IMPORTANCE_WEIGHTS]),
    shader("scale_rows", Tile::None, &[LIB_STEP, SCALE_ROWS]),
    shader("iwae_grad", Tile::None, &[LIB_STEP, IWAE_GRAD]),
    shader(
        "conv",
        Tile::Low,
        &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, LIB_ROWS_16, LIB_TILE, LIB_CONV, LIB_EPILOGUE, CONV],
    ),
    shader(
        "conv",
        Tile::Square,
        &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, LIB_ROWS_64, LIB_TILE, LIB_CONV, LIB_EPILOGUE, CONV],
    ),
    shader(
        "conv_transpose",
        Tile::Low,
        &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, LIB_ROWS_16, LIB_TILE, LIB_CONV, LIB_EPILOGUE, CONV_TRANSPOSE],
    ),
    shader(
        "conv_transpose",
        Tile::Square,
        &[LIB_STEP, LIB_MATH, LIB_ACTIVATION, LIB_ROWS_64, LIB_TILE, LIB_CONV, LIB_EPILOGUE, CONV_TRANSPOSE],
    ),
    shader("conv_grad_weight", Tile::Low, &[LIB_STEP, LIB_ROWS_16, LIB_TILE, LIB_CONV, CONV_GRAD_WEIGHT]),
    shader("conv_grad_weight", Tile::Square, &[LIB_STEP, LIB_ROWS_64, LIB_TILE, LIB_CONV, CONV_GRAD_WEIGHT]),
    shader("sum_slices", Tile::None, &[LIB_STEP, SUM_SLICES]),
    shader("conv_grad_bias", Tile::None, &[LIB_STEP, CONV_GRAD_BIAS]),
    shader("linear_grad_weight", Tile::Low, &[LIB_STEP, LIB_ROWS_16, LIB_TILE, LINEAR_GRAD_WEIGHT]),
    shader("linear_grad_weight", Tile::Square, &[LIB_STEP, LIB_ROWS_64, LIB_TILE, LINEAR_GRAD_WEIGHT]),
    shader("grad_norm", Tile::None, &[LIB_STEP, GRAD_NORM]),
    shader("sgd", Tile::None, &[LIB_STEP, LIB_UPDATE, SGD]),
    shader("rmsprop", Tile::None, &[LIB_STEP, LIB_UPDATE, RMSPROP]),
    shader("adam", Tile::None, &[LIB_STEP, LIB_UPDATE, ADAM]),
    shader("metrics", Tile::None, &[LIB_STEP, METRICS]),
];

/// Index in [`SHADERS`] of a variant of an operation.
pub(super) fn find(name: &str, tile: Tile) -> Option<usize> {
    SHADERS.iter().position(|s| s.name == name && s.tile == tile)
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn comments_indentation_and_empty_lines_go() {
        let text = "// A.\n\nfn f() -> u32 { // b\n    return 6u / 2u;\n\n}\n";
        let expected = "fn f() -> u32 { \nreturn 6u / 2u;\n}\n";
        let (kept, len) = compact::<64>(text.as_bytes());
        assert_eq!(std::str::from_utf8(&kept[..len]).unwrap(), expected);
        assert_eq!(compact::<0>(text.as_bytes()).1, expected.len());
        assert_eq!(compact::<0>(b"x //").1, 2);
    }
}
