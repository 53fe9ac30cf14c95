//! The table of what executions allocate, as Markdown.

use std::collections::HashSet;
use std::fmt;

use crate::measure::Allocated;

const HEAD: &str = "\
# What executions allocate

Written by `ALLOCATIONS=overwrite cargo test -p stepwright-runtime --test allocations`, which is the test that holds it.

`one` is a workload of one state, round, item or branch; `100 more` is what one of 101 allocates beyond that, exactly. The last columns divide it by
the states that it enters.

| workload | one: allocations | bytes | 100 more: allocations | bytes | a transition: allocations | bytes |
|---|--:|--:|--:|--:|--:|--:|
";

/// What a workload allocates.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) one: Allocated,
    pub(crate) more: Allocated,
    /// How many states are entered more.
    pub(crate) transitions: u64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row {
            name,
            one,
            more,
            transitions,
        } = self;
        let of_one = |total: u64| total as f64 / *transitions as f64;
        write!(
            f,
            "| {name} | {} | {} | {} | {} | {:.2} | {:.0} |",
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

    /// The lines by which this table differs from one that was kept: `-` for what was, `+` for what is.
    pub(crate) fn differences(&self, kept: &str) -> String {
        let made = self.to_string();
        if made == kept {
            return String::new();
        }
        let only_in = |one: &str, other: &str, sign: char| -> Vec<(String, String)> {
            let others: HashSet<&str> = other.lines().collect();
            let lines = one.lines().filter(|line| !others.contains(line));
            lines
                .map(|line| (name(line).to_owned(), format!("{sign} {line}\n")))
                .collect()
        };
        let mut lines = only_in(kept, &made, '-');
        lines.extend(only_in(&made, kept, '+'));
        lines.sort_by(|(one, _), (other, _)| one.cmp(other));
        match lines.is_empty() {
            true => "its lines are in another order, or stand there twice\n".to_owned(),
            false => lines.into_iter().map(|(_, line)| line).collect(),
        }
    }
}

/// The workload of a row.
fn name(line: &str) -> &str {
    line.split('|').nth(1).unwrap_or_default()
}
