//! An estimate, and its output as a table.

use std::fmt;

use serde::Serialize;

use super::cost::CostCase;
use super::price::{Price, PriceTable};

/// The estimated cost of executions of a definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Estimate {
    /// The shortest path to a success; to any end if there is no success.
    pub best: CostCase,
    /// The average over likely paths.
    pub typical: CostCase,
    /// The longest path to any end.
    pub worst: CostCase,
    /// The number of executions per month.
    pub executions: u64,
    /// The prices; `None` if the table does not have the region.
    pub prices: Option<PriceTable>,
    /// The monthly cost in the best case.
    pub best_price: Option<Price>,
    /// The monthly cost in the typical case.
    pub typical_price: Option<Price>,
    /// The monthly cost in the worst case.
    pub worst_price: Option<Price>,
    /// The reasons why it cannot be an Express workflow; empty if it can.
    pub express_obstacles: Vec<String>,
    /// Assumptions of the estimate that are not in the definition.
    pub assumptions: Vec<String>,
    /// Warnings about amounts without a bound, and about service limits that are close.
    pub warnings: Vec<String>,
    /// Those of the warnings that are about the definition and not about the estimate.
    #[serde(skip)]
    pub limits: Vec<LimitWarning>,
}

/// An amount without a bound, or one that is close to a limit of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitWarning {
    /// The amount.
    pub kind: LimitKind,
    /// The states that cause it, if it has no bound.
    pub states: Vec<String>,
    /// The amount and its limit, in a sentence.
    pub message: String,
}

/// An amount that a limit of the service bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitKind {
    /// A loop without a bound.
    Loop,
    /// The data of a loop grows in each round.
    GrowingData,
    /// The events of an execution.
    Events,
    /// The bytes of a payload.
    Payload,
    /// The time of an Express execution; also for a Standard state machine that could be one.
    ExpressTime,
}

/// The amount of the typical case when it depends on a wait of unknown duration.
const UNKNOWN: &str = "unknown";

/// A row of the table: its title, the amount, and the formatter.
type ReportRow = (&'static str, fn(&CostCase) -> f64, fn(f64) -> String);

const CASES: [&str; 3] = ["best", "typical", "worst"];

/// A line of the table.
enum Line {
    /// A title and the amounts of the three cases.
    Row(String, [String; 3]),
    Text(String),
}

/// Writes lines in columns as wide as their longest amount, separated by two blanks.
fn table(f: &mut fmt::Formatter<'_>, lines: &[Line]) -> fmt::Result {
    let rows = || {
        lines.iter().filter_map(|line| match line {
            Line::Row(title, shown) => Some((title, shown)),
            Line::Text(_) => None,
        })
    };
    let titles = rows().map(|(title, _)| title.chars().count() + 1);
    let title_width = titles.max().unwrap_or_default().max(32);
    let amounts = rows().flat_map(|(_, shown)| shown.iter().map(|text| text.chars().count() + 2));
    let width = amounts.max().unwrap_or_default().max(12);
    for line in lines {
        match line {
            Line::Row(title, [best, typical, worst]) if !title.is_empty() => writeln!(
                f,
                "{title:<title_width$}{best:>width$}{typical:>width$}{worst:>width$}"
            )?,
            Line::Row(..) => writeln!(f)?,
            Line::Text(text) => writeln!(f, "{text}")?,
        }
    }
    Ok(())
}

/// A readable table.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cases = [&self.best, &self.typical, &self.worst];
        let mut lines: Vec<Line> = Vec::new();
        let mut row = |name: &str, shown: [String; 3]| {
            lines.push(Line::Row(name.to_owned(), shown));
        };
        row("an execution", CASES.map(str::to_owned));
        let rows: [ReportRow; 7] = [
            ("transitions", |case| case.transitions, count),
            ("history events", |case| case.events, count),
            ("largest payload", |case| case.payload_bytes, bytes),
            ("duration", |case| case.seconds, seconds),
            (
                "transitions of children",
                |case| case.child_transitions,
                count,
            ),
            ("Express children", |case| case.express_children, count),
            (
                "their duration, summed",
                |case| case.express_child_seconds,
                seconds,
            ),
        ];
        for (index, (name, of, show)) in rows.into_iter().enumerate() {
            // Few definitions have child executions.
            if index < 4 || cases.iter().any(|case| of(case) > 0.0) {
                row(name, cases.map(|case| known(case, of(case), show)));
            }
        }
        let (Some(prices_table), Some(best), Some(typical), Some(worst)) = (
            &self.prices,
            &self.best_price,
            &self.typical_price,
            &self.worst_price,
        ) else {
            return table(f, &lines);
        };
        let prices = [best, typical, worst];
        row("", Default::default());
        let title = format!("{} executions a month", count(self.executions as f64));
        row(&title, CASES.map(str::to_owned));
        let amounts = |of: fn(&Price) -> Option<f64>, show: fn(f64) -> String| {
            [0, 1, 2].map(|index| match of(prices[index]) {
                Some(amount) => known(cases[index], amount, show),
                None => "-".to_owned(),
            })
        };
        row(
            "as Standard",
            amounts(|price| Some(price.standard), dollars),
        );
        row("as Express", amounts(|price| price.express, dollars));
        if self.express_obstacles.is_empty() {
            row(
                "  memory, charged",
                prices.map(|price| format!("{} MB", count(price.express_megabytes))),
            );
            row(
                "  GB-seconds each",
                amounts(|price| Some(price.express_gigabyte_seconds), gigabytes),
            );
        } else {
            let obstacles = self.express_obstacles.join("; ");
            lines.push(Line::Text(format!(
                "not possible as an Express workflow: {obstacles}"
            )));
        }
        table(f, &lines)?;
        writeln!(
            f,
            "prices of {} in US dollars: {} Standard, {} Express, without tax and without the services that are called",
            prices_table.date, prices_table.region, prices_table.express_region
        )?;
        write!(f, "assumed: {}", self.assumptions.join("; "))
    }
}

/// Formats an amount of a case. An infinite amount of a case with an unknown wait is unknown, not
/// without a bound.
fn known(case: &CostCase, amount: f64, show: impl Fn(f64) -> String) -> String {
    if case.unknown_waits > 0.0 && !amount.is_finite() {
        UNKNOWN.to_owned()
    } else {
        show(amount)
    }
}

/// Formats a number with thousands separators, and with one decimal digit if it is not an integer.
pub(super) fn count(amount: f64) -> String {
    if !amount.is_finite() {
        return "unbounded".to_owned();
    }
    if amount >= 1e15 {
        return format!("{amount:.1e}");
    }
    let tenths = (amount * 10.0).round() / 10.0;
    let whole = tenths.trunc();
    let digits = format!("{whole:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match ((tenths - whole) * 10.0).round() {
        0.0 => grouped,
        tenth => format!("{grouped}.{tenth:.0}"),
    }
}

pub(super) fn bytes(amount: f64) -> String {
    match amount {
        amount if !amount.is_finite() => "unbounded".to_owned(),
        amount if amount < 1024.0 => format!("{amount:.0} B"),
        amount if amount < 1024.0 * 1024.0 => format!("{:.1} KiB", amount / 1024.0),
        amount => format!("{} MiB", count(amount / (1024.0 * 1024.0))),
    }
}

pub(super) fn seconds(amount: f64) -> String {
    match amount {
        amount if !amount.is_finite() => "unbounded".to_owned(),
        amount if amount < 120.0 => format!("{amount:.1} s"),
        amount if amount < 7200.0 => format!("{:.1} min", amount / 60.0),
        amount if amount < 172_800.0 => format!("{:.1} h", amount / 3600.0),
        amount => format!("{} days", count(amount / 86_400.0)),
    }
}

fn gigabytes(amount: f64) -> String {
    if amount.is_finite() {
        format!("{amount:.4}")
    } else {
        "unbounded".to_owned()
    }
}

fn dollars(amount: f64) -> String {
    match amount {
        amount if !amount.is_finite() => "unbounded".to_owned(),
        amount if amount < 1e12 => {
            let cents = (amount * 100.0).round() / 100.0;
            format!(
                "${}.{:02}",
                count(cents.trunc()),
                ((cents - cents.trunc()) * 100.0).round()
            )
        }
        amount => format!("${}", count(amount)),
    }
}
