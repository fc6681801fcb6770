//! How far two spellings are apart.

/// Letters to insert, drop or replace to make one word of the other.
pub fn letter_changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut corner = line;
        let mut left = line + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&to) {
            let here = (corner + usize::from(letter != *other)).min(left + 1).min(*cell + 1);
            corner = *cell;
            *cell = here;
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::letter_changes;

    #[test]
    fn letters_are_inserted_dropped_and_replaced() {
        let pairs = [("kitten", "sitting", 3), ("partner", "partner", 0), ("partner", "parttner", 1), ("", "abc", 3), ("abc", "", 3)];
        for (from, to, changes) in pairs {
            assert_eq!(letter_changes(from, to), changes, "{from} {to}");
        }
    }
}
