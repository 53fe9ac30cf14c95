//! Formats durations for the progress of executions, such as `1m 30s`.

use std::time::Duration;

/// Returns a duration in its two largest units, or in milliseconds.
pub(super) fn duration_text(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{}ms", duration.as_millis()),
        seconds => in_units(seconds),
    }
}

/// Returns a duration in whole seconds, in its two largest units. It changes once a second at most.
pub(super) fn seconds_text(duration: Duration) -> String {
    in_units(duration.as_secs())
}

/// Returns the time until something happens, rounded up to whole seconds.
pub(super) fn until_text(duration: Duration) -> String {
    let is_partial = u64::from(duration.subsec_nanos() > 0);
    in_units(duration.as_secs().saturating_add(is_partial))
}

fn in_units(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut remaining = seconds;
    let mut parts = Vec::new();
    for (length, unit) in units {
        if remaining >= length {
            parts.push(format!("{}{unit}", remaining / length));
            remaining %= length;
        }
    }
    if parts.is_empty() {
        return "0s".to_owned();
    }
    parts.truncate(2);
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_their_two_largest_units() {
        let shown = [0, 59, 90, 3_600, 90_061].map(in_units);
        assert_eq!(shown, ["0s", "59s", "1m 30s", "1h", "1d 1h"]);
    }

    #[test]
    fn short_times_are_shown_in_milliseconds_and_remaining_ones_are_rounded_up() {
        let short = Duration::from_millis(350);
        assert_eq!(duration_text(short), "350ms");
        assert_eq!(seconds_text(short), "0s");
        assert_eq!(until_text(short), "1s");
        assert_eq!(until_text(Duration::MAX).len(), "213503982334601d 7h".len());
    }
}
