//! Schedule expressions: `rate(..)`, `cron(..)` and `at(..)`.

use jiff::civil::DateTime;
use stepwright_engine::clock::Timestamp;

use super::cron::CronExpression;
use crate::time_zone::NamedTimeZone;

const MICROS: i64 = 1_000_000;

/// The times of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ScheduleExpression {
    /// A fixed period in microseconds.
    Rate { period: i64 },
    /// Local times.
    Cron(Box<CronExpression>, NamedTimeZone),
    /// One moment.
    At(Timestamp),
}

impl ScheduleExpression {
    /// Parses an expression. `cron(..)` and `at(..)` are in the local time of `zone`.
    pub(super) fn parse(text: &str, zone: &NamedTimeZone) -> Result<Self, String> {
        let form = "write `cron(minutes hours day-of-month month day-of-week year)`, `rate(value unit)` or `at(yyyy-mm-ddThh:mm:ss)`";
        let parts = text.strip_suffix(')').and_then(|text| text.split_once('('));
        let Some((kind, inner)) = parts else {
            return Err(format!("`{text}` is not a schedule expression; {form}"));
        };
        match kind {
            "rate" => rate(inner),
            "cron" => {
                CronExpression::parse(inner).map(|cron| Self::Cron(Box::new(cron), zone.clone()))
            }
            "at" => at(inner, zone),
            _ => Err(format!("`{kind}(..)` is not a schedule expression; {form}")),
        }
    }

    /// Whether it has at most one time.
    pub(super) fn is_one_time(&self) -> bool {
        matches!(self, Self::At(_))
    }

    /// Returns the first time after a moment. `anchor` is the first time of a rate.
    pub(super) fn next_after(&self, after: Timestamp, anchor: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate { period } => {
                let since = after.unix_micros().checked_sub(anchor.unix_micros())?;
                if since < 0 {
                    return Some(anchor);
                }
                let periods = since.checked_div(*period)?.checked_add(1)?;
                let next = periods
                    .checked_mul(*period)?
                    .checked_add(anchor.unix_micros())?;
                Some(Timestamp::from_unix_micros(next))
            }
            Self::Cron(cron, zone) => {
                let mut local = zone.local(after)?;
                loop {
                    local = cron.next_after(local)?;
                    // Daylight saving skips some local times. It repeats others, whose first moment
                    // may have passed.
                    if let Some(moment) = zone.first_moment(local)
                        && moment > after
                    {
                        return Some(moment);
                    }
                }
            }
            Self::At(moment) => (*moment > after).then_some(*moment),
        }
    }
}

fn rate(inner: &str) -> Result<ScheduleExpression, String> {
    let parts: Vec<&str> = inner.split_ascii_whitespace().collect();
    let &[value, unit] = &parts[..] else {
        return Err(format!(
            "`rate({inner})` must have a value and a unit, as in `rate(5 minutes)`"
        ));
    };
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = match value.parse::<u32>() {
        Ok(number @ 1..) if is_number => i64::from(number),
        _ => {
            return Err(format!(
                "the value `{value}` of a rate must be a whole number from 1 to {}",
                u32::MAX
            ));
        }
    };
    let (seconds, is_plural) = match unit {
        "minute" => (60, false),
        "minutes" => (60, true),
        "hour" => (3_600, false),
        "hours" => (3_600, true),
        "day" => (86_400, false),
        "days" => (86_400, true),
        _ => {
            return Err(format!(
                "the unit `{unit}` of a rate must be `minutes`, `hours` or `days`, as in `rate(5 minutes)`"
            ));
        }
    };
    if number > 1 && !is_plural {
        return Err(format!(
            "the unit must be plural for more than 1; write `rate({number} {unit}s)`"
        ));
    }
    // At most 2^32 days, which is 3.7e20 microseconds.
    let period = (number * seconds)
        .checked_mul(MICROS)
        .ok_or_else(|| format!("`rate({inner})` is too long; use a shorter period"))?;
    Ok(ScheduleExpression::Rate { period })
}

fn at(inner: &str, zone: &NamedTimeZone) -> Result<ScheduleExpression, String> {
    let invalid = || {
        let hint = if inner.ends_with(['Z', 'z']) {
            " without `Z`; the field `ScheduleExpressionTimezone` has the time zone"
        } else {
            ""
        };
        format!(
            "`at({inner})` is not a date and a time; write `at(yyyy-mm-ddThh:mm:ss)`, as in `at(2027-01-31T09:00:00)`{hint}"
        )
    };
    // The parser also accepts other forms, such as a date without a time.
    let has_form = inner.len() == 19
        && inner.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            // The parser reads the second 60 as 59.
            17 => (b'0'..=b'5').contains(&byte),
            _ => byte.is_ascii_digit(),
        });
    let local: DateTime = match inner.parse() {
        Ok(local) if has_form => local,
        _ => return Err(invalid()),
    };
    match zone.first_moment(local) {
        Some(moment) => Ok(ScheduleExpression::At(moment)),
        None => Err(format!(
            "`at({inner})` does not exist in this time zone, because the clocks skip it; choose a time before or after it"
        )),
    }
}
