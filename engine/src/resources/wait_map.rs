//! A map for the waits of an execution.

use std::collections::HashMap;

/// A map from the numbers of waits. Most executions wait for one thing at a time: that entry is
/// stored inline, so that it needs no allocation and no hashing.
#[derive(Debug)]
pub(crate) struct WaitMap<T> {
    first: Option<(u32, T)>,
    #[expect(
        clippy::box_collection,
        reason = "most executions have none, and an empty map takes 48 bytes of each that waits"
    )]
    others: Option<Box<HashMap<u32, T>>>,
}

impl<T> Default for WaitMap<T> {
    fn default() -> Self {
        Self {
            first: None,
            others: None,
        }
    }
}

impl<T> WaitMap<T> {
    /// Sets the entry of a wait, and returns the previous one.
    pub(crate) fn put(&mut self, wait: u32, held: T) -> Option<T> {
        match &mut self.first {
            Some((first, before)) if *first == wait => Some(std::mem::replace(before, held)),
            Some(_) => self.others.get_or_insert_default().insert(wait, held),
            None => {
                let before = self.remove(wait);
                self.first = Some((wait, held));
                before
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none() && self.others.as_ref().is_none_or(|others| others.is_empty())
    }

    pub(crate) fn get(&self, wait: u32) -> Option<&T> {
        match &self.first {
            Some((first, held)) if *first == wait => Some(held),
            _ => self.others.as_ref()?.get(&wait),
        }
    }

    pub(crate) fn get_mut(&mut self, wait: u32) -> Option<&mut T> {
        match &mut self.first {
            Some((first, held)) if *first == wait => Some(held),
            _ => self.others.as_mut()?.get_mut(&wait),
        }
    }

    pub(crate) fn remove(&mut self, wait: u32) -> Option<T> {
        match self.first.take_if(|(first, _)| *first == wait) {
            Some((_, held)) => Some(held),
            None => self.others.as_mut()?.remove(&wait),
        }
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        let first = self.first.iter().map(|(_, held)| held);
        first.chain(self.others.iter().flat_map(|others| others.values()))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let first = self.first.iter_mut().map(|(_, held)| held);
        first.chain(
            self.others
                .iter_mut()
                .flat_map(|others| others.values_mut()),
        )
    }
}

impl<T: Default> WaitMap<T> {
    /// Returns the entry of a wait; inserts an empty one if necessary.
    pub(crate) fn of(&mut self, wait: u32) -> &mut T {
        let is_among_others = || {
            let others = self.others.as_ref();
            others.is_some_and(|others| others.contains_key(&wait))
        };
        let is_elsewhere = match &self.first {
            Some((first, _)) => *first != wait,
            None => is_among_others(),
        };
        if is_elsewhere {
            self.others.get_or_insert_default().entry(wait).or_default()
        } else {
            &mut self.first.get_or_insert_with(|| (wait, T::default())).1
        }
    }
}

impl<T> WaitMap<T> {
    /// Returns each wait with its entry.
    pub(crate) fn into_each(self) -> impl Iterator<Item = (u32, T)> {
        let others = self.others.into_iter();
        self.first
            .into_iter()
            .chain(others.flat_map(|others| *others))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum MapOperation {
        Have(u32),
        Put(u32, u32),
        Lose(u32),
    }

    fn act() -> impl Strategy<Value = MapOperation> {
        prop_oneof![
            (0..5_u32).prop_map(MapOperation::Have),
            (0..5_u32, 0..9_u32).prop_map(|(wait, held)| MapOperation::Put(wait, held)),
            (0..5_u32).prop_map(MapOperation::Lose)
        ]
    }

    proptest! {
        #[test]
        fn a_wait_map_behaves_like_a_hash_map(acts in proptest::collection::vec(act(), 0..40)) {
            let mut waits = WaitMap::<u32>::default();
            let mut map = HashMap::<u32, u32>::new();
            for act in acts {
                match act {
                    MapOperation::Have(wait) => {
                        *waits.of(wait) += 1;
                        *map.entry(wait).or_default() += 1;
                    }
                    MapOperation::Put(wait, held) => {
                        prop_assert_eq!(waits.put(wait, held), map.insert(wait, held));
                    }
                    MapOperation::Lose(wait) => prop_assert_eq!(waits.remove(wait), map.remove(&wait)),
                }
                prop_assert_eq!(waits.is_empty(), map.is_empty());
                for wait in 0..5 {
                    prop_assert_eq!(waits.get(wait), map.get(&wait));
                    prop_assert_eq!(waits.get_mut(wait), map.get_mut(&wait));
                }
                let sum: u32 = waits.values().sum();
                prop_assert_eq!(sum, map.values().sum::<u32>());
                prop_assert_eq!(waits.values_mut().count(), map.len());
            }
            prop_assert_eq!(waits.into_each().collect::<HashMap<_, _>>(), map);
        }
    }
}
