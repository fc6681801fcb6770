//! Formats that are recognised by their names alone.

use super::Format;
use crate::events::{Batch, Family};
use crate::evidence::{Fields, Record};

/// In which form the records of a format come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Rows of a table.
    Rows,
    /// Objects.
    Objects,
    /// Either.
    Any,
}

/// A format without rules of its own: names that a record must have, and a reader.
pub struct Declared {
    /// Stable id.
    pub id: &'static str,
    /// What it is called in the field.
    pub title: &'static str,
    /// Which kind of log.
    pub family: Family,
    /// In which form its records come.
    pub form: Form,
    /// Folded names that a record must all have.
    pub required: &'static [&'static str],
    /// Folded names that a record must not have.
    pub forbidden: &'static [&'static str],
    /// Turns a record into what it is.
    pub read: fn(&Record<'_>, &mut Batch),
}

impl Format for Declared {
    fn id(&self) -> &'static str {
        self.id
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn family(&self) -> Family {
        self.family
    }

    fn required(&self) -> &'static [&'static str] {
        self.required
    }

    fn forbidden(&self) -> &'static [&'static str] {
        self.forbidden
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let fits = match self.form {
            Form::Any => true,
            Form::Rows => matches!(record.fields, Fields::Row(..)),
            Form::Objects => matches!(record.fields, Fields::Object(_)),
        };
        let all = fits && self.required.iter().all(|name| record.has(name)) && !self.forbidden.iter().any(|name| record.has(name));
        if all { self.required.len() } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        (self.read)(record, out);
    }
}
