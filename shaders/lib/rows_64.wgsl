// Tiles of 64 rows: fewest loads a multiplication.
const TILE_ROWS = 64u;

