//! Folders in which intruders hide mail, in the languages of mailboxes.
//!
//! Source: the folder list of LETHAL-FORENSICS/Microsoft-Analyzer-Suite (Blacklists, 2023-2024) for most
//! names; published cases ("RSS Subscription", March 2023); general knowledge of Outlook's translations
//! for the rest. A move to such a folder is telling only together with something else; the archive least.

use unicode_normalization::UnicodeNormalization;

/// What kind of folder a name is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HidingFolder {
    /// RSS feeds: hardly anybody opens it.
    Rss,
    /// Conversation history.
    ConversationHistory,
    /// Archive: much used honestly.
    Archive,
    /// Junk mail.
    Junk,
    /// Deleted items.
    Deleted,
    /// Any other place where mail is not looked for: sync issues, notes, a name of one or two symbols.
    Other,
}

impl HidingFolder {
    /// What to call it in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            HidingFolder::Rss => "RSS folder",
            HidingFolder::ConversationHistory => "conversation history",
            HidingFolder::Archive => "archive",
            HidingFolder::Junk => "junk mail folder",
            HidingFolder::Deleted => "deleted items",
            HidingFolder::Other => "folder that is hardly opened",
        }
    }
}

/// Names without blanks and hyphens, lower case, composed; RSS names without a final `s`.
const NAMES: &[(HidingFolder, &[&str])] = &[
    (
        HidingFolder::Rss,
        &[
            "rss",
            "rssfeed",
            "rsssubscription",
            "rssabonnement",
            "rssfeeder",
            "rsssyötteet",
            "rssподписки",
            "rssканалы",
            "sottoscrizionirss",
            "feedrss",
            "feedsrss",
            "fluxrss",
            "fuentesrss",
            "suscripcionesderss",
            "suscripcionesrss",
            "kanałyinformacyjnerss",
            "źródładanychrss",
            "rssflöden",
            "rssフィード",
            "rss源",
            "rss订阅",
            "rss摘要",
            "rss피드",
        ],
    ),
    (
        HidingFolder::ConversationHistory,
        &[
            "conversationhistory",
            "verlaufderunterhaltung",
            "aufgezeichneteunterhaltungen",
            "unterhaltungsverlauf",
            "historiquedesconversations",
            "historialdeconversaciones",
            "cronologiadelleconversazioni",
            "cronologiaconversazioni",
            "históricodeconversações",
            "históricodeconversa",
            "históricodeconversas",
            "gesprekgeschiedenis",
            "gespreksgeschiedenis",
            "konversationshistorik",
            "samtalehistorik",
            "samtalelogg",
            "keskusteluhistoria",
            "historiakonwersacji",
            "журналбесед",
            "会話の履歴",
            "会話履歴",
            "对话历史记录",
        ],
    ),
    (
        HidingFolder::Archive,
        &[
            "archive",
            "archives",
            "archiv",
            "archivo",
            "archivio",
            "arquivo",
            "arquivomorto",
            "archiveren",
            "archief",
            "arkiv",
            "arkiver",
            "arkisto",
            "archiwum",
            "архив",
            "アーカイブ",
            "存档",
        ],
    ),
    (
        HidingFolder::Junk,
        &[
            "junk",
            "junkemail",
            "junkmail",
            "spam",
            "courrierindésirable",
            "correonodeseado",
            "postaindesiderata",
            "emaildelixo",
            "lixoeletrônico",
            "lixoeletrónico",
            "ongewensteemail",
            "skräppost",
            "uønsketmail",
            "uønsketpost",
            "søppelpost",
            "søppelepost",
            "roskaposti",
            "wiadomościśmieci",
            "нежелательнаяпочта",
            "迷惑メール",
            "垃圾邮件",
        ],
    ),
    (
        HidingFolder::Deleted,
        &[
            "deleteditems",
            "deleted",
            "trash",
            "gelöschteelemente",
            "gelöschteobjekte",
            "élémentssupprimés",
            "elementoseliminados",
            "postaeliminata",
            "itensexcluídos",
            "itenseliminados",
            "verwijderdeitems",
            "borttaget",
            "borttagnaobjekt",
            "slettetpost",
            "slettedeelementer",
            "poistetut",
            "elementyusunięte",
            "удаленные",
            "удалённые",
            "削除済みアイテム",
            "已删除邮件",
            "recoverableitemsdeletions",
        ],
    ),
    (
        HidingFolder::Other,
        &["syncissues", "conflicts", "localfailures", "serverfailures", "drafts", "notes", "calendar", "outbox", "clutter", "journal"],
    ),
];

/// The kind of hiding place that a folder is by its name, path (`\Inbox\RSS Feeds`,
/// `mailbox:\Archive`) or well-known name of Graph (`deleteditems`); `None` for an ordinary folder.
pub fn hiding_folder(name: &str) -> Option<HidingFolder> {
    let path = name.trim().trim_end_matches(['\\', '/']);
    let last = path.rsplit(['\\', '/']).next().unwrap_or(path).trim();
    if last.is_empty() {
        return None;
    }
    let folded: String =
        last.nfc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}')).collect();
    let singular = folded.strip_suffix('s').unwrap_or(&folded);
    for (kind, names) in NAMES {
        let hit = names.contains(&folded.as_str()) || *kind == HidingFolder::Rss && names.contains(&singular);
        if hit {
            return Some(*kind);
        }
    }
    let symbols = last.chars().count() <= 2 && !last.chars().any(char::is_alphanumeric);
    // `?` stands for a letter that an ASCII export has lost.
    (symbols && !last.contains('?')).then_some(HidingFolder::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiding_places_are_known_in_every_language_and_spelling() {
        for (name, kind) in [
            ("RSS Feeds", HidingFolder::Rss),
            ("RSS Subscription", HidingFolder::Rss),
            ("\\Posteingang\\RSS-Abonnements", HidingFolder::Rss),
            ("rss feed", HidingFolder::Rss),
            ("Junk E-Mail", HidingFolder::Junk),
            ("Junk-E-Mail", HidingFolder::Junk),
            ("a@example.com:\\Archive", HidingFolder::Archive),
            ("E\u{301}le\u{301}ments supprime\u{301}s", HidingFolder::Deleted),
            ("deleteditems", HidingFolder::Deleted),
            ("УДАЛЕННЫЕ", HidingFolder::Deleted),
            ("Verlauf der Unterhaltung", HidingFolder::ConversationHistory),
            ("..", HidingFolder::Other),
            ("Sync Issues", HidingFolder::Other),
        ] {
            assert_eq!(hiding_folder(name), Some(kind), "{name}");
        }
    }

    #[test]
    fn ordinary_folders_are_not() {
        for name in ["Invoices", "", "Inbox\\Clients", "Archive 2021 clients", "Press", "??", "QA", "Junkyard project"] {
            assert_eq!(hiding_folder(name), None, "{name}");
        }
    }
}
