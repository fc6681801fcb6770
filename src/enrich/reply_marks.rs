//! Marks that mail programs put before a subject, in many languages.

/// Marks of a reply. Source: the localised prefixes of Outlook and Gmail, as Wikipedia's list of e-mail
/// subject abbreviations has them.
const REPLY: [&str; 19] =
    ["re", "aw", "antw", "sv", "vs", "res", "rif", "r", "odp", "ynt", "cevap", "ref", "atb", "vá", "bls", "回复", "回覆", "答复", "답장"];
/// Marks of a forwarded mail.
const FORWARD: [&str; 14] = ["fw", "fwd", "wg", "tr", "rv", "enc", "i", "vb", "doorst", "vl", "pd", "ilt", "转发", "轉寄"];

/// The subject of the thread that a mail is in, in lower case and without marks, and whether the mail is a
/// reply in it. `[EXTERNAL]` and the like do not count.
pub fn thread_of(subject: &str) -> (String, bool) {
    let mut rest = subject.trim();
    let mut reply = false;
    loop {
        if let Some((_, after)) = rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            rest = after.trim_start();
            continue;
        }
        let Some((mark, after)) = rest.split_once([':', '：']) else { break };
        // "Re[2]", "RE^3", "AW (2)": how many replies there were.
        let mark = mark.trim_end_matches(|c: char| c.is_ascii_digit() || " []()^".contains(c)).to_lowercase();
        let is_reply = REPLY.contains(&mark.as_str());
        if !is_reply && !FORWARD.contains(&mark.as_str()) {
            break;
        }
        reply |= is_reply;
        rest = after.trim_start();
    }
    (rest.trim_end().to_lowercase(), reply)
}

#[cfg(test)]
mod tests {
    use super::thread_of;

    #[test]
    fn marks_of_replies_are_taken_off_in_any_language() {
        for subject in ["Re: Order 7", "AW: WG: Order 7", "[EXTERNAL] RE[2]: order 7 ", "Fwd: Sv: Order 7", "回复：Order 7"] {
            assert_eq!(thread_of(subject), ("order 7".to_owned(), true), "{subject}");
        }
    }

    #[test]
    fn a_first_or_forwarded_mail_is_no_reply() {
        assert_eq!(thread_of("Order 7"), ("order 7".to_owned(), false));
        assert_eq!(thread_of("FW: Order 7"), ("order 7".to_owned(), false));
        assert_eq!(thread_of("Reminder: Order 7"), ("reminder: order 7".to_owned(), false));
        assert_eq!(thread_of("[Ticket 5"), ("[ticket 5".to_owned(), false));
        assert_eq!(thread_of(""), (String::new(), false));
    }
}
