//! The result of a search: findings with counterexamples, and what the search covered.

use std::fmt::{self, Write as _};
use std::time::Duration;

use stepwright_asl::json::{Json, Object};
use stepwright_history::coverage::Coverage as DefinitionCoverage;

use crate::budget::StopReason;
use crate::expression::readable_duration;
use crate::rule::Rule;
use crate::search::{Counterexample, ExploredMachine, PathStep, numbered};
use crate::settings::Settings;
use crate::unknown_name::{CheckedNames, UnknownName};

/// The subject of a finding. There is one finding for each subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// A property, by its index.
    Property(usize),
    /// A rule at a state.
    Rule(Rule, String),
}

/// A property or a rule that does not hold.
#[derive(Clone, Debug)]
pub struct Finding {
    name: String,
    rule: Option<Rule>,
    state: Option<String>,
    message: String,
    counterexample: Option<Counterexample>,
}

impl Finding {
    pub(crate) fn new(
        machine: &ExploredMachine,
        subject: Subject,
        message: String,
        counterexample: Option<Counterexample>,
    ) -> Self {
        let (name, rule, state) = match subject {
            Subject::Property(index) => {
                let property = machine.settings.properties.get(index);
                let name = property.map(|property| property.name.clone());
                (name.unwrap_or_default(), None, String::new())
            }
            Subject::Rule(rule, state) => (rule.name().to_owned(), Some(rule), state),
        };
        Self {
            name,
            rule,
            state: Some(state).filter(|state| !state.is_empty()),
            message,
            counterexample,
        }
    }

    /// Returns the name of the property or of the rule.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the rule; `None` for a property.
    pub fn rule(&self) -> Option<Rule> {
        self.rule
    }

    /// Returns the state at which the rule does not hold; `None` for a statement about whole paths.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Returns what does not hold.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the path that shows it; `None` for a state that no path enters.
    pub fn counterexample(&self) -> Option<&Counterexample> {
        self.counterexample.as_ref()
    }

    /// Returns it as JSON.
    pub fn to_json(&self) -> Json {
        let mut object = Object::new();
        let mut add = |name: &str, value: Json| object.insert(name.to_owned(), value);
        add("name", Json::from(self.name.clone()));
        let kind = if self.rule.is_some() {
            "rule"
        } else {
            "property"
        };
        add("kind", Json::from(kind.to_owned()));
        add("message", Json::from(self.message.clone()));
        if let Some(example) = &self.counterexample {
            add("faults", Json::from(example.faults()));
            add("input", json_of(example.input()));
            let steps = example.steps().iter().map(step_json);
            add("steps", Json::Array(steps.collect()));
        }
        Json::Object(object)
    }
}

fn json_of(value: &stepwright_interpreter::value::Value) -> Json {
    Json::from(value.to_json())
}

fn step_json(step: &PathStep) -> Json {
    let mut object = Object::new();
    let mut add = |name: &str, value: Json| object.insert(name.to_owned(), value);
    let text = |text: &str| Json::from(text.to_owned());
    match step {
        PathStep::Start { input } => {
            add("step", text("start"));
            add("input", json_of(input));
        }
        PathStep::Enter { state, .. } => {
            add("step", text("enter"));
            add("state", text(state));
        }
        PathStep::StartInner { input, .. } => {
            add("step", text("startInner"));
            add("input", json_of(input));
        }
        PathStep::EndInner { status, value, .. } => {
            add("step", text("endInner"));
            add("status", text(status));
            add(end_member(status), json_of(value));
        }
        PathStep::Read { state, items } => {
            add("step", text("read"));
            add("state", text(state));
            if let Some(items) = items {
                add("items", json_of(items));
            }
        }
        PathStep::WriteFailed { state } => {
            add("step", text("writeFailed"));
            add("state", text(state));
        }
        PathStep::Late { state, result, .. } => {
            add("step", text("late"));
            add("state", text(state));
            add("result", json_of(result));
        }
        PathStep::Succeed {
            state,
            attempt,
            arguments,
            result,
            ..
        } => {
            add("step", text("succeed"));
            add("state", text(state));
            add("attempt", Json::from(*attempt));
            add("arguments", json_of(arguments));
            add("result", json_of(result));
        }
        PathStep::Fail {
            state,
            attempt,
            arguments,
            error,
            ..
        } => {
            add("step", text("fail"));
            add("state", text(state));
            add("attempt", Json::from(*attempt));
            add("arguments", json_of(arguments));
            add("error", text(error));
        }
        PathStep::Open {
            state,
            arguments,
            is_silent,
            ..
        } => {
            add("step", text("open"));
            add("state", text(state));
            add("arguments", json_of(arguments));
            add("isNeverAnswered", Json::Bool(*is_silent));
        }
        PathStep::Pass { time } => {
            add("step", text("pass"));
            add("seconds", Json::from(time.as_secs_f64()));
        }
        PathStep::End { status, value } => {
            add("step", text("end"));
            add("status", text(status));
            add(end_member(status), json_of(value));
        }
    }
    if let Some(execution) = step.execution() {
        add("execution", text(execution));
    }
    Json::Object(object)
}

/// The member of the end of an execution: its output or its error.
fn end_member(status: &str) -> &'static str {
    match status {
        "succeeded" => "output",
        _ => "error",
    }
}

/// The extent of a search.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Coverage {
    /// The bound of faults of one path.
    pub faults: u32,
    /// How often the outcomes of a state are combined again when a loop returns to it.
    pub loops: u32,
    /// The number of inputs.
    pub inputs: usize,
    /// The number of different points of paths.
    pub points: usize,
    /// The number of different ends.
    pub ends: usize,
    /// The time that the search took.
    pub elapsed: Duration,
    /// The faults of the paths at which the search stopped before it was complete.
    pub stopped_at: Option<u32>,
    /// The bound at which it stopped before it was complete.
    pub stopped_by: Option<StopReason>,
    /// The points that were not followed when it stopped.
    pub open_points: usize,
    /// Whether values were varied one by one because there are too many combinations.
    pub has_incomplete_values: bool,
    /// Whether a loop was followed with the last outcomes of its calls only.
    pub has_loop_bound: bool,
    /// Whether a loop was not followed to its end.
    pub has_long_loops: bool,
    /// Whether paths were not followed because values that were made up do not suit a state.
    pub has_unsuitable_values: bool,
}

impl Coverage {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            faults: settings.faults,
            loops: settings.loops,
            ..Self::default()
        }
    }

    /// Returns whether all paths up to the bound were followed.
    pub fn is_complete(&self) -> bool {
        self.stopped_at.is_none()
    }
}

fn more_rounds(loops: u32) -> String {
    match loops {
        1 => "1 more round".to_owned(),
        loops => format!("{loops} more rounds"),
    }
}

/// `all paths with up to 2 faults and 1 more round of each loop: 210 points, 12 ends, 3 inputs`
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: usize, noun: &str| match count {
            1 => format!("1 {noun}"),
            count => format!("{count} {noun}s"),
        };
        let rounds = more_rounds(self.loops);
        let reason = self.stopped_by.map(|reason| reason.to_string());
        let stopped = format!(
            "because the search stopped after {}{}",
            readable_duration(self.elapsed),
            reason.unwrap_or_default()
        );
        match self.stopped_at {
            None => write!(
                f,
                "all paths with up to {} and {rounds} of each loop",
                counted(self.faults as usize, "fault")
            )?,
            Some(_) if self.points == 0 => {
                return write!(f, "0 paths, {stopped} before its first point");
            }
            Some(0) => write!(
                f,
                "a part of the paths without faults, {stopped} ({} not followed)",
                counted(self.open_points, "point")
            )?,
            Some(faults) => write!(
                f,
                "all paths with up to {} and a part of those with {faults}, {stopped} ({} not followed)",
                counted(faults as usize - 1, "fault"),
                counted(self.open_points, "point")
            )?,
        }
        write!(
            f,
            ": {}, {}, {}",
            counted(self.points, "point"),
            counted(self.ends, "different end"),
            counted(self.inputs, "input")
        )
    }
}

/// The result of a search.
#[derive(Clone, Debug)]
pub struct Report {
    findings: Vec<Finding>,
    coverage: Coverage,
    reached: DefinitionCoverage,
    notes: Vec<String>,
    names: CheckedNames,
}

impl Report {
    pub(crate) fn new(
        findings: Vec<Finding>,
        coverage: Coverage,
        reached: DefinitionCoverage,
        notes: Vec<String>,
    ) -> Self {
        Self {
            findings,
            coverage,
            reached,
            notes,
            names: CheckedNames::default(),
        }
    }

    pub(crate) fn with_names(self, names: CheckedNames) -> Self {
        Self { names, ..self }
    }

    /// Returns the names in properties, compensations and settings of tasks that no explored
    /// definition has. What names nothing was not checked.
    pub fn unknown_names(&self) -> &[UnknownName] {
        &self.names.unknown
    }

    /// Returns where the names in properties, compensations and settings of tasks are known, if the
    /// explored definition does not have them: in one that it starts, or perhaps in a computed
    /// name.
    pub fn name_notes(&self) -> &[String] {
        &self.names.notes
    }

    /// Returns the findings, those with the shortest paths first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the extent of the search.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Returns the states, transitions, retriers and catchers of the explored definition, with
    /// those that no path reaches.
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    /// use stepwright_explore::{Settings, explore};
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "Charge", "States": {"Charge": {
    ///     "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true,
    ///     "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["Busy"]}]
    /// }}}"#)?;
    /// let report = explore(&machine, &Settings::new())?;
    /// assert_eq!(report.reached().missing(), ["retrier 2 of `Charge` (Busy)"]);
    /// report.reached().assert_at_least(60.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reached(&self) -> &DefinitionCoverage {
        &self.reached
    }

    /// Returns what the search could not follow, or simplified.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if self.coverage.has_incomplete_values {
            notes.push(
                "too many values for all combinations: the parts of a value vary one by one"
                    .to_owned(),
            );
        }
        if self.coverage.has_loop_bound {
            notes.push(format!(
                "after {} of a loop, each call in it repeats its last outcome",
                more_rounds(self.coverage.loops)
            ));
        }
        if self.coverage.has_long_loops {
            notes.push(
                "a loop that changes its values in each round was not followed to its end"
                    .to_owned(),
            );
        }
        notes
    }

    /// Returns the parts of the definition that no path reaches as a note, if there are any.
    pub fn missing_note(&self) -> Option<String> {
        let missing = self.reached.missing();
        (!missing.is_empty()).then(|| format!("no path reaches {}", missing.join(", ")))
    }

    /// Returns everything that a reader should know besides the findings: where names are known,
    /// the [notes](Self::notes), and what no path reaches.
    pub fn all_notes(&self) -> Vec<String> {
        let names = self.names.notes.iter().cloned();
        names
            .chain(self.notes())
            .chain(self.missing_note())
            .collect()
    }

    /// Returns the findings as text: each with its numbered steps and how to fix it.
    pub fn findings_text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            let _ = writeln!(text, "{}: {}", finding.name, finding.message);
            if let Some(example) = &finding.counterexample {
                text.push_str(&numbered(example.lines(), "  "));
            }
            if let Some(rule) = finding.rule {
                let _ = writeln!(text, "  to fix it: {}", rule.advice());
            }
            text.push('\n');
        }
        text
    }

    /// Returns the number of findings and the bound of the search in one line.
    pub fn summary(&self) -> String {
        let found = match self.findings.len() {
            0 => "no findings".to_owned(),
            1 => "1 finding".to_owned(),
            count => format!("{count} findings"),
        };
        format!("{found} in {}", self.coverage)
    }

    /// Returns it as JSON.
    pub fn to_json(&self) -> Json {
        let coverage = &self.coverage;
        let mut bound = Object::new();
        let mut add = |name: &str, value: Json| bound.insert(name.to_owned(), value);
        let count = |count: usize| Json::from(count as u64);
        add("faults", Json::from(coverage.faults));
        add("loops", Json::from(coverage.loops));
        add("inputs", count(coverage.inputs));
        add("points", count(coverage.points));
        add("ends", count(coverage.ends));
        add("openPoints", count(coverage.open_points));
        add("isComplete", Json::Bool(coverage.is_complete()));
        if let Some(reason) = coverage.stopped_by {
            add("stoppedBy", Json::from(reason.name().to_owned()));
        }
        add("seconds", Json::from(coverage.elapsed.as_secs_f64()));
        let mut reached = Object::new();
        let percent = Json::from(self.reached.percent());
        reached.insert("percent".to_owned(), percent);
        let missing = self.reached.missing().into_iter().map(Json::from);
        reached.insert("missing".to_owned(), Json::Array(missing.collect()));
        let mut object = Object::new();
        let findings = self.findings.iter().map(Finding::to_json);
        object.insert("findings".to_owned(), Json::Array(findings.collect()));
        object.insert("coverage".to_owned(), Json::Object(bound));
        object.insert("reached".to_owned(), Json::Object(reached));
        let notes = self.names.notes.iter().cloned().chain(self.notes());
        let notes = notes.map(Json::from);
        object.insert("notes".to_owned(), Json::Array(notes.collect()));
        let unknown = self.names.unknown.iter();
        let unknown = unknown.map(|unknown| Json::from(unknown.to_string()));
        object.insert("unknownNames".to_owned(), Json::Array(unknown.collect()));
        Json::Object(object)
    }

    /// Panics with the findings, if there are any: for tests.
    ///
    /// # Panics
    ///
    /// If a property or a rule does not hold, a name is unknown, or the search stopped before it
    /// was complete.
    #[track_caller]
    pub fn assert_clean(&self) {
        let is_clean = self.findings.is_empty()
            && self.names.unknown.is_empty()
            && self.coverage.is_complete();
        assert!(is_clean, "{self}");
    }
}

/// The findings, the bound of the search, and its notes.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.findings_text())?;
        for unknown in &self.names.unknown {
            writeln!(f, "error: {unknown}")?;
        }
        writeln!(f, "{}", self.coverage)?;
        for note in self.notes().into_iter().chain(self.missing_note()) {
            writeln!(f, "note: {note}")?;
        }
        Ok(())
    }
}
