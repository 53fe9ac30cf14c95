//! The table of allocations, as Markdown.

use std::fmt;

use crate::measure::{Allocated, Work};

/// How much numbers of bytes may differ from the table, as a part of it: an update of a dependency
/// may change the size of a type.
const TOLERANCE: f64 = 0.05;

const HEAD: &str = "\
# What executions allocate

Written by `ALLOCATIONS=overwrite cargo test -p stepwright-runtime --test allocations`, which is the test that holds it.

`one` is a workload of one state, round, item or branch; `100 more` is what one of 101 allocates beyond that, exactly. The last columns divide it by
the states that it enters.

| workload | what is done | one: allocations | bytes | 100 more: allocations | bytes | a transition: allocations | bytes |
|---|---|--:|--:|--:|--:|--:|--:|
";

/// The allocations of a workload.
pub(crate) struct Row {
    pub(crate) shape: &'static str,
    pub(crate) work: Work,
    pub(crate) one: Allocated,
    pub(crate) more: Allocated,
    /// How many more states are entered.
    pub(crate) transitions: u64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row {
            shape,
            work,
            one,
            more,
            transitions,
        } = self;
        let of_one = |total: u64| total as f64 / *transitions as f64;
        write!(
            f,
            "| {shape} | {work} | {} | {} | {} | {} | {:.2} | {:.0} |",
            one.times,
            one.bytes,
            more.times,
            more.bytes,
            of_one(more.times),
            of_one(more.bytes)
        )
    }
}

/// All rows.
pub(crate) struct Table(Vec<Row>);

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        self.0.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl Table {
    pub(crate) fn of(rows: Vec<Row>) -> Table {
        Table(rows)
    }

    /// Returns the lines that differ from a stored table: `-` for old ones, `+` for new ones.
    /// Numbers of allocations must be equal, bytes may differ by [`TOLERANCE`].
    pub(crate) fn differences(&self, kept: &str) -> String {
        let made = self.to_string();
        if made.lines().count() == kept.lines().count()
            && made
                .lines()
                .zip(kept.lines())
                .all(|(one, other)| agree(one, other))
        {
            return String::new();
        }
        let gone = missing(kept, &made).into_iter().map(|line| ('-', line));
        let new = missing(&made, kept).into_iter().map(|line| ('+', line));
        let mut lines: Vec<_> = gone.chain(new).collect();
        lines.sort_by_key(|(_, line)| key(line));
        if lines.is_empty() {
            return "the order of its lines differs, or a line is repeated\n".to_owned();
        }
        let text = |(sign, line)| format!("{sign} {line}\n");
        lines.into_iter().map(text).collect()
    }
}

/// Returns the lines of one text with which no line of the other one agrees.
fn missing<'t>(one: &'t str, other: &str) -> Vec<&'t str> {
    let is_missing = |line: &&str| !other.lines().any(|other| agree(line, other));
    one.lines().filter(is_missing).collect()
}

/// Whether two lines have the same names and the same numbers of allocations, and about the same
/// numbers of bytes.
fn agree(one: &str, other: &str) -> bool {
    let cells = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (cells(one), cells(other));
    // A row is
    // `| workload | work | allocations | bytes | allocations | bytes | allocations | bytes |`.
    let is_bytes = |column: usize| one.len() == 10 && [4, 6, 8].contains(&column);
    let are_close =
        |one: &str, other: &str| match (one.trim().parse::<f64>(), other.trim().parse::<f64>()) {
            (Ok(one), Ok(other)) => (one - other).abs() <= TOLERANCE * other.max(one),
            _ => one == other,
        };
    one.len() == other.len()
        && one
            .iter()
            .zip(&other)
            .enumerate()
            .all(|(column, (one, other))| {
                one == other || (is_bytes(column) && are_close(one, other))
            })
}

/// Returns the key of a row: its first two cells.
fn key(line: &str) -> Vec<&str> {
    line.split('|').skip(1).take(2).collect()
}
