//! Times relative to the present, as a filter.

use std::time::Duration;

use jiff::civil::Date;
use stepwright_engine::clock::Timestamp;

use crate::time_zone::NamedTimeZone;

const HOUR: Duration = Duration::from_secs(3_600);
const LAST: Timestamp = Timestamp::from_unix_micros(i64::MAX);

/// A range of times that depends on the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    /// Its word in URLs.
    pub(crate) word: &'static str,
    pub(crate) label: &'static str,
    kind: PeriodKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PeriodKind {
    LastHours(u32),
    Today,
    Yesterday,
}

impl Period {
    pub(crate) const ALL: [Self; 7] = [
        Self::last_hours("1h", "In the last hour", 1),
        Self::last_hours("12h", "In the last 12 hours", 12),
        Self::last_hours("24h", "In the last 24 hours", 24),
        Self::last_hours("7d", "In the last 7 days", 7 * 24),
        Self::last_hours("30d", "In the last 30 days", 30 * 24),
        Self {
            word: "today",
            label: "Today",
            kind: PeriodKind::Today,
        },
        Self {
            word: "yesterday",
            label: "Yesterday",
            kind: PeriodKind::Yesterday,
        },
    ];

    const fn last_hours(word: &'static str, label: &'static str, hours: u32) -> Self {
        let kind = PeriodKind::LastHours(hours);
        Self { word, label, kind }
    }

    /// Returns the period of a word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word == word)
    }

    /// Returns the first and the last moment. `None` for a clock without a calendar.
    pub(crate) fn range(
        self,
        now: Timestamp,
        zone: &NamedTimeZone,
    ) -> Option<(Timestamp, Timestamp)> {
        let midnight = |date: Date| zone.moment(date.to_datetime(jiff::civil::Time::midnight()));
        let today = || Some(zone.local(now)?.date());
        match self.kind {
            PeriodKind::LastHours(hours) => Some((now.checked_sub(HOUR * hours)?, LAST)),
            PeriodKind::Today => Some((midnight(today()?)?, LAST)),
            PeriodKind::Yesterday => {
                let end = midnight(today()?)?.checked_sub(Duration::from_micros(1))?;
                Some((midnight(today()?.yesterday().ok()?)?, end))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_its_zone() {
        let now = Timestamp::parse("2026-03-29T22:30:00Z").expect("it is a time");
        let range = |word: &str, zone: &str| {
            let zone = NamedTimeZone::parse(zone).expect("it is a zone");
            let period = Period::of(word).expect("it is a period");
            let (from, to) = period.range(now, &zone).expect("it has a calendar");
            let to = if to == LAST {
                String::new()
            } else {
                to.to_string()
            };
            (from.to_string(), to)
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(range("12h", "UTC"), pair("2026-03-29T10:30:00.000Z", ""));
        assert_eq!(range("today", "UTC"), pair("2026-03-29T00:00:00.000Z", ""));
        // In Berlin it is the next day, and its yesterday has 23 hours.
        assert_eq!(
            range("today", "Europe/Berlin"),
            pair("2026-03-29T22:00:00.000Z", "")
        );
        assert_eq!(
            range("yesterday", "Europe/Berlin"),
            pair("2026-03-28T23:00:00.000Z", "2026-03-29T21:59:59.999Z")
        );
        assert_eq!(Period::of("tomorrow"), None);
        let utc = NamedTimeZone::UTC;
        for period in Period::ALL {
            for now in [i64::MIN, i64::MAX] {
                // It does not panic.
                period.range(Timestamp::from_unix_micros(now), &utc);
            }
        }
    }
}
