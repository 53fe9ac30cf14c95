//! The documented examples and the errors of expressions.

use std::fmt::Write as _;

use super::{parse, times};

const ZONE: &str = "UTC";
/// A Thursday.
const START: &str = "2026-01-01T00:00:00Z";

#[test]
fn documented_cron_examples_have_the_documented_times() {
    for (expression, expected) in [
        // 10:15 on the last Friday of each month of 2022 and 2023.
        (
            "cron(15 10 ? * 6L 2027-2028)",
            [
                "2027-01-29T10:15:00Z",
                "2027-02-26T10:15:00Z",
                "2027-03-26T10:15:00Z",
            ],
        ),
        // 10:15 each day.
        (
            "cron(15 10 * * ? *)",
            [
                "2026-01-01T10:15:00Z",
                "2026-01-02T10:15:00Z",
                "2026-01-03T10:15:00Z",
            ],
        ),
        // 18:00 from Monday to Friday.
        (
            "cron(0 18 ? * MON-FRI *)",
            [
                "2026-01-01T18:00:00Z",
                "2026-01-02T18:00:00Z",
                "2026-01-05T18:00:00Z",
            ],
        ),
        // 8:00 on the first day of each month.
        (
            "cron(0 8 1 * ? *)",
            [
                "2026-01-01T08:00:00Z",
                "2026-02-01T08:00:00Z",
                "2026-03-01T08:00:00Z",
            ],
        ),
        // Each 15 minutes.
        (
            "cron(0/15 * * * ? *)",
            [
                "2026-01-01T00:15:00Z",
                "2026-01-01T00:30:00Z",
                "2026-01-01T00:45:00Z",
            ],
        ),
        // Each 5 minutes from 8:00 to 17:55 from Monday to Friday.
        (
            "cron(0/5 8-17 ? * MON-FRI *)",
            [
                "2026-01-01T08:00:00Z",
                "2026-01-01T08:05:00Z",
                "2026-01-01T08:10:00Z",
            ],
        ),
        // The 11th, 21st, 31st, .. minute.
        (
            "cron(1/10 * * * ? *)",
            [
                "2026-01-01T00:01:00Z",
                "2026-01-01T00:11:00Z",
                "2026-01-01T00:21:00Z",
            ],
        ),
        // The second Tuesday.
        (
            "cron(0 0 ? * 3#2 *)",
            [
                "2026-01-13T00:00:00Z",
                "2026-02-10T00:00:00Z",
                "2026-03-10T00:00:00Z",
            ],
        ),
    ] {
        assert_eq!(times(expression, ZONE, START, 3), expected, "{expression}");
    }
}

#[test]
fn last_days_and_weekdays_stay_in_their_month() {
    for (expression, expected) in [
        (
            "cron(0 0 L * ? *)",
            ["2026-01-31", "2026-02-28", "2026-03-31"],
        ),
        // The last days of January and February are Saturdays.
        (
            "cron(0 0 LW * ? *)",
            ["2026-01-30", "2026-02-27", "2026-03-31"],
        ),
        // 1 February and 1 March are Sundays.
        (
            "cron(0 0 1W * ? 2026-2027)",
            ["2026-02-02", "2026-03-02", "2026-04-01"],
        ),
        // 31 January is a Saturday; months without a 31st have no time. 31 May is a Sunday.
        (
            "cron(0 0 31W * ? *)",
            ["2026-01-30", "2026-03-31", "2026-05-29"],
        ),
        // 1 August is a Saturday.
        (
            "cron(0 0 1W 8 ? *)",
            ["2026-08-03", "2027-08-02", "2028-08-01"],
        ),
        (
            "cron(0 0 29 2 ? *)",
            ["2028-02-29", "2032-02-29", "2036-02-29"],
        ),
        (
            "cron(0 0 ? * L *)",
            ["2026-01-03", "2026-01-10", "2026-01-17"],
        ),
        (
            "cron(0 0 ? * 5#5 *)",
            ["2026-01-29", "2026-04-30", "2026-07-30"],
        ),
        (
            "cron(0 0 15,L FEB ? *)",
            ["2026-02-15", "2026-02-28", "2027-02-15"],
        ),
        (
            "cron(0 0 1/15 * ? 2030)",
            ["2030-01-01", "2030-01-16", "2030-01-31"],
        ),
    ] {
        let expected = expected.map(|day| format!("{day}T00:00:00Z"));
        assert_eq!(times(expression, ZONE, START, 3), expected, "{expression}");
    }
}

#[test]
fn a_time_that_daylight_saving_skips_is_skipped() {
    // Clocks in Berlin go from 2:00 to 3:00 on 29 March.
    let found = times(
        "cron(30 2 * * ? *)",
        "Europe/Berlin",
        "2026-03-27T12:00:00Z",
        3,
    );
    let expected = [
        "2026-03-28T01:30:00Z",
        "2026-03-30T00:30:00Z",
        "2026-03-31T00:30:00Z",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_time_that_daylight_saving_repeats_is_used_once() {
    // Clocks in New York go from 2:00 to 1:00 on 1 November.
    let found = times(
        "cron(30 1 * * ? *)",
        "America/New_York",
        "2026-10-31T12:00:00Z",
        3,
    );
    let expected = [
        "2026-11-01T05:30:00Z",
        "2026-11-02T06:30:00Z",
        "2026-11-03T06:30:00Z",
    ];
    assert_eq!(found, expected);
    let found = times(
        "cron(0/30 * * * ? *)",
        "America/New_York",
        "2026-11-01T05:00:00Z",
        3,
    );
    let expected = [
        "2026-11-01T05:30:00Z",
        "2026-11-01T07:00:00Z",
        "2026-11-01T07:30:00Z",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_day_that_a_time_zone_skipped_has_no_time() {
    // Samoa had no 30 December 2011.
    let found = times(
        "cron(0 12 * * ? *)",
        "Pacific/Apia",
        "2011-12-29T12:00:00Z",
        3,
    );
    let expected = [
        "2011-12-29T22:00:00Z",
        "2011-12-30T22:00:00Z",
        "2011-12-31T22:00:00Z",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_rate_has_its_first_time_at_its_anchor_and_ignores_daylight_saving() {
    let rate = parse("rate(1 day)", "Europe/Berlin").expect("it is a rate");
    let anchor = super::time("2026-03-28T12:00:07Z");
    let before = super::time("2026-03-28T12:00:06Z");
    assert_eq!(rate.next_after(before, anchor), Some(anchor));
    let next = rate.next_after(anchor, anchor);
    assert_eq!(next, Some(super::time("2026-03-29T12:00:07Z")));
    assert_eq!(
        times("rate(90 minutes)", ZONE, START, 2),
        ["2026-01-01T01:30:00Z", "2026-01-01T03:00:00Z"]
    );
    assert!(parse("rate(1 minutes)", ZONE).is_ok());
}

#[test]
fn a_one_time_expression_is_local() {
    let found = times("at(2026-07-01T09:00:00)", "Asia/Tokyo", START, 2);
    assert_eq!(found, ["2026-07-01T00:00:00Z"]);
}

#[test]
fn an_expression_at_the_end_of_its_years_has_no_next_time() {
    assert_eq!(
        times("cron(59 23 31 12 ? 2199)", ZONE, START, 2),
        ["2199-12-31T23:59:00Z"]
    );
    let none: [&str; 0] = [];
    assert_eq!(times("cron(0 0 * * ? 2020)", ZONE, START, 1), none);
}

#[test]
fn messages_of_invalid_expressions_are_these() {
    let mut messages = String::new();
    for expression in [
        "",
        "0 3 * * *",
        "cron 0 3 * * ? *",
        "every(5 minutes)",
        "cron(0 3 * * ?)",
        "cron(0 3 * * * *)",
        "cron(0 3 * * MON *)",
        "cron(0 3 1 * MON *)",
        "cron(0 3 ? * ? *)",
        "cron(60 3 * * ? *)",
        "cron(-1 3 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 3 0 * ? *)",
        "cron(0 3 * 13 ? *)",
        "cron(0 3 * Janu ? *)",
        "cron(0 3 ? * MONN *)",
        "cron(0 3 ? * 0 *)",
        "cron(0 3 ? * 2/2 *)",
        "cron(0 22-2 * * ? *)",
        "cron(0 3 ? * FRI-MON *)",
        "cron(0/0 3 * * ? *)",
        "cron(/5 3 * * ? *)",
        "cron(0,,5 3 * * ? *)",
        "cron(? 3 * * ? *)",
        "cron(0 3 1,? * ? *)",
        "cron(0 3 31 2 ? *)",
        "cron(0 3 32W * ? *)",
        "cron(0 3 L-3 * ? *)",
        "cron(0 3 ? * 3#6 *)",
        "cron(0 3 ? * 3#1,6#3 *)",
        "cron(0 3 ? * # *)",
        "cron(0 3 * * ? 1969)",
        "cron(0 3 * * ? 99999999999)",
        "rate(5)",
        "rate(0 minutes)",
        "rate(-5 minutes)",
        "rate(1.5 hours)",
        "rate(5 minute)",
        "rate(30 seconds)",
        "rate(4294967295 days)",
        "at(2026-12-01)",
        "at(2026-12-01T03:00:00Z)",
        "at(2026-12-01 03:00:00)",
        "at(2026-02-30T03:00:00)",
        "at(2026-12-01T03:00:60)",
        "at(2026-03-29T02:30:00)",
    ] {
        match parse(expression, "Europe/Berlin") {
            Ok(_) => writeln!(messages, "{expression}\n    is accepted"),
            Err(message) => writeln!(messages, "{expression}\n    {message}"),
        }
        .expect("it is text");
    }
    for zone in ["Europe/Berln", "CEST", "", "Mars/Olympus", "+02:00"] {
        match parse("rate(1 day)", zone) {
            Ok(_) => writeln!(messages, "{zone}\n    is accepted"),
            Err(message) => writeln!(messages, "{zone}\n    {message}"),
        }
        .expect("it is text");
    }
    insta::assert_snapshot!(messages);
}
