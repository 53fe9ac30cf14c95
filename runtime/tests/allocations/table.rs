//! The table of allocations, as Markdown.

use std::collections::HashSet;
use std::fmt;

use crate::measure::{Allocated, Work};

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
    pub(crate) fn differences(&self, kept: &str) -> String {
        let made = self.to_string();
        if made == kept {
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

/// Returns the lines of one text that the other one does not have.
fn missing<'t>(one: &'t str, other: &str) -> Vec<&'t str> {
    let others: HashSet<&str> = other.lines().collect();
    one.lines().filter(|line| !others.contains(line)).collect()
}

/// Returns the key of a row: its first two cells.
fn key(line: &str) -> Vec<&str> {
    line.split('|').skip(1).take(2).collect()
}
