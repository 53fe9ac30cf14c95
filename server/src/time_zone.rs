//! Converts between moments and local times of a named time zone, for schedules and the console.

use jiff::civil::DateTime;
#[cfg(feature = "schedules")]
use jiff::tz::AmbiguousOffset;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use stepwright_asl::similar::did_you_mean;
use stepwright_engine::clock::Timestamp;

/// A time zone of the IANA database that is part of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedTimeZone(TimeZone);

impl NamedTimeZone {
    pub(crate) const UTC: Self = Self(TimeZone::UTC);

    /// Returns the time zone of a name.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        let database = TimeZoneDatabase::bundled();
        database.get(name).map(Self).map_err(|_| {
            let names: Vec<String> = database.available().map(|name| name.to_string()).collect();
            let hint = did_you_mean(name, names.iter().map(String::as_str));
            let hint = hint.unwrap_or_else(|| {
                "write a name of the IANA database, such as `Europe/Berlin`, or `UTC`".to_owned()
            });
            format!("`{name}` is not a time zone; {hint}")
        })
    }

    /// Returns the local time of a moment.
    pub(crate) fn local(&self, moment: Timestamp) -> Option<DateTime> {
        let moment = jiff::Timestamp::from_microsecond(moment.unix_micros()).ok()?;
        Some(self.0.to_datetime(moment))
    }

    /// Returns the first moment with this local time. `None` when the clocks skip it.
    #[cfg(feature = "schedules")]
    pub(crate) fn first_moment(&self, local: DateTime) -> Option<Timestamp> {
        let offset = match self.0.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { before, .. } => before,
            AmbiguousOffset::Gap { .. } => return None,
        };
        let moment = offset.to_timestamp(local).ok()?;
        Some(Timestamp::from_unix_micros(moment.as_microsecond()))
    }

    /// Returns the first moment with this local time. If the clocks skip it, returns the moment at
    /// which they would show it without the change. `None` for a moment that has no calendar.
    #[cfg(feature = "console")]
    pub(crate) fn moment(&self, local: DateTime) -> Option<Timestamp> {
        let moment = self.0.to_timestamp(local).ok()?;
        Some(Timestamp::from_unix_micros(moment.as_microsecond()))
    }
}
