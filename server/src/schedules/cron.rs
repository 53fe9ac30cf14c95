//! Cron expressions of EventBridge Scheduler, and the search for their next time.
//!
//! No crate has AWS's semantics: six fields with a year, `?`, `L`, `W` and `#`, days of the week
//! from 1 for Sunday, and a time that daylight saving removes is skipped.

use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Time};

use super::cron_field::{CronField, DAYS_OF_MONTH, DAYS_OF_WEEK, HOURS, MINUTES, MONTHS, YEARS};
use super::value_set::ValueSet;

/// The fields of `cron(..)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CronExpression {
    minutes: ValueSet,
    hours: ValueSet,
    days: CronDays,
    months: ValueSet,
    years: ValueSet,
}

/// The days: one of the fields day-of-month and day-of-week, because the other one is `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum CronDays {
    OfMonth(MonthDays),
    OfWeek(WeekDays),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct MonthDays {
    days: ValueSet,
    /// `L`: the last day.
    has_last: bool,
    /// `LW`: the last day from Monday to Friday.
    has_last_weekday: bool,
    /// `15W`: the day from Monday to Friday that is nearest to the 15th, in the same month.
    near_weekdays: ValueSet,
}

/// Days of the week from 1, Sunday, to 7, Saturday.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WeekDays {
    days: ValueSet,
    /// `6L`: the last Friday of the month.
    last_of_month: ValueSet,
    /// `3#2`: the second Tuesday of the month.
    nth_of_month: Option<(u16, u16)>,
}

impl CronExpression {
    /// Parses the text between the parentheses.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let &[minutes, hours, month_days, months, week_days, years] = &fields[..] else {
            let hint = match fields.len() {
                5 => "; the sixth one is the year, `*` for each year",
                _ => "",
            };
            return Err(format!(
                "a cron expression has 6 fields, `minutes hours day-of-month month day-of-week year`, and this one has {}{hint}",
                fields.len()
            ));
        };
        let expression = Self {
            minutes: values(&MINUTES, minutes)?,
            hours: values(&HOURS, hours)?,
            days: CronDays::parse(month_days, week_days)?,
            months: values(&MONTHS, months)?,
            years: values(&YEARS, years)?,
        };
        if expression.next_after(DateTime::MIN).is_none() {
            return Err(
                "no date from 1970 to 2199 has this day, month and year; choose days that exist"
                    .to_owned(),
            );
        }
        Ok(expression)
    }

    /// Returns the first local time after another one, in whole minutes.
    pub(super) fn next_after(&self, after: DateTime) -> Option<DateTime> {
        let from = next_minute(after)?;
        let (from_date, from_time) = (from.date(), from.time());
        let first_year = u16::try_from(from_date.year()).unwrap_or_default();
        let mut years = first_year.max(YEARS.min)..=YEARS.max;
        while let Some(year) = self.years.next_in(years) {
            years = year + 1..=YEARS.max;
            let is_first_year = year == first_year;
            let mut months = if is_first_year {
                unsigned(from_date.month())..=12
            } else {
                1..=12
            };
            while let Some(month) = self.months.next_in(months) {
                months = month + 1..=12;
                let Ok(first_day) = Date::new(signed(year), small(month), 1) else {
                    continue;
                };
                let days = self.days.of(first_day);
                let is_first_month = is_first_year && month == unsigned(from_date.month());
                let mut range = if is_first_month {
                    unsigned(from_date.day())..=31
                } else {
                    1..=31
                };
                while let Some(day) = days.next_in(range) {
                    range = day + 1..=31;
                    let is_first_day = is_first_month && day == unsigned(from_date.day());
                    let earliest = if is_first_day {
                        from_time
                    } else {
                        Time::midnight()
                    };
                    let Some(time) = self.time_from(earliest) else {
                        continue;
                    };
                    if let Ok(date) = first_day.with().day(small(day)).build() {
                        return Some(date.to_datetime(time));
                    }
                }
            }
        }
        None
    }

    /// Returns the first time of a day that is not before `earliest`.
    fn time_from(&self, earliest: Time) -> Option<Time> {
        let first_hour = unsigned(earliest.hour());
        let mut hours = first_hour..=HOURS.max;
        while let Some(hour) = self.hours.next_in(hours) {
            hours = hour + 1..=HOURS.max;
            let minutes: RangeInclusive<u16> = if hour == first_hour {
                unsigned(earliest.minute())..=MINUTES.max
            } else {
                0..=MINUTES.max
            };
            if let Some(minute) = self.minutes.next_in(minutes) {
                return Time::new(small(hour), small(minute), 0, 0).ok();
            }
        }
        None
    }
}

impl CronDays {
    fn parse(month_days: &str, week_days: &str) -> Result<Self, String> {
        match (month_days, week_days) {
            ("?", "?") => Err(
                "both day-of-month and day-of-week are `?`; write the days in one of them, `*` for each day"
                    .to_owned(),
            ),
            (_, "?") => MonthDays::parse(month_days).map(Self::OfMonth),
            ("?", _) => WeekDays::parse(week_days).map(Self::OfWeek),
            ("*", days) if days != "*" => Err(format!(
                "one of day-of-month and day-of-week must be `?`; write `?` for day-of-month, because day-of-week is `{week_days}`"
            )),
            _ => Err(format!(
                "one of day-of-month and day-of-week must be `?`; write `?` for day-of-week, because day-of-month is `{month_days}`"
            )),
        }
    }

    /// Returns the days of a month, by its first day.
    fn of(&self, first_day: Date) -> ValueSet {
        match self {
            Self::OfMonth(days) => days.of(first_day),
            Self::OfWeek(days) => days.of(first_day),
        }
    }
}

impl MonthDays {
    fn parse(text: &str) -> Result<Self, String> {
        let mut parsed = Self {
            days: ValueSet::new(0),
            has_last: false,
            has_last_weekday: false,
            near_weekdays: ValueSet::new(0),
        };
        for item in text.split(',') {
            let upper = item.to_ascii_uppercase();
            match upper.as_str() {
                "?" => return Err(lonely_mark(&DAYS_OF_MONTH, text)),
                "L" => parsed.has_last = true,
                "LW" => parsed.has_last_weekday = true,
                _ => match upper.strip_suffix('W') {
                    Some(day) => parsed.near_weekdays.insert(DAYS_OF_MONTH.value(day)?),
                    None => DAYS_OF_MONTH.parse_item(item, &mut parsed.days)?,
                },
            }
        }
        Ok(parsed)
    }

    fn of(&self, first_day: Date) -> ValueSet {
        let last = unsigned(first_day.days_in_month());
        let mut days = ValueSet::new(0);
        for day in 1..=last {
            if self.days.contains(day) {
                days.insert(day);
            }
            if self.near_weekdays.contains(day) {
                days.insert(nearest_weekday(first_day, day, last));
            }
        }
        if self.has_last {
            days.insert(last);
        }
        if self.has_last_weekday {
            days.insert(match day_of_week(first_day, last) {
                1 => last - 2,
                7 => last - 1,
                _ => last,
            });
        }
        days
    }
}

impl WeekDays {
    fn parse(text: &str) -> Result<Self, String> {
        let mut parsed = Self {
            days: ValueSet::new(0),
            last_of_month: ValueSet::new(0),
            nth_of_month: None,
        };
        if let Some((day, number)) = text.split_once('#') {
            if text.contains(',') {
                return Err(format!(
                    "day-of-week `{text}` has `#` in a list; a field with `#` has only one value, as in `3#2`"
                ));
            }
            let day = DAYS_OF_WEEK.value(day)?;
            let number = match number {
                "1" => 1,
                "2" => 2,
                "3" => 3,
                "4" => 4,
                "5" => 5,
                _ => {
                    return Err(format!(
                        "the number after `#` in day-of-week `{text}` must be from 1 to 5, as in `3#2` for the second Tuesday"
                    ));
                }
            };
            parsed.nth_of_month = Some((day, number));
            return Ok(parsed);
        }
        for item in text.split(',') {
            let upper = item.to_ascii_uppercase();
            match upper.as_str() {
                "?" => return Err(lonely_mark(&DAYS_OF_WEEK, text)),
                // The last day of a week is Saturday.
                "L" => parsed.days.insert(7),
                _ => match upper.strip_suffix('L') {
                    Some(day) => parsed.last_of_month.insert(DAYS_OF_WEEK.value(day)?),
                    None => DAYS_OF_WEEK.parse_item(item, &mut parsed.days)?,
                },
            }
        }
        Ok(parsed)
    }

    fn of(&self, first_day: Date) -> ValueSet {
        let last = unsigned(first_day.days_in_month());
        let mut days = ValueSet::new(0);
        for day in 1..=last {
            let week_day = day_of_week(first_day, day);
            let is_nth = self.nth_of_month == Some((week_day, (day - 1) / 7 + 1));
            let is_last = day + 7 > last && self.last_of_month.contains(week_day);
            if is_nth || is_last || self.days.contains(week_day) {
                days.insert(day);
            }
        }
        days
    }
}

/// Parses a list of values of a field.
fn values(field: &CronField, text: &str) -> Result<ValueSet, String> {
    let mut set = ValueSet::new(field.min);
    for item in text.split(',') {
        if item == "?" {
            return Err(format!(
                "`?` in the field {} is not allowed; write `*` for each value",
                field.name
            ));
        }
        field.parse_item(item, &mut set)?;
    }
    Ok(set)
}

fn lonely_mark(field: &CronField, text: &str) -> String {
    format!(
        "`?` in {} `{text}` must be the whole field, or be removed",
        field.name
    )
}

/// Returns the day from Monday to Friday that is nearest to a day and in the same month.
fn nearest_weekday(first_day: Date, day: u16, last: u16) -> u16 {
    match day_of_week(first_day, day) {
        1 if day == last => day - 2,
        1 => day + 1,
        7 if day == 1 => 3,
        7 => day - 1,
        _ => day,
    }
}

/// Returns the day of the week of a day of a month: 1 for Sunday.
fn day_of_week(first_day: Date, day: u16) -> u16 {
    let first = unsigned(first_day.weekday().to_sunday_zero_offset());
    (first + day - 1) % 7 + 1
}

/// Returns the begin of the next minute.
fn next_minute(after: DateTime) -> Option<DateTime> {
    let minute = after.with().second(0).subsec_nanosecond(0).build().ok()?;
    minute.checked_add(jiff::SignedDuration::from_mins(1)).ok()
}

fn unsigned(number: i8) -> u16 {
    u16::try_from(number).unwrap_or_default()
}

fn small(number: u16) -> i8 {
    i8::try_from(number).unwrap_or(i8::MAX)
}

fn signed(number: u16) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}
