//! Formats durations for the progress of executions, such as `1m 30s`.

use std::time::Duration;

use stepwright_asl::duration_text::COMPACT;

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
    COMPACT.largest(seconds, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_times_are_shown_in_milliseconds_and_remaining_ones_are_rounded_up() {
        let short = Duration::from_millis(350);
        assert_eq!(duration_text(short), "350ms");
        assert_eq!(seconds_text(short), "0s");
        assert_eq!(until_text(short), "1s");
        assert_eq!(until_text(Duration::MAX).len(), "213503982334601d 7h".len());
    }
}
