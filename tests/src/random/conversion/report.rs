//! Compares many machines and reports the differences.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;
use stepwright_tools::convert::Converter;

use super::check::compare;
use super::convert::converted;
use super::machine::Machine;
use super::shrink::{Counterexample, shrink};
use crate::random::draw::Draw;

/// The machines to compare.
#[derive(Clone, Debug)]
pub struct Conversions {
    /// The seed of the first machine.
    pub seed: u64,
    /// The number of machines.
    pub count: usize,
    /// The number of runs of each machine.
    pub inputs: usize,
    /// The most differences that are made smaller and printed.
    pub shown: usize,
}

/// The result for many machines.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// All machines.
    pub machines: usize,
    /// The machines with runs that were compared.
    pub compared: usize,
    /// The compared runs.
    pub runs: usize,
    /// The runs that were not compared, because a path found nothing.
    pub absent: usize,
    /// The machines in which a result became a variable.
    pub with_variables: usize,
    /// The machines with a state that was not converted.
    pub refused: usize,
    /// All states.
    pub states: usize,
    /// The converted states.
    pub converted: usize,
    /// The machines that differ: as text, smallest first.
    pub differences: Vec<String>,
    /// The number of notes by their codes.
    pub notes: BTreeMap<&'static str, usize>,
    differ: usize,
}

impl Conversions {
    /// Grows, converts, runs and compares the machines.
    pub async fn compare(&self) -> Report {
        let mut report = Report::default();
        let mut found = Vec::new();
        for number in 0..self.count as u64 {
            let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(number);
            let machine = Machine::grow(seed);
            let mut draw = Draw(seed);
            let runs: Vec<(Json, u64)> = (0..self.inputs)
                .map(|_| {
                    let seed = draw.number(usize::MAX) as u64;
                    (machine.input(seed), seed)
                })
                .collect();
            report.machines += 1;
            report.states += count_states(&machine.definition);
            match compare(&machine.definition, &machine.results, &runs).await {
                Ok(comparison) => {
                    report.compared += usize::from(comparison.runs > 0);
                    report.runs += comparison.runs;
                    report.absent += comparison.absent;
                    report.with_variables += usize::from(comparison.with_variables);
                    report.converted += comparison.converted.states;
                    report.refused += usize::from(!comparison.converted.is_whole);
                    for note in comparison.converted.notes {
                        *report.notes.entry(note).or_default() += 1;
                    }
                }
                Err(mismatch) => {
                    report.differ += 1;
                    let counterexample = Counterexample {
                        definition: machine.definition.clone(),
                        mismatch,
                    };
                    found.push((number, machine, counterexample));
                }
            }
        }
        found.sort_by_cached_key(|(_, _, found)| found.definition.to_string().len());
        let mut shown = Vec::new();
        for (number, machine, counterexample) in found.into_iter().take(self.shown) {
            let small = shrink(counterexample, &machine.results).await;
            shown.push((number, small));
        }
        shown.sort_by_cached_key(|(_, small)| small.definition.to_string().len());
        let texts = shown.into_iter().map(|(number, small)| {
            let run = small.mismatch.run.as_ref();
            let run = run.map(|(input, seed)| format!("input {input}, seed {seed}"));
            let text = format!("{:#}", small.definition);
            let converted = match small.mismatch.converted {
                Some(text) => text,
                None => converted(&text, &Converter::new())
                    .map_or_else(|error| error, |converted| converted.text),
            };
            format!(
                "machine {number}: {}\n{}\n{text}\n{converted}",
                small.mismatch.reason,
                run.unwrap_or_default(),
            )
        });
        report.differences = texts.collect();
        report
    }
}

/// The number of states in a definition.
fn count_states(scope: &Json) -> usize {
    let states = scope["States"].as_object().into_iter().flatten();
    let counts = states.map(|(_, state)| {
        let branches = state.get("Branches").and_then(Json::as_array);
        let processors = ["ItemProcessor", "Iterator"].into_iter();
        let processors = processors.filter_map(|field| state.get(field));
        let inner: usize = branches
            .into_iter()
            .flatten()
            .chain(processors)
            .map(count_states)
            .sum();
        1 + inner
    });
    counts.sum()
}

impl Report {
    /// The number of machines that differ.
    pub fn differ(&self) -> usize {
        self.differ
    }
}

/// The differences, then the totals. The last line is `N machines: ..., N differ`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in &self.differences {
            writeln!(f, "{difference}\n")?;
        }
        for (code, count) in &self.notes {
            writeln!(f, "{count} notes of {code}")?;
        }
        writeln!(
            f,
            "{} of {} states converted; {} machines also with variables; in {} runs a path found nothing",
            self.converted, self.states, self.with_variables, self.absent
        )?;
        write!(
            f,
            "{} machines: {} compared ({} runs), {} refused, {} differ",
            self.machines, self.compared, self.runs, self.refused, self.differ
        )
    }
}
