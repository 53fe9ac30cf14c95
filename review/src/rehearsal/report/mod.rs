//! The results of many rehearsals, grouped, and their formats.

mod html;
mod junit;
mod markdown;
mod text;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Value as Json, json};
use stepwright_asl::json::Json as Asl;
use stepwright_asl::words::more;
use stepwright_history::coverage::Coverage;
use stepwright_interpreter::Timestamp;
use stepwright_tools::estimate::PriceTable;

use super::finding::{Finding, RehearsalKind};
use super::measure::Measure;
use super::rehearsed_history::RehearsedHistory;

/// How many executions a group names.
const EXAMPLES: usize = 5;

/// The results of the rehearsals of one definition.
#[derive(Clone, Debug)]
#[must_use]
pub struct RehearsalReport {
    definition: Asl,
    histories: Vec<RehearsedHistory>,
    coverage: Coverage,
    prices: Option<PriceTable>,
    problems: Vec<String>,
    now: Option<Timestamp>,
}

/// Executions with the same findings, apart from values.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RehearsalGroup<'r> {
    /// The most severe kind.
    pub kind: RehearsalKind,
    /// How many executions there are.
    pub executions: usize,
    /// The names of the first ones.
    pub examples: Vec<&'r str>,
    /// The findings of the first one.
    pub findings: &'r [Finding],
}

/// When the executions started.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct HistoryAge {
    /// The start of the oldest one.
    pub oldest: Timestamp,
    /// The start of the newest one.
    pub newest: Timestamp,
    /// The age of the newest one in days, if the current time is known.
    pub newest_days: Option<f64>,
}

impl RehearsalReport {
    pub(super) fn new(
        definition: Asl,
        histories: Vec<RehearsedHistory>,
        coverage: Coverage,
        prices: Option<PriceTable>,
    ) -> Self {
        Self {
            definition,
            histories,
            coverage,
            prices,
            problems: Vec::new(),
            now: None,
        }
    }

    pub(super) fn with_problem(mut self, problem: String) -> Self {
        self.problems.push(problem);
        self
    }

    /// Sets the current time, from which the age of the executions is computed.
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Returns the results, in the order of the executions.
    pub fn histories(&self) -> &[RehearsedHistory] {
        &self.histories
    }

    /// Returns what the rehearsals cover of the new definition. A path that no history takes is not
    /// proven.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Returns the problems of the rehearsal itself, such as an unknown placeholder.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Returns how many executions have this kind.
    pub fn count(&self, kind: RehearsalKind) -> usize {
        let of_kind = self.histories.iter().filter(|history| history.kind == kind);
        of_kind.count()
    }

    /// Returns whether each execution has the same end and the same calls.
    pub fn is_same(&self) -> bool {
        self.count(RehearsalKind::Same) == self.histories.len()
    }

    /// Returns the groups: the most severe kind first, then the largest group.
    pub fn groups(&self) -> Vec<RehearsalGroup<'_>> {
        let mut groups: IndexMap<(RehearsalKind, String), RehearsalGroup<'_>> = IndexMap::new();
        for history in &self.histories {
            let keys: Vec<String> = history.findings.iter().map(Finding::key).collect();
            let group = groups
                .entry((history.kind, keys.join("\n")))
                .or_insert_with(|| RehearsalGroup {
                    kind: history.kind,
                    executions: 0,
                    examples: Vec::new(),
                    findings: &history.findings,
                });
            group.executions += 1;
            if group.examples.len() < EXAMPLES {
                group.examples.push(&history.name);
            }
        }
        let mut groups: Vec<RehearsalGroup<'_>> = groups.into_values().collect();
        groups.sort_by_key(|group| (group.kind, std::cmp::Reverse(group.executions)));
        groups
    }

    /// Returns the sums over the executions whose rehearsals ended, recorded and now.
    pub fn measures(&self) -> (Measure, Measure) {
        let (mut before, mut after) = (Measure::default(), Measure::default());
        for history in &self.histories {
            if let Some(now) = &history.after {
                before.add(&history.before);
                after.add(now);
            }
        }
        (before, after)
    }

    /// Returns when the executions started; `None` without executions.
    pub fn age(&self) -> Option<HistoryAge> {
        let usable = |history: &&RehearsedHistory| history.kind != RehearsalKind::Unusable;
        let started = || {
            self.histories
                .iter()
                .filter(usable)
                .map(|history| history.started)
        };
        let (oldest, newest) = (started().min()?, started().max()?);
        let newest_days = self
            .now
            .map(|now| now.since(newest).as_secs_f64() / 86_400.0);
        Some(HistoryAge {
            oldest,
            newest,
            newest_days,
        })
    }

    /// Returns the executions that run or can be redriven, and could not continue with the new
    /// definition.
    pub fn stranded(&self) -> Vec<&RehearsedHistory> {
        let stranded = self.histories.iter().filter(|history| {
            history
                .open
                .as_ref()
                .is_some_and(|open| open.obstacle.is_some())
        });
        stranded.collect()
    }

    /// Returns the indexes of the executions to save: one for each distinct path.
    pub fn distinct_paths(&self) -> Vec<usize> {
        let mut seen = std::collections::HashSet::new();
        let histories = self.histories.iter().enumerate();
        let distinct = histories.filter(|(_, history)| {
            history.kind != RehearsalKind::Unusable && seen.insert(history.path.as_str())
        });
        distinct.map(|(index, _)| index).collect()
    }

    /// Returns the report for programs.
    ///
    /// # Errors
    ///
    /// Never, unless serialization fails.
    pub fn to_json(&self) -> Result<Json, serde_json::Error> {
        let kinds =
            RehearsalKind::ALL.map(|kind| (kind.as_str().to_owned(), json!(self.count(kind))));
        let (before, after) = self.measures();
        let age = self.age().map(|age| {
            json!({
                "oldest": age.oldest.to_string(), "newest": age.newest.to_string(),
                "newestDays": age.newest_days,
            })
        });
        Ok(json!({
            "executions": self.histories.len(),
            "kinds": Json::Object(kinds.into_iter().collect()),
            "groups": serde_json::to_value(self.groups())?,
            "before": serde_json::to_value(before)?,
            "after": serde_json::to_value(after)?,
            "age": age,
            "coverage": self.coverage.to_json(),
            "problems": self.problems,
            "histories": serde_json::to_value(&self.histories)?,
        }))
    }

    /// Returns `transitions 50 -> 60 (+20 %)` and the other amounts, as rows of a table.
    fn rows(&self) -> Vec<[String; 4]> {
        let (before, after) = self.measures();
        let mut rows = vec![
            row(
                "transitions",
                before.transitions as f64,
                after.transitions as f64,
                0,
            ),
            row("events", before.events as f64, after.events as f64, 0),
            row("seconds", before.seconds, after.seconds, 1),
            row(
                "largest payload, bytes",
                before.payload_bytes as f64,
                after.payload_bytes as f64,
                0,
            ),
        ];
        if let Some(prices) = &self.prices {
            let name = format!("price, US dollars ({}, {})", prices.region, prices.date);
            rows.push(row(&name, before.price, after.price, 6));
        }
        rows
    }

    /// Returns the age of the executions as a sentence.
    fn age_text(&self) -> String {
        let count = self.histories.len();
        let noun = if count == 1 {
            "execution"
        } else {
            "executions"
        };
        let Some(age) = self.age() else {
            return format!("{count} {noun}");
        };
        let days = match age.newest_days {
            Some(days) if days < 1.0 => "; the newest is less than a day old".to_owned(),
            Some(days) => format!("; the newest is {days:.0} days old"),
            None => String::new(),
        };
        let date = |time: Timestamp| time.to_string().chars().take(10).collect::<String>();
        format!(
            "{count} {noun}, started from {} to {}{days}",
            date(age.oldest),
            date(age.newest)
        )
    }

    /// Returns what no execution covers, as sentences.
    fn uncovered(&self) -> Vec<String> {
        self.coverage.missing()
    }
}

fn row(name: &str, before: f64, after: f64, digits: usize) -> [String; 4] {
    let change = match before {
        _ if before == after => "=".to_owned(),
        0.0 => String::new(),
        _ => format!("{:+.1} %", (after - before) / before * 100.0),
    };
    [
        name.to_owned(),
        format!("{before:.digits$}"),
        format!("{after:.digits$}"),
        change,
    ]
}

/// Returns the names of a group: `a, b and 3 more`.
fn examples(group: &RehearsalGroup<'_>) -> String {
    let mut names = group.examples.join(", ");
    let others = more(group.executions - group.examples.len());
    names.extend(others.map(|others| format!(" {others}")));
    names
}

/// Returns `1 execution` or `2 executions`.
fn counted(count: usize) -> String {
    match count {
        1 => "1 execution".to_owned(),
        _ => format!("{count} executions"),
    }
}
