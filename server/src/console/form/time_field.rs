//! A field for a time.

use maud::{Markup, html};
use stepwright_engine::clock::Timestamp;
use stepwright_history::report::text;

use super::zone_field::ZoneField;

/// The text of a field, and the time that it is.
#[derive(Debug, Default)]
pub(crate) struct TimeField {
    pub(crate) text: String,
    /// `None` if the field is empty, or its text is no time.
    pub(crate) time: Option<Timestamp>,
}

impl TimeField {
    /// Parses a time of a zone, or one that names UTC or an offset, as the API writes it. A date
    /// alone has the time of day `default`.
    pub(crate) fn of(text: &str, default: &str, zone: &ZoneField) -> Self {
        let text = text.trim();
        Self {
            text: text.to_owned(),
            time: parse(text, default, zone),
        }
    }

    /// Whether the field is empty, or a time.
    pub(crate) fn is_valid(&self) -> bool {
        self.text.is_empty() || self.time.is_some()
    }

    /// Returns the field, with the error of its text.
    pub(crate) fn render(&self, name: &str, label: &str, hint: &str) -> Markup {
        let error = format!("{name}-error");
        let is_wrong = !self.is_valid();
        html! {
            div class="field" {
                label {
                    (label)
                    input type="search" name=(name) value=(self.text) placeholder=(hint) autocomplete="off"
                        aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some(&error)];
                }
                @if is_wrong {
                    p class="field-error" id=(error) role="alert" { "This is no time. Write it as " (hint) ", " (hint) ":30.250 or 2026-01-31T12:00:00Z." }
                } @else if let Some(time) = self.time {
                    p class="hint" { (text::time(time)) " UTC" }
                }
            }
        }
    }
}

fn parse(text: &str, default: &str, zone: &ZoneField) -> Option<Timestamp> {
    if let Some(time) = Timestamp::parse(text) {
        return Some(time);
    }
    let in_utc = text.strip_suffix("UTC").map(str::trim_end);
    let in_utc = in_utc.or_else(|| text.strip_suffix(['Z', 'z']));
    let utc = ZoneField::default();
    let (text, zone) = match in_utc {
        Some(text) => (text, &utc),
        None => (text, zone),
    };
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, time.trim()),
        None => (text, default),
    };
    let seconds = match time.matches(':').count() {
        1 => ":00",
        _ => "",
    };
    zone.moment(&format!("{date}T{time}{seconds}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_pages_of_the_api_and_of_people_are_parsed() {
        let noon = Timestamp::parse("2026-01-31T12:00:00Z").unwrap();
        let utc = ZoneField::default();
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00.000Z",
            "2026-01-31T13:00:00+01:00",
            "2026-01-31T12:00:00",
            "2026-01-31T12:00",
            "2026-01-31 12:00",
            " 2026-01-31 12:00:00 ",
            "2026-01-31 12:00:00.000",
            "2026-01-31 12:00:00 UTC",
        ] {
            let field = TimeField::of(text, "00:00:00", &utc);
            assert_eq!(field.time, Some(noon), "{text}");
        }
        let berlin = ZoneField::of("Europe/Berlin");
        for text in [
            "2026-01-31 13:00",
            "2026-01-31 12:00 UTC",
            "2026-01-31T12:00:00Z",
        ] {
            let field = TimeField::of(text, "00:00:00", &berlin);
            assert_eq!(field.time, Some(noon), "{text}");
        }
        // Of two times, the first one; the clocks skip the other one.
        for (text, time) in [
            ("2026-10-25 02:30", "2026-10-25T00:30:00.000Z"),
            ("2026-03-29 02:30", "2026-03-29T01:30:00.000Z"),
        ] {
            let field = TimeField::of(text, "00:00:00", &berlin);
            assert_eq!(field.time.unwrap().to_string(), time);
        }
        let nowhere = ZoneField::of("Europe/Berlim");
        assert!(
            nowhere
                .problem()
                .is_some_and(|why| why.contains("Europe/Berlin"))
        );
        assert!(!TimeField::of("2026-01-31", "00:00:00", &nowhere).is_valid());
        let end = TimeField::of("2026-01-31", "23:59:59.999", &utc)
            .time
            .unwrap();
        assert_eq!(end.to_string(), "2026-01-31T23:59:59.999Z");
        for text in [
            "yesterday",
            "31.01.2026",
            "2026-13-01",
            "2026-02-30",
            "12:00",
            "2026-01-31 25:00",
            "<b>",
            "Z".repeat(100_000).as_str(),
        ] {
            let field = TimeField::of(text, "00:00:00", &utc);
            assert!(!field.is_valid(), "{text}");
            let markup = field.render("from", "From", "x").into_string();
            assert!(markup.contains("aria-invalid=\"true\"") && markup.contains("role=\"alert\""));
            assert!(!markup.contains("<b>"));
        }
        assert!(TimeField::of("", "00:00:00", &utc).is_valid());
    }

    #[test]
    fn a_time_that_a_page_shows_is_the_same_time() {
        for micros in [
            0,
            1_769_860_800_000_000,
            1_769_860_800_123_000,
            4_102_444_799_999_000,
        ] {
            let time = Timestamp::from_unix_micros(micros);
            let shown = text::time(time).into_string();
            let (_, shown) = shown.split_once('>').unwrap();
            let (shown, _) = shown.split_once('<').unwrap();
            let parsed = TimeField::of(shown, "00:00:00", &ZoneField::default()).time;
            let parsed = parsed.unwrap_or_else(|| panic!("{shown}"));
            assert!(time.since(parsed).as_secs() == 0, "{shown}");
        }
    }
}
