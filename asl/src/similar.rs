//! Suggestions for misspelt names.

/// The candidate most similar to `name`, if it is similar enough to be a typo.
///
/// ```
/// use stepwright_asl::similar::nearest;
///
/// assert_eq!(nearest("Fulfill", ["Charge", "Fulfil"]), Some("Fulfil"));
/// assert_eq!(nearest("Refund", ["Charge", "Fulfil"]), None);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    // Longer texts are not names, and comparing them is slow.
    if name.is_empty() || name.len() > 100 {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let chars: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
            let limit = (name.len().max(chars.len()) / 3).max(1);
            if name.len().abs_diff(chars.len()) > limit {
                return None;
            }
            let distance = distance(&name, &chars);
            (distance <= limit).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// [`nearest`] as a question: ``did you mean `Fulfil`?``
pub fn did_you_mean<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// Whether the edit distance of `a` and `b`, ignoring case, is at most `limit`. Edits insert, delete, replace or swap characters.
#[cfg(feature = "integrations")]
pub(crate) fn distance_within(a: &str, b: &str, limit: usize) -> bool {
    let chars = |text: &str| -> Vec<char> { text.chars().flat_map(char::to_lowercase).collect() };
    // Most names differ in length, and comparing byte lengths is fast.
    a.len().abs_diff(b.len()) <= 4 * limit
        && a.chars().count().abs_diff(b.chars().count()) <= limit
        && distance(&chars(a), &chars(b)) <= limit
}

/// The edit distance: the number of characters to insert, delete, replace or swap with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let changed = last[j] + usize::from(a[i] != b[j]);
            let mut best = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen_are_recognised() {
        for (name, meant) in [
            ("Fromat", Some("Format")),
            ("format", Some("Format")),
            ("Formt", Some("Format")),
            ("Formatt", Some("Format")),
            ("Xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, ["Array", "Format"]), meant, "{name}");
        }
    }

    #[test]
    fn the_nearest_of_several_is_taken() {
        assert_eq!(nearest("Chrge", ["Change", "Charge"]), Some("Charge"));
    }

    #[test]
    fn giants_are_not_compared() {
        let giant = "a".repeat(1_000_000);
        assert_eq!(nearest(&giant, [giant.as_str()]), None);
    }
}
