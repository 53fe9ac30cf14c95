//! Reads histories in pages, as `GetExecutionHistory` does.

use std::fmt;

use serde_json::{Value as Json, json};

use stepwright_asl::redaction::Redaction;

use super::{Event, History, HistoryReader};

/// About how many bytes an event has in addition to its texts.
const EVENT_BYTES: u64 = 256;

/// Selects events of a history and their order; by default all, the first one first. The request of
/// `GetExecutionHistory`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct HistoryQuery {
    is_reversed: bool,
    limit: Option<usize>,
    bytes: Option<u64>,
    after: Option<String>,
    lacks_data: bool,
    redaction: Redaction,
}

/// A page of a history. The response of `GetExecutionHistory`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HistoryPage {
    /// The events.
    pub events: Vec<Event>,
    /// The token of the next page, for [`HistoryQuery::after`]; `None` after the last event that
    /// exists now.
    pub next: Option<String>,
    lacks_data: bool,
    redaction: Redaction,
}

/// The text is not a [`HistoryPage::next`] of this order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a page token of this order; pass `next` of the previous page, with the same order"
)]
pub struct InvalidPageToken(pub String);

impl HistoryQuery {
    /// Selects all events, the first one first.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reverses the order: the last event first.
    pub fn reverse(mut self) -> Self {
        self.is_reversed = true;
        self
    }

    /// Limits a page to this number of events, at least 1. AWS returns at most 1,000; here there is
    /// no limit.
    pub fn limit(mut self, events: usize) -> Self {
        self.limit = Some(events);
        self
    }

    /// Limits a page to events that have about this number of bytes when they are printed. A page
    /// with a larger event has only this event.
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Selects the page that follows another one: its [`next`](HistoryPage::next).
    pub fn after(mut self, page: impl Into<String>) -> Self {
        self.after = Some(page.into());
        self
    }

    /// Formats the events without their inputs and outputs.
    pub fn without_data(mut self) -> Self {
        self.lacks_data = true;
        self
    }

    /// Masks these fields in the formatted events.
    pub fn redact(mut self, redaction: &Redaction) -> Self {
        self.redaction = self.redaction.and(redaction);
        self
    }

    /// Returns the id of the last event of the previous page.
    fn position(&self) -> Result<Option<u32>, InvalidPageToken> {
        let Some(token) = &self.after else {
            return Ok(None);
        };
        let read = PageToken::parse(token).filter(|token| token.is_reversed == self.is_reversed);
        read.map(|token| Some(token.last))
            .ok_or_else(|| InvalidPageToken(token.clone()))
    }
}

impl HistoryPage {
    /// Formats the page as `GetExecutionHistory` does: `{"events": [..], "nextToken": ".."}`.
    pub fn to_json(&self) -> Json {
        let events = self.events.iter();
        let events = events.map(|event| event.print(!self.lacks_data, &self.redaction));
        let mut page = json!({ "events": events.collect::<Vec<_>>() });
        if let Some(next) = &self.next {
            page["nextToken"] = Json::from(next.as_str());
        }
        page
    }
}

impl History {
    /// Returns a page of the events.
    ///
    /// # Errors
    ///
    /// When the page token in the query does not belong to this order.
    pub fn page(&self, query: &HistoryQuery) -> Result<HistoryPage, InvalidPageToken> {
        let position = query.position()?;
        let first = u32::try_from(self.dropped()).unwrap_or(u32::MAX);
        let last = self.written();
        let limit = query.limit.unwrap_or(usize::MAX).max(1);
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        // The events after `from` up to `to`.
        let (from, to) = if query.is_reversed {
            let to = position
                .map_or(last, |position| position.saturating_sub(1))
                .min(last);
            let from = to.saturating_sub(limit).max(first);
            (to - self.fitting(query, (from..to).rev()), to)
        } else {
            let from = position.unwrap_or_default().max(first);
            let to = from.saturating_add(limit).min(last);
            // A position after the last event selects none.
            (from, (from + self.fitting(query, from..to)).min(last))
        };
        let mut events = Vec::new();
        let mut reader = HistoryReader::default();
        reader.skip_to(self, from);
        while reader.read() < to {
            events.extend(reader.next(self));
        }
        let is_last = if query.is_reversed {
            events.reverse();
            from <= first
        } else {
            to >= last
        };
        let token = |event: &Event| PageToken {
            is_reversed: query.is_reversed,
            last: event.id(),
        };
        let next = events.last().filter(|_| !is_last).map(token);
        Ok(HistoryPage {
            next: next.map(|token| token.to_string()),
            events,
            lacks_data: query.lacks_data,
            redaction: query.redaction.clone(),
        })
    }
}

impl History {
    /// Returns how many of the entries at these positions, from the first on, fit in a page.
    fn fitting(&self, query: &HistoryQuery, positions: impl Iterator<Item = u32>) -> u32 {
        let most = query.bytes.unwrap_or(u64::MAX);
        let mut bytes = 0u64;
        let mut count = 0;
        for position in positions {
            let entry = self.inner.entries.get(position as usize);
            let payload = entry.map_or(0, |entry| entry.payload.printed_bytes(!query.lacks_data));
            bytes = bytes.saturating_add(EVENT_BYTES).saturating_add(payload);
            if bytes > most && count > 0 {
                break;
            }
            count += 1;
        }
        count
    }
}

/// The end of a page.
struct PageToken {
    is_reversed: bool,
    /// The id of its last event.
    last: u32,
}

impl PageToken {
    fn parse(text: &str) -> Option<Self> {
        let (order, last) = text.split_once('-')?;
        let is_reversed = match order {
            "after" => false,
            "before" => true,
            _ => return None,
        };
        let last = last.parse().ok()?;
        Some(Self { is_reversed, last })
    }
}

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = if self.is_reversed { "before" } else { "after" };
        write!(f, "{order}-{}", self.last)
    }
}
