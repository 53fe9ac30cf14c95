//! Common parts of responses.

use serde::{Serialize, Serializer};
use stepwright_engine::clock::Timestamp;

/// A time in the format of AWS JSON 1.0: seconds since 1970, with milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Date(pub(crate) Timestamp);

impl Date {
    /// Returns the seconds.
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds are exact below 2^53, some 285,000 years"
    )]
    pub(crate) fn seconds(self) -> f64 {
        self.0.unix_millis() as f64 / 1_000.0
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.seconds())
    }
}

/// Formats a time in whole seconds, as EventBridge does: `2022-03-22T18:59:43Z`.
#[cfg(any(feature = "events", feature = "schedules"))]
pub(crate) fn print_seconds(time: Timestamp) -> String {
    let text = time.to_string();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}

/// A response without members.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct EmptyResponse {}

/// Whether the response contains the data; here it always does.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct DataDetails {
    included: bool,
}

impl DataDetails {
    pub(crate) const INCLUDED: Self = Self { included: true };
}
