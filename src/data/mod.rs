//! From files and drawings to images the engine can train on.

pub mod idx;
