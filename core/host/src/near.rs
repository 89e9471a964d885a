//! Names that are near to a mistyped one.

/// The names within a few typing errors of `name`, nearest first, at most three.
pub(crate) fn near<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let reach = 1 + name.chars().count() / 4;
    let mut found: Vec<(usize, &str)> = among
        .into_iter()
        .map(|n| (if n.ends_with(&format!(".{name}")) { 0 } else { distance(name, n) }, n))
        .filter(|(d, _)| *d <= reach)
        .collect();
    found.sort_unstable();
    found.truncate(3);
    found.into_iter().map(|(_, n)| n).collect()
}

/// Levenshtein's distance: the fewest insertions, deletions and replacements of characters from one to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let (mut left, mut diagonal) = (i + 1, i);
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let replace = diagonal + usize::from(ca != *cb);
            diagonal = *cell;
            left = replace.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_known() {
        for (a, b, d) in [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)] {
            assert_eq!(distance(a, b), d, "{a} {b}");
            assert_eq!(distance(b, a), d, "{b} {a}");
        }
    }

    #[test]
    fn the_nearest_come_first() {
        let ids = ["adit.scatter.snv", "adit.scatter.msc", "adit.pls"];
        assert_eq!(near("adit.scater.snv", ids)[0], "adit.scatter.snv");
        assert_eq!(near("snv", ids), ["adit.scatter.snv"]);
        assert!(near("quite.another.thing", ids).is_empty());
    }
}
