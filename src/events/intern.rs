//! Interned text: a number for each distinct string, user name and address.
//!
//! Events hold these numbers instead of text. Batches intern locally, so that threads share nothing;
//! when a batch is merged into the store its numbers are translated, in batch order, so that the
//! numbering never depends on threads.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::{BuildHasher, Hash, Hasher};
use std::marker::PhantomData;

/// A number that stands for an interned value of kind `K`; 0 is "none" (the empty text).
pub struct Id<K> {
    raw: u32,
    kind: PhantomData<fn() -> K>,
}

macro_rules! derive_for_id {
    () => {
        impl<K> Clone for Id<K> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<K> Copy for Id<K> {}
        impl<K> PartialEq for Id<K> {
            fn eq(&self, other: &Self) -> bool {
                self.raw == other.raw
            }
        }
        impl<K> Eq for Id<K> {}
        impl<K> PartialOrd for Id<K> {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl<K> Ord for Id<K> {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.raw.cmp(&other.raw)
            }
        }
        impl<K> Hash for Id<K> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.raw.hash(state);
            }
        }
        impl<K> Default for Id<K> {
            fn default() -> Self {
                Self::NONE
            }
        }
        impl<K> std::fmt::Debug for Id<K> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "#{}", self.raw)
            }
        }
    };
}
derive_for_id!();

impl<K> Id<K> {
    /// "None": the empty text.
    pub const NONE: Id<K> = Id { raw: 0, kind: PhantomData };

    /// From an index into a table that is parallel to the interned values.
    pub fn from_index(index: usize) -> Id<K> {
        Id { raw: u32::try_from(index).unwrap_or(u32::MAX), kind: PhantomData }
    }

    /// Index into a table that is parallel to the interned values.
    pub fn index(self) -> usize {
        self.raw as usize
    }

    /// True unless this is [`Id::NONE`].
    pub fn is_some(self) -> bool {
        self.raw != 0
    }

    /// True for [`Id::NONE`].
    pub fn is_none(self) -> bool {
        self.raw == 0
    }

    /// `Some(self)` unless this is [`Id::NONE`].
    pub fn some(self) -> Option<Id<K>> {
        self.is_some().then_some(self)
    }
}

/// Kind of [`Str`].
pub enum TextKind {}
/// Kind of [`Principal`].
pub enum PrincipalKind {}
/// Kind of [`Ip`].
pub enum IpKind {}

/// Any interned text.
pub type Str = Id<TextKind>;
/// The name under which a record knows somebody: a UPN, an object id, a SID, an app, a service. What
/// names belong to one account is settled after reading (`events::identity`).
pub type Principal = Id<PrincipalKind>;
/// An interned network address.
pub type Ip = Id<IpKind>;

/// What raw texts came to, so that each is worked out once.
pub struct Memo<V> {
    texts: Interner<TextKind>,
    values: Vec<V>,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Memo { texts: Interner::default(), values: Vec::new() }
    }
}

impl<V: Copy> Memo<V> {
    /// The value of a text that was seen before.
    pub fn get(&self, text: &str) -> Option<V> {
        self.values.get(self.texts.find(text)?.index().checked_sub(1)?).copied()
    }

    /// Remembers the value of a text that is not empty.
    pub fn set(&mut self, text: &str, value: V) {
        let known = self.texts.len();
        if self.texts.intern(text).index() == known {
            self.values.push(value);
        }
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.values.clear();
    }
}

/// Distinct texts of one kind, numbered from 1 in the order of their first appearance.
pub struct Interner<K> {
    text: String,
    ends: Vec<usize>,
    table: HashTable<u32>,
    /// Seeded at random, because the texts are chosen by attackers; numbering does not depend on it.
    hasher: DefaultHashBuilder,
    kind: PhantomData<fn() -> K>,
}

impl<K> Clone for Interner<K> {
    fn clone(&self) -> Self {
        let Interner { text, ends, table, hasher, kind } = self;
        Interner { text: text.clone(), ends: ends.clone(), table: table.clone(), hasher: hasher.clone(), kind: *kind }
    }
}

impl<K> Default for Interner<K> {
    fn default() -> Self {
        Interner { text: String::new(), ends: vec![0], table: HashTable::new(), hasher: DefaultHashBuilder::default(), kind: PhantomData }
    }
}

fn slice<'t>(text: &'t str, ends: &[usize], at: usize) -> &'t str {
    let end = ends.get(at).copied().unwrap_or(0);
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    text.get(start..end).unwrap_or_default()
}

impl<K> Interner<K> {
    /// The number of `text`, adding it if it is new. The empty text is [`Id::NONE`].
    pub fn intern(&mut self, text: &str) -> Id<K> {
        if text.is_empty() {
            return Id::NONE;
        }
        let hash = self.hasher.hash_one(text);
        let (all, ends) = (&self.text, &self.ends);
        if let Some(found) = self.table.find(hash, |at| slice(all, ends, *at as usize) == text) {
            return Id::from_index(*found as usize);
        }
        let id = Id::from_index(self.ends.len());
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let (all, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        self.table.insert_unique(hash, id.raw, |at| hasher.hash_one(slice(all, ends, *at as usize)));
        id
    }

    /// The number of `text`, if it is known.
    pub fn find(&self, text: &str) -> Option<Id<K>> {
        self.table
            .find(self.hasher.hash_one(text), |at| slice(&self.text, &self.ends, *at as usize) == text)
            .map(|at| Id::from_index(*at as usize))
    }

    /// The text of a number; empty for [`Id::NONE`].
    pub fn get(&self, id: Id<K>) -> &str {
        slice(&self.text, &self.ends, id.index())
    }

    /// How many numbers there are, "none" included: the length of a parallel table.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if nothing was interned.
    pub fn is_empty(&self) -> bool {
        self.ends.len() <= 1
    }

    /// All numbers with their texts, in the order of their first appearance.
    pub fn iter(&self) -> impl Iterator<Item = (Id<K>, &str)> {
        (1..self.ends.len()).map(|at| (Id::from_index(at), slice(&self.text, &self.ends, at)))
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.truncate(1);
        self.table.clear();
    }

    /// Bytes of text held.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Adds what `other` has beyond the numbers that `known` translates; then `known` has the number here
    /// for each number there.
    pub fn absorb(&mut self, other: &Interner<K>, known: &mut Vec<Id<K>>) {
        if known.is_empty() {
            known.push(Id::NONE);
        }
        known.extend((known.len()..other.len()).map(|at| self.intern(slice(&other.text, &other.ends, at))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_number_and_absorbing_translates() {
        let mut here: Interner<TextKind> = Interner::default();
        let b = here.intern("b");
        let mut other: Interner<TextKind> = Interner::default();
        let (a2, b2) = (other.intern("a"), other.intern("b"));
        let mut map = Vec::new();
        here.absorb(&other, &mut map);
        assert_eq!(map.get(b2.index()), Some(&b));
        assert_eq!(map.get(a2.index()).map(|id| here.get(*id)), Some("a"));
        let c2 = other.intern("c");
        here.absorb(&other, &mut map);
        assert_eq!(map.get(c2.index()).map(|id| here.get(*id)), Some("c"), "only what is new is added");
        assert_eq!(here.intern(""), Id::NONE);
        assert_eq!(here.len(), 4);
    }
}
