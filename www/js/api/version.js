// Which release these modules belong to: Cargo.toml's version, held to it by a test.

export const VERSION = '0.1.0';
