//! Texts of the evidence in PowerShell: the only way in which they get into a command.
//!
//! PowerShell takes five characters for a single quote (`'` and U+2018 to U+201B), ends a comment at a line
//! end and a block comment at `#>`, and Windows PowerShell reads a file without a mark as its old code page, in
//! which bytes of ordinary letters become quotes. So a text stands between plain single quotes, where
//! nothing but the quote has a meaning, with every quote doubled, and whatever is not printable ASCII stands
//! as its number.
//!
//! Source: PowerShell/PowerShell, `about_Quoting_Rules` and `CharTraits.cs` (`IsSingleQuote`).

use std::fmt::{self, Display, Formatter};

/// A text as one PowerShell expression that yields exactly it: printable ASCII on one line, whatever the
/// text holds.
///
/// `O'Neill` is `'O''Neill'`; a name of another script or with a line end is an expression in parentheses,
/// which works wherever a quoted text does.
#[derive(Clone, Copy, Debug)]
pub struct Literal<'t>(pub &'t str);

/// True for what can stand between quotes as it is.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~')
}

impl Display for Literal<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Literal(text) = *self;
        if text.chars().all(is_plain) {
            return quoted(f, text);
        }
        // Begins with a text, so that `+` joins texts and does not add numbers.
        f.write_str("(''")?;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let plain = is_plain(first);
            let end = rest.find(|c| is_plain(c) != plain).unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            f.write_str(" + ")?;
            if plain {
                quoted(f, run)?;
            } else {
                numbered(f, run)?;
            }
            rest = after;
        }
        f.write_str(")")
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "'{}'", text.replace('\'', "''"))
}

/// Characters by the numbers of their UTF-16 units, which is what PowerShell's characters are.
fn numbered(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let numbers: Vec<String> = text.encode_utf16().map(|unit| format!("0x{unit:X}")).collect();
    write!(f, "(-join [char[]]({}))", numbers.join(","))
}

/// One line of PowerShell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Command(String);

impl Command {
    /// A command with texts of the evidence in the places of `{}`, each as a [`Literal`].
    pub fn new(template: &'static str, texts: &[&str]) -> Command {
        debug_assert_eq!(template.matches("{}").count(), texts.len(), "{template}");
        let mut texts = texts.iter();
        let mut line = String::with_capacity(template.len() + 64);
        for (at, part) in template.split("{}").enumerate() {
            if at > 0 {
                line.push_str(&Literal(texts.next().copied().unwrap_or_default()).to_string());
            }
            line.push_str(part);
        }
        Command(line)
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A filter of Graph that compares a property with a text: `OData` has quotes of its own.
pub fn filter(property: &str, value: &str) -> String {
    format!("{property} eq '{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PowerShell makes of an expression that [`Literal`] wrote, by PowerShell's rules: inside quotes
    /// only two quotes in a row mean anything.
    fn read(expression: &str) -> Option<String> {
        let mut units: Vec<u16> = Vec::new();
        let body = match expression.strip_prefix('(') {
            Some(rest) => rest.strip_suffix(')')?,
            None => expression,
        };
        let mut rest = body;
        loop {
            if let Some(numbers) = rest.strip_prefix("(-join [char[]](") {
                let (numbers, after) = numbers.split_once("))")?;
                for number in numbers.split(',') {
                    units.push(u16::from_str_radix(number.strip_prefix("0x")?, 16).ok()?);
                }
                rest = after;
            } else {
                let mut inner = rest.strip_prefix('\'')?;
                loop {
                    let end = inner.find(['\'', '\u{2018}', '\u{2019}', '\u{201A}', '\u{201B}'])?;
                    units.extend(inner.get(..end)?.encode_utf16());
                    let quote = inner.get(end..)?.chars().next()?;
                    inner = inner.get(end + quote.len_utf8()..)?;
                    match inner.chars().next() {
                        Some(next) if next == quote => {
                            units.extend(quote.encode_utf16(&mut [0; 2]).iter());
                            inner = inner.get(quote.len_utf8()..)?;
                        }
                        _ => break,
                    }
                }
                rest = inner;
            }
            match rest.strip_prefix(" + ") {
                Some(after) => rest = after,
                None => return rest.is_empty().then(|| String::from_utf16(&units).unwrap()),
            }
        }
    }

    const HOSTILE: [&str; 16] = [
        "'; Remove-Item C:\\ -Recurse; '",
        "\u{2019}; calc; \u{2018}",
        "\u{201A}\u{201B}",
        "$(calc) `$x ${env:x}",
        "a\r\nRemove-Mailbox x",
        "nul\0nul",
        "-Force",
        "--%",
        "#> calc <#",
        "'@\r\n@'",
        "``` <script>",
        "Überweisung 請求書 \u{1F4A9}",
        "\u{202e}txt.exe",
        "\u{1b}[2J\u{7f}\u{85}\u{2028}",
        "''''",
        "",
    ];

    #[test]
    fn every_text_comes_out_as_it_went_in_and_nothing_of_it_is_code() {
        for text in HOSTILE {
            let written = Literal(text).to_string();
            assert_eq!(read(&written).as_deref(), Some(text), "{written}");
            assert!(written.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{written}");
        }
    }

    #[test]
    fn ordinary_texts_look_ordinary() {
        assert_eq!(Literal("O'Neill").to_string(), "'O''Neill'");
        assert_eq!(Literal("$x `n").to_string(), "'$x `n'");
        assert_eq!(Literal("a\n").to_string(), "('' + 'a' + (-join [char[]](0xA)))");
        assert_eq!(Literal("\u{2019}x").to_string(), "('' + (-join [char[]](0x2019)) + 'x')");
    }

    #[test]
    fn texts_fill_the_places_of_a_command_in_their_order() {
        let command = Command::new("Remove-InboxRule -Mailbox {} -Identity {} | ForEach-Object { $_ }", &["a'b", "{}"]);
        assert_eq!(command.as_str(), "Remove-InboxRule -Mailbox 'a''b' -Identity '{}' | ForEach-Object { $_ }");
    }

    #[test]
    fn a_filter_quotes_for_odata_and_then_for_powershell() {
        let command = Command::new("Get-MgServicePrincipal -Filter {}", &[&filter("displayName", "O'x' or '1' eq '1")]);
        assert_eq!(command.as_str(), "Get-MgServicePrincipal -Filter 'displayName eq ''O''''x'''' or ''''1'''' eq ''''1'''");
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn powershell_itself_reads_every_text_back() {
        let script: Vec<String> = HOSTILE
            .iter()
            .map(|text| {
                let units: Vec<String> = text.encode_utf16().map(|unit| unit.to_string()).collect();
                let expected = units.join(",");
                format!("if ((([char[]]{} | ForEach-Object {{ [int]$_ }}) -join ',') -ne '{expected}') {{ exit 1 }}\n", Literal(text))
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("literals.ps1");
        std::fs::write(&path, script.concat()).unwrap();
        let Ok(run) = std::process::Command::new("pwsh").args(["-NoProfile", "-NonInteractive", "-File"]).arg(&path).output() else {
            eprintln!("skipped: no pwsh on this machine");
            return;
        };
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
}
