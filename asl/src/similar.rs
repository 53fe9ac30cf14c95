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
    let mut chars = Vec::new();
    let mut distances = Distances::default();
    for candidate in candidates {
        chars.clear();
        chars.extend(candidate.chars().flat_map(char::to_lowercase));
        let limit = (name.len().max(chars.len()) / 3).max(1);
        // A candidate that is less similar than another one is not needed.
        let limit = best.as_ref().map_or(limit, |(least, _)| limit.min(*least));
        let Some(distance) = distances.within(&name, &chars, limit) else {
            continue;
        };
        match &mut best {
            Some((least, found)) if *least == distance => {
                found.is_only &= found.name == candidate;
            }
            _ => {
                let found = SimilarName {
                    name: candidate,
                    is_only: true,
                };
                best = Some((distance, found));
            }
        }
    }
    best.map(|(_, found)| found)
}

/// Whether a name is probably a typo of a known name: it differs in one or two characters and in no
/// digit.
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

/// Whether the edit distance of `a` and `b`, ignoring case, is at most `limit`. Edits insert,
/// delete, replace or swap characters.
pub(crate) fn distance_within(a: &str, b: &str, limit: usize) -> bool {
    let chars = |text: &str| -> Vec<char> { text.chars().flat_map(char::to_lowercase).collect() };
    // Most names differ in length, and comparing byte lengths is fast.
    a.len().abs_diff(b.len()) <= 4 * limit
        && a.chars().count().abs_diff(b.chars().count()) <= limit
        && Distances::default()
            .within(&chars(a), &chars(b), limit)
            .is_some()
}

/// Computes edit distances: the number of characters to insert, delete, replace or swap with their
/// neighbour. Its rows are used again for the next pair of names.
#[derive(Default)]
struct Distances {
    before_last: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Distances {
    /// Returns the distance if it is at most `limit`. The time depends on the limit and one of the
    /// lengths.
    fn within(&mut self, a: &[char], b: &[char], limit: usize) -> Option<usize> {
        if a.len().abs_diff(b.len()) > limit {
            return None;
        }
        // All distances above the limit are this one.
        let far = limit + 1;
        let Self {
            before_last,
            last,
            row,
        } = self;
        last.clear();
        last.extend((0..=b.len()).map(|length| length.min(far)));
        for i in 0..a.len() {
            row.clear();
            row.resize(b.len() + 1, far);
            row[0] = (i + 1).min(far);
            let mut least = row[0];
            // The distance of prefixes is at least the difference of their lengths.
            for j in i.saturating_sub(limit)..(i + limit + 1).min(b.len()) {
                let changed = last[j] + usize::from(a[i] != b[j]);
                let mut best = changed.min(last[j + 1] + 1).min(row[j] + 1);
                if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                    best = best.min(before_last[j - 1] + 1);
                }
                row[j + 1] = best.min(far);
                least = least.min(best);
            }
            if least > limit {
                return None;
            }
            std::mem::swap(before_last, last);
            std::mem::swap(last, row);
        }
        let distance = last[b.len()];
        (distance <= limit).then_some(distance)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The edit distance by its definition.
    fn distance(a: &[char], b: &[char]) -> usize {
        let (Some((last_a, a_rest)), Some((last_b, b_rest))) = (a.split_last(), b.split_last())
        else {
            return a.len().max(b.len());
        };
        let mut best = distance(a_rest, b_rest) + usize::from(last_a != last_b);
        best = best
            .min(distance(a_rest, b) + 1)
            .min(distance(a, b_rest) + 1);
        if let (Some((before_a, a_rest)), Some((before_b, b_rest))) =
            (a_rest.split_last(), b_rest.split_last())
            && (last_a, before_a) == (before_b, last_b)
        {
            best = best.min(distance(a_rest, b_rest) + 1);
        }
        best
    }

    proptest! {
        #[test]
        fn distances_within_a_limit_are_those_of_the_definition(
            names in prop::collection::vec("[a-c]{0,6}", 1..4),
            limit in 0usize..5,
        ) {
            let names: Vec<Vec<char>> = names.iter().map(|name| name.chars().collect()).collect();
            let mut distances = Distances::default();
            for (a, b) in names.iter().flat_map(|a| names.iter().map(move |b| (a, b))) {
                let whole = distance(a, b);
                prop_assert_eq!(distances.within(a, b, limit), (whole <= limit).then_some(whole));
            }
        }
    }

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
