//! Rehearses recorded executions, and compares each with what was recorded.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use stepwright_asl::json::Document;
use stepwright_asl::redaction::Redaction;
use stepwright_history::RecordedHistory;
use stepwright_history::coverage::Coverage;
use stepwright_history::runtime_support::{RecordedEvent, numbered_events};
use stepwright_history::timeline::Timeline;

use super::answers::AnswerOrder;
use super::compare::ComparedExecution;
use super::finding::{Finding, RehearsalKind};
use super::known_states::{BothStates, OldDefinition};
use super::measure::Measure;
use super::open_execution::open_execution;
use super::recorded_end::RecordedEnd;
use super::recorded_execution::RecordedExecution;
use super::rehearsed_execution::RehearsedExecution;
use super::rehearsed_history::RehearsedHistory;
use super::report::RehearsalReport;
use super::run_caller::RunSeed;
use super::virtual_run::VirtualRun;
use super::{Rehearsal, choice_reason, paths};

/// How many further runs find values that depend on random numbers, if the definition has any.
const RANDOM_RUNS: u64 = 4;
const OTHER_RUNS: u64 = 1;

impl Rehearsal {
    /// Rehearses executions.
    pub fn rehearse_all(mut self, executions: &[RecordedExecution]) -> RehearsalReport {
        let prepared = self.prepare(executions);
        let report = self.rehearse_each(executions.len(), |index| Ok(executions[index].clone()));
        match prepared {
            Ok(()) => report,
            Err(error) => report.with_problem(error.to_string()),
        }
    }

    /// Rehearses `count` executions, which `load` returns by their indexes, on all cores. An
    /// execution is dropped before the next one is loaded, so that many fit into memory.
    pub fn rehearse_each(
        &self,
        count: usize,
        load: impl Fn(usize) -> Result<RecordedExecution, String> + Sync,
    ) -> RehearsalReport {
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let work = || {
            let mut coverage = self.coverage();
            let mut results = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return (coverage, results);
                }
                let result = match load(index) {
                    Ok(execution) => self.rehearse_with(&execution, &mut coverage),
                    Err(reason) => unusable(format!("history {}", index + 1), reason),
                };
                results.push((index, result));
            }
        };
        let parts: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (1..threads.min(count)).map(|_| scope.spawn(work)).collect();
            let own = work();
            let workers = workers.into_iter().filter_map(|worker| worker.join().ok());
            std::iter::once(own).chain(workers).collect()
        });
        let mut coverage = self.coverage();
        let mut results = Vec::with_capacity(count);
        for (part, of_part) in parts {
            coverage.merge(&part);
            results.extend(of_part);
        }
        results.sort_by_key(|(index, _)| *index);
        let results = results.into_iter().map(|(_, result)| result);
        RehearsalReport::new(
            self.definition.clone(),
            results.collect(),
            coverage,
            self.prices,
        )
    }

    fn coverage(&self) -> Coverage {
        Coverage::of(&self.machine)
    }

    /// Rehearses one execution.
    #[must_use]
    pub fn rehearse(&self, execution: &RecordedExecution) -> RehearsedHistory {
        self.rehearse_with(execution, &mut self.coverage())
    }

    fn rehearse_with(
        &self,
        execution: &RecordedExecution,
        coverage: &mut Coverage,
    ) -> RehearsedHistory {
        let redaction = self.redaction.clone().and(execution.history.redaction());
        if let Some(reason) = execution.history.incomplete() {
            return unusable(execution.name.clone(), reason.to_owned());
        }
        if execution.history.has_more_events() {
            let reason = "the history has further pages; fetch all of its events".to_owned();
            return unusable(execution.name.clone(), reason);
        }
        let (history, old) = self.renamed(execution);
        let events = history.events();
        let run = |seed| self.virtual_run(&history, seed).run();
        let rehearsed = match run(RunSeed::RECORDED) {
            Ok(rehearsed) => rehearsed,
            Err(reason) => return unusable(execution.name.clone(), reason),
        };
        let known = BothStates {
            new: &self.states,
            old: old.as_deref(),
        };
        let now: Vec<(&RehearsedExecution, Vec<RecordedEvent>)> = rehearsed
            .iter()
            .map(|run| (run, numbered_events(&run.history)))
            .collect();
        let compare = |others: &[Vec<RehearsedExecution>]| {
            self.findings(&history, &now, others, &known, &redaction)
        };
        let mut findings = compare(&[]);
        if !findings
            .iter()
            .all(|finding| matches!(finding, Finding::OtherStates { .. }))
        {
            let runs = if self.has_random_values {
                RANDOM_RUNS
            } else {
                OTHER_RUNS
            };
            let others = (1..=runs).map(|number| run(RunSeed::other(number)));
            // A run that fails with another time depends on it.
            let others: Vec<_> = others.filter_map(Result::ok).collect();
            findings = compare(&others);
        }
        for finding in &mut findings {
            if matches!(finding, Finding::OtherPath { .. }) {
                let (then, now) = (history.timeline(), Timeline::of(&rehearsed[0].history));
                choice_reason::explain(finding, &self.machine, &then, &now, &redaction);
            }
        }
        for one in &rehearsed {
            match one.child {
                None => coverage.add(&one.history),
                Some(_) => coverage.add_child(&one.history),
            }
        }
        findings.sort_by_key(Finding::kind);
        let is_whole =
            RecordedEnd::of(events) != RecordedEnd::Open && rehearsed[0].outcome.is_some();
        let prices = self.prices.as_ref();
        let measure = |events: &[RecordedEvent]| Measure::of(events, self.machine_type, prices);
        RehearsedHistory {
            name: execution.name.clone(),
            started: history.started(),
            kind: findings.first().map_or(RehearsalKind::Same, Finding::kind),
            open: open_execution(events, &findings, old.as_deref(), &self.states),
            findings,
            before: measure(events),
            after: is_whole.then(|| measure(&now[0].1)),
            path: paths::signature(events),
        }
    }

    fn findings(
        &self,
        history: &RecordedHistory,
        now: &[(&RehearsedExecution, Vec<RecordedEvent>)],
        others: &[Vec<RehearsedExecution>],
        known: &BothStates<'_>,
        redaction: &Redaction,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (run, events) in now {
            let recorded = match run.child {
                None => history.events(),
                Some(child) => history.children()[child].events(),
            };
            let others = others
                .iter()
                .filter_map(|other| other.iter().find(|other| other.child == run.child));
            let compared = ComparedExecution {
                recorded,
                run,
                events,
                others: others.collect(),
                known,
                redaction,
            };
            findings.extend(compared.findings());
        }
        findings
    }

    pub(super) fn virtual_run<'a>(
        &'a self,
        recorded: &'a RecordedHistory,
        seed: RunSeed,
    ) -> VirtualRun<'a> {
        let order = if self.has_random_values {
            AnswerOrder::AsRecorded
        } else {
            AnswerOrder::ByArguments
        };
        VirtualRun::new(&self.program, recorded, order, seed)
    }

    /// Returns the history with the new names of states and numbered visits of Maps and Parallels,
    /// and the old definition if it is known.
    pub(super) fn renamed<'e>(
        &self,
        execution: &'e RecordedExecution,
    ) -> (Cow<'e, RecordedHistory>, Option<Arc<OldDefinition>>) {
        let old = self.old_of(execution);
        let mut history = Cow::Borrowed(&execution.history);
        if let Some(renames) = old.as_deref().filter(|old| !old.change.is_empty()) {
            let new_name = |state: &str| renames.change.new_name(state);
            history.to_mut().rename_states(&new_name);
        }
        if history.has_repeated_containers() {
            history.to_mut().number_visits();
        }
        (history, old)
    }

    fn old_of(&self, execution: &RecordedExecution) -> Option<Arc<OldDefinition>> {
        let Some(text) = &execution.definition else {
            return self.default_old.clone();
        };
        let lock = || self.old.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(text) {
            return known.clone();
        }
        // A definition that is not JSON is treated as an unknown one.
        let document = Document::parse(text).ok();
        let old = document.map(|old| Arc::new(OldDefinition::of(old.json(), &self.definition)));
        lock().insert(text.clone(), old.clone());
        old
    }
}

fn unusable(name: String, reason: String) -> RehearsedHistory {
    RehearsedHistory {
        name,
        started: stepwright_interpreter::Timestamp::default(),
        kind: RehearsalKind::Unusable,
        findings: vec![Finding::Unusable { reason }],
        before: Measure::default(),
        after: None,
        open: None,
        path: String::new(),
    }
}
