//! The fields of a cron expression.

use stepwright_asl::similar::nearest;

use super::value_set::ValueSet;

/// The name, the bounds and the syntax of a field.
#[derive(Debug)]
pub(super) struct CronField {
    /// The name, as AWS writes it.
    pub(super) name: &'static str,
    pub(super) min: u16,
    pub(super) max: u16,
    /// Names of the numbers from `min` on.
    names: &'static [&'static str],
    /// Whether `/` is allowed.
    has_steps: bool,
    /// How to write a value, for messages.
    examples: &'static str,
}

pub(super) const MINUTES: CronField = CronField {
    name: "minutes",
    min: 0,
    max: 59,
    names: &[],
    has_steps: true,
    examples: "`30`, `0,30`, `10-20`, `0/15` or `*`",
};

pub(super) const HOURS: CronField = CronField {
    name: "hours",
    min: 0,
    max: 23,
    names: &[],
    has_steps: true,
    examples: "`3`, `9-17`, `0/6` or `*`",
};

pub(super) const DAYS_OF_MONTH: CronField = CronField {
    name: "day-of-month",
    min: 1,
    max: 31,
    names: &[],
    has_steps: true,
    examples: "`1`, `1,15`, `1/7`, `L`, `LW`, `15W`, `*` or `?`",
};

pub(super) const MONTHS: CronField = CronField {
    name: "month",
    min: 1,
    max: 12,
    names: &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
    has_steps: true,
    examples: "`1`, `JAN`, `JAN-MAR`, `1/3` or `*`",
};

pub(super) const DAYS_OF_WEEK: CronField = CronField {
    name: "day-of-week",
    min: 1,
    max: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    has_steps: false,
    examples: "`MON`, `MON-FRI`, `2,4`, `6L`, `3#2`, `*` or `?`",
};

pub(super) const YEARS: CronField = CronField {
    name: "year",
    min: 1970,
    max: 2199,
    names: &[],
    has_steps: true,
    examples: "`2027`, `2027-2030` or `*`",
};

impl CronField {
    /// Parses one item of a list: `*`, a value or a range, with or without a step. Adds its numbers
    /// to a set.
    pub(super) fn parse_item(&self, item: &str, to: &mut ValueSet) -> Result<(), String> {
        let (values, step) = match item.split_once('/') {
            Some((values, step)) => (values, Some(self.step(step)?)),
            None => (item, None),
        };
        let (first, last) = match values.split_once('-') {
            _ if values == "*" => (self.min, self.max),
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            None => {
                let first = self.value(values)?;
                // `5/10` begins at 5 and ends at the end of the field.
                (first, if step.is_some() { self.max } else { first })
            }
        };
        if first > last {
            let (low, high) = (self.show(self.min), self.show(self.max));
            return Err(format!(
                "the range `{values}` in the field {} ends before it begins; write two ranges, `{}-{high},{low}-{}`",
                self.name,
                self.show(first),
                self.show(last)
            ));
        }
        let mut value = first;
        while value <= last {
            to.insert(value);
            value = value.saturating_add(step.unwrap_or(1));
        }
        Ok(())
    }

    /// Parses a number or a name.
    pub(super) fn value(&self, text: &str) -> Result<u16, String> {
        let named = self
            .names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text));
        if let Some(index) = named {
            return Ok(self.min + u16::try_from(index).unwrap_or_default());
        }
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if is_number && (self.min..=self.max).contains(&number) => Ok(number),
            _ if is_number => Err(format!(
                "`{text}` in the field {} is out of range; it must be from {} to {}",
                self.name, self.min, self.max
            )),
            _ => Err(self.invalid(text)),
        }
    }

    /// Parses the number after `/`.
    fn step(&self, text: &str) -> Result<u16, String> {
        if !self.has_steps {
            return Err(format!(
                "the field {} takes no step `/{text}`; write a list of values",
                self.name
            ));
        }
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(step @ 1..) if is_number => Ok(step),
            _ => Err(format!(
                "the step `/{text}` in the field {} must be a whole number, at least 1",
                self.name
            )),
        }
    }

    /// Returns the message for a text that is not a value of the field.
    pub(super) fn invalid(&self, text: &str) -> String {
        if text.is_empty() {
            return format!(
                "a value is missing in the field {}; write {}",
                self.name, self.examples
            );
        }
        match nearest(text, self.names.iter().copied()) {
            Some(name) => format!(
                "`{text}` in the field {} is not a value; did you mean `{name}`?",
                self.name
            ),
            None => format!(
                "`{text}` in the field {} is not a value; write {}",
                self.name, self.examples
            ),
        }
    }

    /// Formats a number as its name, if it has one.
    fn show(&self, value: u16) -> String {
        let index = usize::from(value - self.min);
        match self.names.get(index) {
            Some(name) => (*name).to_owned(),
            None => value.to_string(),
        }
    }
}
