//! CliXML, as PowerShell's `Export-Clixml` writes it: one object at a time, as JSON.

mod convert;
mod split;

pub(super) use split::XmlSplitter;
