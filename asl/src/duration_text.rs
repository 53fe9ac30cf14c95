//! Durations as texts: `3 min 20 s` in prose, and `3m 20s` where a program also reads them.

/// The names of days, hours, minutes and seconds.
#[derive(Debug)]
pub struct DurationUnits {
    names: [&'static str; 4],
    /// The text between a number and its unit.
    gap: &'static str,
}

/// `3 min 20 s`
pub const PROSE: DurationUnits = DurationUnits {
    names: ["d", "h", "min", "s"],
    gap: " ",
};

/// `3m 20s`
pub const COMPACT: DurationUnits = DurationUnits {
    names: ["d", "h", "m", "s"],
    gap: "",
};

/// The seconds of a day, an hour, a minute and a second.
const LENGTHS: [u64; 4] = [86_400, 3_600, 60, 1];

const SECONDS: usize = LENGTHS.len() - 1;

impl DurationUnits {
    /// Returns a duration in its largest unit and the next smaller ones, `most` units in total,
    /// without those whose number is 0.
    ///
    /// ```
    /// use stepwright_asl::duration_text::{COMPACT, PROSE};
    ///
    /// assert_eq!(PROSE.largest(200, 2), "3 min 20 s");
    /// assert_eq!(COMPACT.largest(90_061, 2), "1d 1h");
    /// assert_eq!(COMPACT.largest(3_605, 4), "1h 5s");
    /// assert_eq!(COMPACT.largest(3_605, 2), "1h");
    /// assert_eq!(COMPACT.largest(0, 2), "0s");
    /// ```
    pub fn largest(&self, seconds: u64, most: usize) -> String {
        let mut left = seconds;
        let numbers = LENGTHS.map(|length| {
            let number = left / length;
            left %= length;
            number
        });
        let first = numbers.iter().position(|number| *number > 0);
        let first = first.unwrap_or(SECONDS);
        let units = (first..LENGTHS.len()).take(most);
        let units = units.filter(|unit| *unit == first || numbers[*unit] > 0);
        let parts: Vec<String> = units.map(|unit| self.text(numbers[unit], unit)).collect();
        parts.join(" ")
    }

    /// Returns a duration in the largest unit that divides it.
    ///
    /// ```
    /// use stepwright_asl::duration_text::{COMPACT, PROSE};
    ///
    /// assert_eq!([45, 300, 90, 7_200].map(|s| PROSE.exact(s)), ["45 s", "5 min", "90 s", "2 h"]);
    /// assert_eq!([259_200, 0, -60].map(|s| COMPACT.exact(s)), ["3d", "0s", "-60s"]);
    /// ```
    pub fn exact(&self, seconds: i64) -> String {
        let Some(positive) = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0) else {
            return self.text(seconds, SECONDS);
        };
        let unit = LENGTHS.iter().position(|length| positive % length == 0);
        let unit = unit.unwrap_or(SECONDS);
        self.text(positive / LENGTHS[unit], unit)
    }

    fn text(&self, number: impl std::fmt::Display, unit: usize) -> String {
        format!("{number}{}{}", self.gap, self.names[unit])
    }
}
