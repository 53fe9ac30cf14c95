//! The numbers of events in causes of errors: `(entered at the event id #25)`. They differ when a
//! definition has more states, and when concurrent branches take turns in another order.

use std::borrow::Cow;

const MARK: &str = "entered at the event id #";

/// Writes `k` for the numbers of events in a text.
pub fn without_event_numbers(text: &str) -> Cow<'_, str> {
    let Some((first, rest)) = text.split_once(MARK) else {
        return Cow::Borrowed(text);
    };
    let mut without = String::from(first);
    for part in rest.split(MARK) {
        without.push_str(MARK);
        without.push('k');
        without.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    Cow::Owned(without)
}
