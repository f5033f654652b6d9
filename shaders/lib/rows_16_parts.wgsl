// Tiles of 16 rows in four parts along k: products with so few tiles that each has many cores of a GPU to itself.
const TILE_ROWS = 16u;
const TILE_DEPTH = 32u;
const TILE_PARTS = 4u;
