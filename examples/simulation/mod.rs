//! Invented companies, what their people do, and the exports that tell of it. Shared by the program that
//! makes the example folders and by the one that calibrates.

pub mod acts;
pub mod chance;
pub mod clock;
pub mod directory;
pub mod export;
pub mod life;
pub mod odd_days;
pub mod settings;
pub mod sharing;
pub mod tenant;
pub mod words;
pub mod world;
