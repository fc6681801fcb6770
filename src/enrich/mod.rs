//! What is known of things that records name: folders and words of rules.

pub mod folders;
pub mod rule_words;
