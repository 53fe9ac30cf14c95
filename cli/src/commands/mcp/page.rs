//! Pages of long results.

use serde_json::Value;

/// The most items of a page.
const ITEMS: usize = 50;
/// The most bytes of a page, if it has more than one item.
const BYTES: usize = 48 << 10;

/// A part of a list.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<Value>,
    /// The position of the first item after this page; `None` if this is the last page.
    pub(super) next: Option<usize>,
}

/// The items from a position on, as many as fit.
pub(super) fn page(items: Vec<Value>, offset: usize) -> Page {
    let count = items.len();
    let mut bytes = 0;
    let fits = |item: &Value| {
        bytes += item.to_string().len();
        bytes
    };
    let rest = items.into_iter().skip(offset).take(ITEMS);
    let sized: Vec<(Value, usize)> = rest
        .scan(fits, |fits, item| {
            let bytes = fits(&item);
            Some((item, bytes))
        })
        .collect();
    let taken = sized.into_iter().enumerate();
    let taken = taken.take_while(|(index, (_, bytes))| *index == 0 || *bytes <= BYTES);
    let items: Vec<Value> = taken.map(|(_, (item, _))| item).collect();
    let end = offset.saturating_add(items.len());
    Page {
        next: (end < count && !items.is_empty()).then_some(end),
        items,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::page;

    proptest! {
        /// The pages one after the other have each item once, in order.
        #[test]
        fn pages_have_all_items(lengths in prop::collection::vec(0usize..30_000, 0..200)) {
            let items: Vec<Value> = lengths.iter().enumerate().map(|(index, length)| json!([index, "x".repeat(*length)])).collect();
            let (mut all, mut offset) = (Vec::new(), Some(0));
            while let Some(at) = offset {
                let found = page(items.clone(), at);
                all.extend(found.items);
                prop_assert!(found.next.is_none_or(|next| next > at));
                offset = found.next;
            }
            prop_assert_eq!(all, items);
        }
    }

    #[test]
    fn a_page_after_the_end_is_empty() {
        let found = page(vec![json!(1)], usize::MAX);
        assert_eq!((found.items.len(), found.next), (0, None));
    }
}
