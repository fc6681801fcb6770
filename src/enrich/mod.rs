//! What is known of things that records name: folders and words of rules.

mod folders;
mod rule_words;

pub use folders::{HidingFolder, hiding_folder};
pub use rule_words::telling_word;
