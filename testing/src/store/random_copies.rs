//! A copy of a store with random content has the same content, and so has a copy of the copy.

use proptest::prelude::*;
use stepwright_engine::store::{self, CopyError, Store, StoreFilter};

use super::TestedStore;
use super::random_changes::{Content, random_case, read, run_cases};

/// Copies stores with random content to stores of another kind, and back. Compares what readers
/// find.
///
/// # Panics
///
/// At the first difference.
pub fn random_copies(first: &mut impl TestedStore, second: &mut impl TestedStore, cases: u32) {
    run_cases(cases, random_case(), |number, (commits, filters)| {
        let mut original = first.open(number).expect("it opens");
        for (changes, _) in commits {
            // Many random changes do not fit.
            let _refused = original.commit(&changes);
        }
        let expected = content(&original, &filters);
        let mut there = second.open(number).expect("it opens");
        copy(&original, &mut there)?;
        prop_assert_eq!(&content(&there, &filters), &expected);
        let mut back = first.open(u32::MAX - number).expect("it opens");
        copy(&there, &mut back)?;
        prop_assert_eq!(&content(&back, &filters), &expected);
        if content(&back, &[]) != content(&store::MemoryStore::new(), &[]) {
            let again = try_copy(&original, &mut back);
            prop_assert_eq!(again, Err(CopyError::NotEmpty));
        }
        Ok(())
    });
}

fn content(store: &impl Store, filters: &[StoreFilter]) -> Content {
    let mut reader = store.reader().expect("a reader");
    read(&mut *reader, filters).expect("it is read")
}

fn copy(from: &impl Store, to: &mut impl Store) -> Result<(), TestCaseError> {
    let copied = try_copy(from, to);
    copied.map_err(|error| TestCaseError::fail(error.to_string()))
}

fn try_copy(from: &impl Store, to: &mut impl Store) -> Result<(), CopyError> {
    let mut reader = from.reader()?;
    store::copy(&mut *reader, "the original", to, &mut |_| {}).map(drop)
}
