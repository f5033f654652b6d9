// Tiles of 16 rows: products with few rows, where larger tiles would leave most of a GPU idle.
const TILE_ROWS = 16u;
const TILE_DEPTH = 16u;
const TILE_PARTS = 1u;
