//! Matches the items of two lists.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Pairs equal items, each at most once: the first item of the old list with the first equal one of
/// the new list, and so on.
pub(super) fn equal<K: Hash + Eq>(old: &[K], new: &[K]) -> Vec<(usize, usize)> {
    let mut places: HashMap<&K, VecDeque<usize>> = HashMap::new();
    for (at, key) in new.iter().enumerate() {
        places.entry(key).or_default().push_back(at);
    }
    old.iter()
        .enumerate()
        .filter_map(|(at, key)| Some((at, places.get_mut(key)?.pop_front()?)))
        .collect()
}

/// The largest subset of pairs that is in order in both lists (the longest increasing subsequence).
/// The pairs must be ordered by their first item.
pub(super) fn in_order(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // `ends[length]` is the pair with the smallest second index that ends a subsequence of that
    // length.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < pair.1);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut run = Vec::new();
    let mut next = ends.last().copied();
    while let Some(at) = next {
        run.push(pairs[at]);
        next = before[at];
    }
    run.reverse();
    run
}

/// Pairs the items of two ordered lists: first equal items that are in order, then, in the gaps
/// between them, items at the same position. An item without a partner is alone in its pair.
pub(super) fn ordered<K: Hash + Eq>(old: &[K], new: &[K]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut rows = Vec::new();
    let (mut from, mut to) = (0, 0);
    let anchors = in_order(&equal(old, new));
    for (at_old, at_new) in anchors.into_iter().chain([(old.len(), new.len())]) {
        while from < at_old || to < at_new {
            let (left, right) = ((from < at_old).then_some(from), (to < at_new).then_some(to));
            from += usize::from(left.is_some());
            to += usize::from(right.is_some());
            rows.push((left, right));
        }
        if at_old < old.len() {
            rows.push((Some(at_old), Some(at_new)));
        }
        from = at_old + 1;
        to = at_new + 1;
    }
    rows
}

/// Pairs retriers, catchers or rules: first equal ones, then those for the same errors or
/// condition.
pub(super) fn handlers<K: Hash + Eq>(all: (&[K], &[K]), same: (&[K], &[K])) -> Vec<(usize, usize)> {
    let mut pairs = equal(all.0, all.1);
    let (removed, added) = rest(&pairs, all.0.len(), all.1.len());
    let before: Vec<&K> = removed.iter().map(|at| &same.0[*at]).collect();
    let after: Vec<&K> = added.iter().map(|at| &same.1[*at]).collect();
    let more = equal(&before, &after);
    pairs.extend(more.iter().map(|(from, to)| (removed[*from], added[*to])));
    pairs.sort_unstable();
    pairs
}

/// The indices without a partner, in the old and in the new list.
pub(super) fn rest(pairs: &[(usize, usize)], old: usize, new: usize) -> (Vec<usize>, Vec<usize>) {
    let (mut used, mut taken) = (vec![false; old], vec![false; new]);
    for (from, to) in pairs {
        (used[*from], taken[*to]) = (true, true);
    }
    let free = |used: Vec<bool>| (0..used.len()).filter(|at| !used[*at]).collect();
    (free(used), free(taken))
}

/// The pairs, and the indices without a partner.
pub(super) fn with_rest<K>(
    pairs: Vec<(usize, usize)>,
    old: &[K],
    new: &[K],
) -> Vec<(Option<usize>, Option<usize>)> {
    let (removed, added) = rest(&pairs, old.len(), new.len());
    let pairs = pairs.into_iter().map(|(from, to)| (Some(from), Some(to)));
    let removed = removed.into_iter().map(|from| (Some(from), None));
    let added = added.into_iter().map(|to| (None, Some(to)));
    pairs.chain(removed).chain(added).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_items_are_matched_in_order() {
        assert_eq!(equal(&["a", "b", "a"], &["a", "a"]), [(0, 0), (2, 1)]);
        assert_eq!(in_order(&[(0, 2), (1, 0), (2, 1)]), [(1, 0), (2, 1)]);
        assert_eq!(in_order(&[]), []);
    }

    #[test]
    fn an_inserted_item_does_not_change_the_other_matches() {
        assert_eq!(
            ordered(&["a", "b"], &["x", "a", "b"]),
            [(None, Some(0)), (Some(0), Some(1)), (Some(1), Some(2))]
        );
        assert_eq!(
            ordered(&["a", "b", "c"], &["a", "x", "c"]),
            [(Some(0), Some(0)), (Some(1), Some(1)), (Some(2), Some(2))]
        );
        assert_eq!(ordered::<&str>(&[], &[]), []);
        assert_eq!(ordered(&["a"], &[]), [(Some(0), None)]);
    }
}
