//! Groups status events into calls of `PutEvents`, within the limits of the service.

use std::collections::VecDeque;

use super::status_event::{MAX_SIZE, StatusEvent};

/// The maximum number of entries of a call of PutEvents.
const MAX_ENTRIES: usize = 10;

/// Takes the events of the next call. It has at most one event of each execution: PutEvents can
/// refuse some of its entries, and an event that is sent again must not arrive after the next one
/// of its execution.
pub(super) fn next_batch(events: &mut VecDeque<StatusEvent>) -> Vec<StatusEvent> {
    let mut batch: Vec<StatusEvent> = Vec::new();
    let mut left = VecDeque::with_capacity(events.len());
    let mut size = 0;
    let mut is_full = false;
    for event in events.drain(..) {
        let fits = batch.is_empty() || size + event.size <= MAX_SIZE;
        // The next events of an execution stay behind its first one.
        let is_first = !batch
            .iter()
            .chain(&left)
            .any(|other| other.execution == event.execution);
        is_full = is_full || batch.len() == MAX_ENTRIES || (is_first && !fits);
        if is_full || !is_first {
            left.push_back(event);
        } else {
            size += event.size;
            batch.push(event);
        }
    }
    *events = left;
    batch
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn batches_respect_the_limits_and_the_order_of_each_execution(
            given in prop::collection::vec((0..6_u8, 1..=MAX_SIZE), 0..60),
        ) {
            let events = given.iter().zip(0..).map(|((execution, size), number)| StatusEvent {
                execution: execution.to_string(),
                size: *size,
                entry: json!(number),
                durable: None,
            });
            let mut events: VecDeque<_> = events.collect();
            let all: Vec<_> = events.iter().cloned().collect();
            let mut sent: Vec<StatusEvent> = Vec::new();
            while !events.is_empty() {
                let batch = next_batch(&mut events);
                prop_assert!((1..=MAX_ENTRIES).contains(&batch.len()));
                prop_assert!(batch.iter().map(|event| event.size).sum::<usize>() <= MAX_SIZE);
                for (at, event) in batch.iter().enumerate() {
                    let others = &batch[at + 1..];
                    prop_assert!(others.iter().all(|other| other.execution != event.execution));
                }
                sent.extend(batch);
            }
            prop_assert_eq!(sent.len(), all.len());
            for execution in 0..6_u8 {
                let of = |events: &[StatusEvent]| -> Vec<_> {
                    let of_it = events.iter().filter(|event| event.execution == execution.to_string());
                    of_it.map(|event| event.entry.clone()).collect()
                };
                prop_assert_eq!(of(&sent), of(&all));
            }
        }
    }
}
