//! The difference between two lists. After an edit most items are the same, or have only moved: a
//! page with 500 states then gets a few runs instead of all items.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use serde::Serialize;

/// An item of a list, with its position: in the text, or in the picture.
#[derive(Debug, Clone)]
pub(crate) struct Item<T> {
    pub(crate) content: T,
    pub(crate) at: [i64; 2],
}

/// A part of a new list, as an array.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Change<T> {
    /// Items of the old list: the index of the first one, their number, and how far both
    /// coordinates have moved.
    Run(usize, usize, i64, i64),
    /// An item that the old list lacks, and its position.
    New(T, i64, i64),
}

/// The changes from an old list to a new one.
pub(crate) fn changes<T: Clone + Eq + Hash>(old: &[Item<T>], new: &[Item<T>]) -> Vec<Change<T>> {
    let mut known: HashMap<&T, VecDeque<usize>> = HashMap::new();
    for (index, item) in old.iter().enumerate() {
        known.entry(&item.content).or_default().push_back(index);
    }
    let mut changes = Vec::new();
    for item in new {
        let [a, b] = item.at;
        let same = known.get_mut(&item.content).and_then(VecDeque::pop_front);
        let Some(index) = same else {
            changes.push(Change::New(item.content.clone(), a, b));
            continue;
        };
        let (a, b) = (a - old[index].at[0], b - old[index].at[1]);
        match changes.last_mut() {
            Some(Change::Run(first, count, x, y))
                if *first + *count == index && (*x, *y) == (a, b) =>
            {
                *count += 1;
            }
            _ => changes.push(Change::Run(index, 1, a, b)),
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type List = Vec<Item<char>>;

    /// The list after changes, as the page makes it.
    fn patched(old: &[Item<char>], changes: &[Change<char>]) -> List {
        let mut new = Vec::new();
        for change in changes {
            match *change {
                Change::New(content, a, b) => new.push(Item {
                    content,
                    at: [a, b],
                }),
                Change::Run(first, count, x, y) => {
                    new.extend(old[first..first + count].iter().map(|item| Item {
                        content: item.content,
                        at: [item.at[0] + x, item.at[1] + y],
                    }));
                }
            }
        }
        new
    }

    fn lists() -> impl Strategy<Value = List> {
        let item = (prop::char::range('a', 'e'), 0..4_i64, 0..2_i64);
        let item = item.prop_map(|(content, a, b)| Item {
            content,
            at: [a, b],
        });
        prop::collection::vec(item, 0..12)
    }

    proptest! {
        #[test]
        fn the_changes_of_a_list_make_the_new_list(old in lists(), new in lists()) {
            let made = patched(&old, &changes(&old, &new));
            let values = |list: &List| -> Vec<_> { list.iter().map(|item| (item.content, item.at)).collect() };
            prop_assert_eq!(values(&made), values(&new));
        }
    }

    #[test]
    fn moved_items_are_one_run() {
        let old: List = ('a'..='z')
            .map(|content| Item {
                content,
                at: [1, 2],
            })
            .collect();
        let mut new: List = old
            .iter()
            .map(|item| Item {
                content: item.content,
                at: [1, 9],
            })
            .collect();
        new.insert(
            0,
            Item {
                content: '+',
                at: [0, 0],
            },
        );
        let expected = [Change::New('+', 0, 0), Change::Run(0, 26, 0, 7)];
        assert_eq!(changes(&old, &new), expected);
    }
}
