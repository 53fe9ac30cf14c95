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
    most_similar(name, candidates).map(|found| found.name)
}

/// The candidate most similar to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SimilarName<'c> {
    pub(crate) name: &'c str,
    /// Whether no other candidate is as similar.
    pub(crate) is_only: bool,
}

/// [`nearest`], and whether it is the only one.
pub(crate) fn most_similar<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<SimilarName<'c>> {
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    // Longer texts are not names, and comparing them is slow.
    if name.is_empty() || name.len() > 100 {
        return None;
    }
    let mut best: Option<(usize, SimilarName<'c>)> = None;
    let similar = candidates.into_iter().filter_map(|candidate| {
        let chars: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        let limit = (name.len().max(chars.len()) / 3).max(1);
        if name.len().abs_diff(chars.len()) > limit {
            return None;
        }
        let distance = distance(&name, &chars);
        (distance <= limit).then_some((distance, candidate))
    });
    for (distance, name) in similar {
        match &mut best {
            Some((least, found)) if *least == distance => {
                found.is_only &= found.name == name;
            }
            Some((least, _)) if *least < distance => {}
            _ => {
                let is_only = true;
                best = Some((distance, SimilarName { name, is_only }));
            }
        }
    }
    best.map(|(_, found)| found)
}

/// Whether a name is probably a typo of a known name: it differs in one or two characters and in no digit.
pub(crate) fn is_slip(name: &str, known: &str) -> bool {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
    let limit = match known.len() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    digits(name) == digits(known) && distance_within(name, known, limit)
}

/// [`nearest`] as a question: ``did you mean `Fulfil`?``
pub fn did_you_mean<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// Whether the edit distance of `a` and `b`, ignoring case, is at most `limit`. Edits insert, delete, replace or swap characters.
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
    fn typing_errors_are_recognised() {
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
    fn the_most_similar_name_is_suggested() {
        assert_eq!(nearest("Chrge", ["Change", "Charge"]), Some("Charge"));
    }

    #[test]
    fn equally_similar_names_are_reported_as_ambiguous() {
        let found = |name, candidates: [&'static str; 3]| {
            most_similar(name, candidates).map(|found| (found.name, found.is_only))
        };
        assert_eq!(
            found("Stepp", ["Step", "Stop", "Steps"]),
            Some(("Step", false))
        );
        assert_eq!(
            found("Chrge", ["Charge", "Charge", "X"]),
            Some(("Charge", true))
        );
        assert_eq!(found("done", ["Done", "DONE", "X"]), Some(("Done", false)));
    }

    #[test]
    fn a_changed_digit_is_not_a_typing_error() {
        assert!(is_slip("Chrage", "Charge") && is_slip("charge", "Charge"));
        assert!(!is_slip("Step2", "Step1") && !is_slip("B", "A"));
    }

    #[test]
    fn very_long_names_are_not_compared() {
        let giant = "a".repeat(1_000_000);
        assert_eq!(nearest(&giant, [giant.as_str()]), None);
    }
}
