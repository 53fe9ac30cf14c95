//! A field for the time zone of the times that a person enters. The script offers the zone of the
//! browser, too.

use maud::{Markup, html};
use stepwright_engine::clock::Timestamp;

use crate::time_zone::NamedTimeZone;

const UTC: &str = "UTC";

/// The name of a time zone, and the zone.
#[derive(Debug)]
pub(crate) struct ZoneField {
    name: String,
    zone: Result<NamedTimeZone, String>,
}

impl ZoneField {
    /// Returns the zone of this name, or UTC without a name.
    pub(crate) fn of(name: &str) -> Self {
        let name = if name.is_empty() { UTC } else { name };
        Self {
            name: name.to_owned(),
            zone: NamedTimeZone::parse(name),
        }
    }

    /// Returns the name for a URL, which is empty for UTC.
    pub(crate) fn param(&self) -> &str {
        if self.name == UTC { "" } else { &self.name }
    }

    /// Returns why there is no such zone.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.zone.as_ref().err().map(String::as_str)
    }

    /// Returns the zone, if there is one with this name.
    pub(crate) fn zone(&self) -> Option<&NamedTimeZone> {
        self.zone.as_ref().ok()
    }

    /// Returns the moment of a local time, such as `2026-01-31T12:00:00`.
    pub(crate) fn moment(&self, text: &str) -> Option<Timestamp> {
        let as_utc = Timestamp::parse(&format!("{text}Z"))?;
        self.zone()?.moment(NamedTimeZone::UTC.local(as_utc)?)
    }

    /// Returns the list of zones. With `prefers_own`, the script chooses the zone of the browser.
    pub(crate) fn select(&self, name: &str, label: Option<&str>, prefers_own: bool) -> Markup {
        let zones = if prefers_own { "own" } else { "" };
        html! {
            select name=(name) aria-label=[label] data-zones=(zones) aria-invalid=[self.problem().map(|_| "true")] {
                option value=(UTC) { (UTC) }
                @if self.name != UTC { option value=(self.name) selected { (self.name) } }
            }
        }
    }
}

impl Default for ZoneField {
    fn default() -> Self {
        Self::of(UTC)
    }
}
