//! A list that mostly has one entry.

use std::ops::Deref;

/// Values of which there is mostly one, which then lies in place: in random or short logs nearly every
/// context has one day, one client and one session, and a heap block for each of them weighs more than the
/// value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Few<T> {
    /// One value.
    One(T),
    /// Any other number of values.
    Many(Box<[T]>),
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few::Many(Box::default())
    }
}

impl<T: Copy> Few<T> {
    /// A copy of a list.
    pub fn of(list: &[T]) -> Few<T> {
        match list {
            [one] => Few::One(*one),
            all => Few::Many(all.into()),
        }
    }
}

impl<T> Few<T> {
    /// The values.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Few::One(one) => std::slice::from_ref(one),
            Few::Many(all) => all,
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn a_list_of_any_length_comes_back_and_takes_two_words() {
        for list in [&[][..], &[7], &[7, 8, 9]] {
            assert_eq!(Few::of(list).as_slice(), list);
        }
        assert!(Few::<u32>::default().is_empty());
        assert_eq!(size_of::<Few<u32>>(), 2 * size_of::<usize>());
    }
}
