//! The search for the next time of a cron expression, compared with a search through all minutes by
//! the definition of the fields.

use std::collections::HashSet;

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::prelude::*;
use stepwright_engine::clock::Timestamp;

use super::super::expression::ScheduleExpression;
use crate::time_zone::NamedTimeZone;

const MINUTE: i64 = 60_000_000;
/// The days through which the slow search goes.
const DAYS: i64 = 33;

/// An item of a field, as it is written.
#[derive(Clone, Debug)]
enum Item {
    All,
    Value(i64),
    Range(i64, i64),
    AllStep(i64),
    ValueStep(i64, i64),
    RangeStep(i64, i64, i64),
    /// `L`, `LW` and `15W` of day-of-month; `6L` and `3#2` of day-of-week.
    Last,
    LastWeekday,
    NearWeekday(i64),
    LastOfMonth(i64),
    NthOfMonth(i64, i64),
}

/// The fields of an expression. One of the days is `None`, for `?`.
#[derive(Clone, Debug)]
struct Fields {
    minutes: Vec<Item>,
    hours: Vec<Item>,
    month_days: Option<Vec<Item>>,
    months: Vec<Item>,
    week_days: Option<Vec<Item>>,
}

impl Item {
    fn print(&self) -> String {
        match self {
            Item::All => "*".to_owned(),
            Item::Value(value) => value.to_string(),
            Item::Range(first, last) => format!("{first}-{last}"),
            Item::AllStep(step) => format!("*/{step}"),
            Item::ValueStep(first, step) => format!("{first}/{step}"),
            Item::RangeStep(first, last, step) => format!("{first}-{last}/{step}"),
            Item::Last => "L".to_owned(),
            Item::LastWeekday => "LW".to_owned(),
            Item::NearWeekday(day) => format!("{day}W"),
            Item::LastOfMonth(day) => format!("{day}L"),
            Item::NthOfMonth(day, number) => format!("{day}#{number}"),
        }
    }

    /// Whether a number of a plain field is one of the item's.
    fn has(&self, value: i64, min: i64) -> bool {
        match *self {
            Item::All => true,
            Item::Value(one) => value == one,
            Item::Range(first, last) => first <= value && value <= last,
            Item::AllStep(step) => (value - min) % step == 0,
            Item::ValueStep(first, step) => value >= first && (value - first) % step == 0,
            Item::RangeStep(first, last, step) => {
                first <= value && value <= last && (value - first) % step == 0
            }
            _ => false,
        }
    }

    fn has_month_day(&self, local: DateTime) -> bool {
        let day = i64::from(local.day());
        let last = i64::from(local.days_in_month());
        // The distance from a weekday to another day of its month that names it.
        let is_weekday = |day: i64| week_day(local, day) != 1 && week_day(local, day) != 7;
        match *self {
            Item::Last => day == last,
            Item::LastWeekday => {
                is_weekday(day) && (day + 1..=last).all(|later| !is_weekday(later))
            }
            Item::NearWeekday(wanted) => {
                wanted <= last
                    && is_weekday(day)
                    && (1..=last)
                        .filter(|other| is_weekday(*other))
                        .all(|other| (day - wanted).abs() <= (other - wanted).abs())
            }
            _ => self.has(day, 1),
        }
    }

    fn has_week_day(&self, local: DateTime) -> bool {
        let day = i64::from(local.day());
        let of_week = week_day(local, day);
        let last = i64::from(local.days_in_month());
        match *self {
            Item::Last => of_week == 7,
            Item::LastOfMonth(wanted) => of_week == wanted && day + 7 > last,
            Item::NthOfMonth(wanted, number) => {
                let earlier = (1..=day).filter(|earlier| week_day(local, *earlier) == wanted);
                of_week == wanted && i64::try_from(earlier.count()) == Ok(number)
            }
            _ => self.has(of_week, 1),
        }
    }
}

/// The day of the week of a day in the month of a local time: 1 for Sunday.
fn week_day(local: DateTime, day: i64) -> i64 {
    let day = i8::try_from(day).expect("it is a day");
    let date = local.date().with().day(day).build().expect("it is a day");
    i64::from(date.weekday().to_sunday_one_offset())
}

impl Fields {
    fn print(&self) -> String {
        let list = |items: &[Item]| {
            let items: Vec<String> = items.iter().map(Item::print).collect();
            items.join(",")
        };
        let days =
            |items: &Option<Vec<Item>>| items.as_ref().map_or("?".to_owned(), |items| list(items));
        let (minutes, hours, months) = (list(&self.minutes), list(&self.hours), list(&self.months));
        let (month_days, week_days) = (days(&self.month_days), days(&self.week_days));
        format!("cron({minutes} {hours} {month_days} {months} {week_days} *)")
    }

    fn has(&self, local: DateTime) -> bool {
        let plain = |items: &[Item], value: i8, min| {
            let mut items = items.iter();
            items.any(|item| item.has(i64::from(value), min))
        };
        plain(&self.minutes, local.minute(), 0)
            && plain(&self.hours, local.hour(), 0)
            && plain(&self.months, local.month(), 1)
            && self.month_days.as_ref().is_none_or(|items| {
                let mut items = items.iter();
                items.any(|item| item.has_month_day(local))
            })
            && self.week_days.as_ref().is_none_or(|items| {
                let mut items = items.iter();
                items.any(|item| item.has_week_day(local))
            })
    }

    /// Looks at each minute after a moment. A local time that occurs a second time does not count.
    fn slow_search(&self, zone: &TimeZone, after: i64) -> Option<i64> {
        let first = after.div_euclid(MINUTE) + 1;
        let local = |minute: i64| {
            let moment = jiff::Timestamp::from_microsecond(minute * MINUTE);
            zone.to_datetime(moment.expect("it is a moment"))
        };
        // The hours before, in which a repeated local time may have occurred.
        let mut seen: HashSet<DateTime> = (first - 26 * 60..first).map(local).collect();
        (first..first + DAYS * 1_440)
            .find(|minute| seen.insert(local(*minute)) && self.has(local(*minute)))
            .map(|minute| minute * MINUTE)
    }
}

fn plain(min: i64, max: i64) -> impl Strategy<Value = Item> {
    let range = (min..=max, min..=max).prop_map(|(a, b)| (a.min(b), a.max(b)));
    prop_oneof![
        2 => Just(Item::All),
        6 => (min..=max).prop_map(Item::Value),
        2 => range.clone().prop_map(|(first, last)| Item::Range(first, last)),
        1 => (1..=max).prop_map(Item::AllStep),
        1 => (min..=max, 1..=max).prop_map(|(first, step)| Item::ValueStep(first, step)),
        1 => (range, 1..=max).prop_map(|((first, last), step)| Item::RangeStep(first, last, step)),
    ]
}

fn list(item: impl Strategy<Value = Item>) -> impl Strategy<Value = Vec<Item>> {
    prop::collection::vec(item, 1..3)
}

fn fields() -> impl Strategy<Value = Fields> {
    let month_days = list(prop_oneof![
        3 => plain(1, 31),
        1 => Just(Item::Last),
        1 => Just(Item::LastWeekday),
        1 => (1..=31_i64).prop_map(Item::NearWeekday),
    ]);
    let of_week = list(prop_oneof![
        2 => (1..=7_i64).prop_map(Item::Value),
        1 => (1..=7_i64, 1..=7_i64).prop_map(|(a, b)| Item::Range(a.min(b), a.max(b))),
        1 => Just(Item::Last),
        1 => (1..=7_i64).prop_map(Item::LastOfMonth),
    ]);
    let nth = (1..=7_i64, 1..=5_i64).prop_map(|(day, number)| vec![Item::NthOfMonth(day, number)]);
    let days = prop_oneof![
        month_days.prop_map(|days| (Some(days), None)),
        prop_oneof![of_week, nth].prop_map(|days| (None, Some(days))),
    ];
    let months = prop_oneof![4 => Just(vec![Item::All]), 1 => list(plain(1, 12))];
    (list(plain(0, 59)), list(plain(0, 23)), days, months).prop_map(
        |(minutes, hours, (month_days, week_days), months)| Fields {
            minutes,
            hours,
            month_days,
            months,
            week_days,
        },
    )
}

/// Zones with different transitions: an hour, half an hour, at midnight, a whole day, none.
fn zones() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Africa/Casablanca",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "UTC",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_next_time_is_that_of_a_search_through_all_minutes(
        fields in fields(),
        zone in zones(),
        // From 2011, the year in which Samoa skipped a day.
        after in 1_293_840_000_000_000..1_830_000_000_000_000_i64,
    ) {
        let text = fields.print();
        let zone_of_schedule = NamedTimeZone::parse(zone).expect("it is a zone");
        // Some days have no date, such as 31 February.
        let Ok(expression) = ScheduleExpression::parse(&text, &zone_of_schedule) else {
            return Ok(());
        };
        let zone = TimeZoneDatabase::bundled().get(zone).expect("it is a zone");
        // First from a random moment, then from the transition after it.
        let moment = jiff::Timestamp::from_microsecond(after).expect("it is a moment");
        let transition = zone.following(moment).next().map(|one| one.timestamp().as_microsecond());
        let before_transition = transition.map(|micros| micros - 90 * MINUTE);
        for after in [Some(after), before_transition].into_iter().flatten() {
            let origin = Timestamp::from_unix_micros(after);
            let found = expression.next_after(origin, origin).map(Timestamp::unix_micros);
            match fields.slow_search(&zone, after) {
                Some(expected) => prop_assert_eq!(found, Some(expected), "{} after {}", text, origin),
                None => prop_assert!(
                    found.is_none_or(|found| found >= after + DAYS * 1_440 * MINUTE),
                    "{text} after {origin}: {found:?}"
                ),
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "(cron|rate|at)\\([0-9*?LW#/,A-Z :T-]{0,30}\\)|.{0,40}") {
        let parsed = ScheduleExpression::parse(&text, &NamedTimeZone::UTC);
        if let Ok(expression) = parsed {
            // A search ends for each moment.
            for micros in [i64::MIN, 0, i64::MAX] {
                let moment = Timestamp::from_unix_micros(micros);
                let _next = expression.next_after(moment, Timestamp::default());
            }
        }
    }
}
