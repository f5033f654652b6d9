// Tiles of 64 rows: fewest loads a multiplication.
const TILE_ROWS = 64u;
const TILE_DEPTH = 16u;
const TILE_PARTS = 1u;
