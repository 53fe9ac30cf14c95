//! Evaluates the fields of one visit again, in the same order as in the execution.

use std::collections::BTreeMap;

use stepwright_asl::json::segments;
use stepwright_asl::model::{QueryLanguage, State};
use stepwright_asl::overlay::Status;
use stepwright_interpreter::program::{CompiledField, FieldRole, FieldStage, ResultPath};
use stepwright_interpreter::query::{Entropy, QueryError, Scope, Variables};
use stepwright_interpreter::value::{MAX_DEPTH, Value};

use super::context::{MapItem, ReplayContext, replay_context};
use super::defined_states::{DefinedState, DefinedStates};
use super::explanation::{ExplainError, FieldExplanation, FieldOutcome};
use super::operand::{NoValue, Operand, Outcome, ReplayData};
use super::replay_field::ReplayField;
use crate::timeline::{Timeline, Visit};

const MISMATCH: &str =
    "the history shows a different result; check that the definition is that of the execution";
const RANDOM: &str = "the value depends on random numbers";
const CLOCK: &str = "the value depends on the time of the evaluation";
const NO_VARIABLES: &str = "a variable that it reads is not in the history";
const NO_INPUT: &str = "the input of the state is not in the history";
const TOO_DEEP: &str = "a value that it reads has too many levels";

/// The transition with which a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VisitExit {
    None,
    Normal,
    Caught,
}

#[derive(Debug)]
struct FieldReplay {
    stage: FieldStage,
    field: String,
    expression: String,
    outcome: Outcome,
    recorded: Option<Value>,
}

/// Computes the fields of one visit again.
pub(super) struct Replay<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) states: &'a DefinedStates<'a>,
    pub(super) index: usize,
    pub(super) visit: &'a Visit,
    pub(super) name: &'a str,
    pub(super) state: &'a State,
    defined: &'a DefinedState<'a>,
    /// Why the following expressions are not evaluated.
    pub(super) stop: Option<NoValue>,
    /// Why the state failed, if an expression failed.
    pub(super) failure: Option<QueryError>,
    /// Whether the state does not accept the value of a field.
    is_refused: bool,
    variables: BTreeMap<&'a str, &'a Value>,
    context: ReplayContext,
    fields: Vec<FieldReplay>,
}

impl<'a> Replay<'a> {
    /// Creates the replay of a visit, or of one attempt of it: the last one unless `attempt` is
    /// set.
    pub(super) fn new(
        timeline: &'a Timeline,
        states: &'a DefinedStates<'a>,
        index: usize,
        attempt: Option<usize>,
    ) -> Result<Self, ExplainError> {
        let visits = timeline.visits().len();
        let no_visit = || ExplainError::NoVisit { index, visits };
        let visit = timeline.visit(index).ok_or_else(no_visit)?;
        let unknown = || ExplainError::UnknownState(visit.state().to_owned());
        let defined = states.states.get(visit.state()).ok_or_else(unknown)?;
        if defined.state.kind().as_str() != visit.state_type() {
            return Err(unknown());
        }
        let context = replay_context(timeline, visit, defined.name, defined.state, attempt);
        let mut replay = Self {
            timeline,
            states,
            index,
            visit,
            name: defined.name,
            state: defined.state,
            defined,
            stop: None,
            failure: None,
            is_refused: false,
            variables: timeline.variables_at(index),
            context,
            fields: Vec::new(),
        };
        let item = replay.item_around();
        replay.context = replay.context.with_item(item);
        Ok(replay)
    }

    pub(super) fn is_jsonata(&self) -> bool {
        self.defined.language == QueryLanguage::Jsonata
    }

    /// Returns the fields of a stage, in the order of their evaluation.
    pub(super) fn stage_fields(
        &self,
        stage: FieldStage,
    ) -> impl DoubleEndedIterator<Item = &'a ReplayField> + use<'a> {
        let fields = self.defined.fields().iter();
        fields.filter(move |field| field.stage == stage)
    }

    /// Returns the data of the fields before the work of the state.
    pub(super) fn entry_data(&self) -> ReplayData {
        let input = match self.visit.input() {
            Some(input) => Operand::Value(input.clone()),
            None => Operand::Missing(NoValue::unknown(NO_INPUT)),
        };
        let attempt = self.visit.attempts().last();
        ReplayData {
            raw: input.clone(),
            input,
            result: Operand::Absent,
            error_output: Operand::Absent,
            items: Operand::Absent,
            at: attempt.map_or(self.visit.entered(), |attempt| attempt.scheduled()),
        }
    }

    pub(super) fn exit_time(&self) -> stepwright_interpreter::Timestamp {
        self.visit.ended().unwrap_or(self.visit.entered())
    }

    /// Explains all fields.
    pub(super) fn explanations(mut self) -> Vec<FieldExplanation> {
        let is_failing = self.replay_state();
        let status = self.visit.status();
        let is_caught = status == Status::Caught || (is_failing && status == Status::Succeeded);
        let caught = is_caught && self.replay_catcher();
        let exit = match status {
            Status::Caught => VisitExit::Caught,
            Status::Succeeded if caught => VisitExit::Caught,
            Status::Succeeded => VisitExit::Normal,
            _ => VisitExit::None,
        };
        let fields = self.fields.into_iter();
        fields.map(|field| field.explanation(exit)).collect()
    }

    /// Replays all fields except those of catchers. Returns whether one of them failed.
    pub(super) fn replay_state(&mut self) -> bool {
        let data = self.entry_data();
        match self.state {
            State::Choice(choice) => self.choice(choice, data),
            _ => self.work(data),
        }
        self.failure.is_some()
    }

    fn work(&mut self, mut data: ReplayData) {
        self.replay_stage(FieldStage::Entry, &mut data);
        if self.is_refused || !self.accepts_items(&data) {
            self.stop.get_or_insert(NoValue::Stopped);
        }
        // An attempt shows that the fields before it were evaluated, even if they cannot be
        // evaluated again.
        if !self.visit.attempts().is_empty() {
            self.stop = None;
        }
        match self.state {
            State::Task(_) | State::Parallel(_) | State::Map(_) => {
                let result = self.result();
                if let Operand::Missing(missing @ NoValue::NotEvaluated(_)) = &result {
                    self.stop.get_or_insert(missing.clone());
                }
                if self.is_jsonata() {
                    data.result = result
                } else {
                    data.input = result
                }
            }
            State::Pass(pass) if !self.is_jsonata() => {
                if let Some(result) = &pass.result {
                    data.input = Operand::Value(result.into());
                }
            }
            State::Wait(_) => {
                let reason = match self.visit.status() {
                    Status::Running => Some("the wait has not ended"),
                    Status::Stopped => Some("the wait was stopped"),
                    _ => None,
                };
                if let Some(reason) = reason {
                    self.stop.get_or_insert(NoValue::NotEvaluated(reason));
                }
            }
            _ => {}
        }
        data.at = self.exit_time();
        self.replay_stage(FieldStage::Exit, &mut data);
        // A wait that fails shows which expression failed, or fails because of its length.
        let has_failed = self.visit.status() == Status::Failed && self.failure.is_none();
        if has_failed && matches!(self.state, State::Wait(_)) {
            self.withdraw_exit("the wait failed");
        }
    }

    /// Replays the fields of a stage.
    pub(super) fn replay_stage(&mut self, stage: FieldStage, data: &mut ReplayData) {
        let mut backwards = self.stage_fields(stage).rev();
        let last = backwards.find(|field| field.role == FieldRole::Replaces);
        let output = last.filter(|_| stage != FieldStage::Entry);
        for field in self.stage_fields(stage) {
            let is_output = output.is_some_and(|output| std::ptr::eq(output, field));
            let recorded = self.visit.output().filter(|_| is_output);
            self.replay_field(field, data, recorded);
        }
    }

    /// Replays a field, and provides its value to the fields that read it. Literals are not shown,
    /// except those of a Fail.
    pub(super) fn replay_field(
        &mut self,
        field: &ReplayField,
        data: &mut ReplayData,
        recorded: Option<&Value>,
    ) {
        if field.is_literal && !matches!(self.state, State::Fail(_)) {
            return;
        }
        let visit = self.visit;
        let recorded = match field.role {
            FieldRole::Assigned => {
                let mut assigned = visit.assigned().iter();
                let own = assigned.find(|(name, _)| *name == field.variable);
                own.map(|(_, value)| value)
            }
            FieldRole::Used if matches!(&*field.pointer, "/Parameters" | "/Arguments") => {
                let attempt = visit.attempts().last();
                attempt.and_then(|attempt| attempt.arguments())
            }
            _ => recorded,
        };
        if field.role == FieldRole::PerItem {
            return self.item_selector(field, data);
        }
        let value = self.evaluate(field, data, None, recorded);
        self.is_refused |= value
            .value()
            .is_some_and(|value| !field.domain.admits(value));
        match field.role {
            FieldRole::Replaces => data.input = value,
            FieldRole::Items => data.items = value,
            _ => {}
        }
    }

    /// Evaluates a field and the expressions in it; with `items`, once for each item, and its value
    /// is an array.
    pub(super) fn evaluate(
        &mut self,
        field: &ReplayField,
        data: &ReplayData,
        items: Option<&[MapItem]>,
        recorded: Option<&Value>,
    ) -> Operand {
        let at = self.fields.len();
        let mut missing = self.stop.clone();
        for part in &field.parts {
            let outcome = self.outcome(part, data, items);
            if let Err(why) = &outcome {
                missing.get_or_insert_with(|| why.clone());
            }
            let path = part.pointer.strip_prefix(&field.pointer);
            let recorded = recorded.and_then(|value| self.value_at(value, path?));
            self.add(part, outcome, recorded);
        }
        let outcome = match missing {
            Some(missing) => Err(missing),
            None => self.outcome(field, data, items),
        };
        let value = self.add(field, outcome, recorded);
        // The template is first, its expressions follow.
        self.fields[at..].rotate_right(1);
        value
    }

    /// Returns the value of a part in the value of its field.
    fn value_at<'v>(&self, value: &'v Value, path: &str) -> Option<&'v Value> {
        segments(path)?.try_fold(value, |value, key| {
            if value.as_array().is_some() {
                return value.item(key.parse().ok()?);
            }
            let evaluated = key.strip_suffix(".$").filter(|_| !self.is_jsonata());
            value.get(evaluated.unwrap_or(&key))
        })
    }

    /// Returns the value of a field, unless it depends on something that the history does not
    /// contain.
    pub(super) fn outcome(
        &self,
        field: &ReplayField,
        data: &ReplayData,
        items: Option<&[MapItem]>,
    ) -> Outcome {
        if let Some(stop) = &self.stop {
            return Err(stop.clone());
        }
        let unknown = |reason: &String| NoValue::Unknown(reason.clone());
        let compiled = field.compiled.as_ref().map_err(unknown)?;
        let Some(items) = items else {
            return self.run(field, compiled, data, &self.context);
        };
        let values = items.iter().map(|item| {
            let context = self.context.with_item(item.clone());
            self.run(field, compiled, data, &context)
        });
        Ok(values.collect::<Result<Vec<Value>, NoValue>>()?.into())
    }

    fn run(
        &self,
        field: &ReplayField,
        compiled: &CompiledField,
        data: &ReplayData,
        context: &ReplayContext,
    ) -> Outcome {
        let reads = field.reads;
        for (is_read, operand) in [
            (reads.input, &data.input),
            (reads.result, &data.result),
            (reads.error_output, &data.error_output),
        ] {
            match operand {
                Operand::Missing(missing) if is_read => return Err(missing.clone()),
                Operand::Value(value) if value.depth() > MAX_DEPTH => {
                    return Err(NoValue::unknown(TOO_DEEP));
                }
                _ => {}
            }
        }
        let mut variables = Variables::new();
        for name in field.names.iter() {
            match (self.variables.get(name), field.names.find(name)) {
                (Some(value), Some(variable)) => variables.set(variable, (*value).clone()),
                _ if self.timeline.dropped() > 0 || self.timeline.input().is_none() => {
                    return Err(NoValue::unknown(NO_VARIABLES));
                }
                _ => {}
            }
        }
        context.take_unknown_read();
        let entropy = Entropy::new(0);
        let scope = Scope {
            input: data.input.value().unwrap_or(&Value::Null),
            result: data.result.value(),
            error_output: data.error_output.value(),
            context,
            variables: &variables,
            entropy: &entropy,
            now_millis: data.at.unix_micros() / 1_000,
        };
        let (outcome, draws, reads_clock) = match compiled {
            CompiledField::Expr(expr) => (expr.eval(&scope), expr.draws(), expr.reads_clock()),
            CompiledField::Condition(condition) => (
                condition.test(&scope).map(Value::from),
                condition.draws(),
                condition.reads_clock(),
            ),
            CompiledField::Position(path) => return put(path, data),
        };
        if let Some(reason) = context.take_unknown_read()
            && reads.context
        {
            return Err(NoValue::unknown(reason));
        }
        if draws || entropy.state() != 0 {
            return Err(NoValue::unknown(RANDOM));
        }
        if reads_clock {
            return Err(NoValue::unknown(CLOCK));
        }
        outcome.map_err(NoValue::Failed)
    }

    /// Adds a field with its outcome, and returns it for the fields that read it.
    pub(super) fn add(
        &mut self,
        field: &ReplayField,
        outcome: Outcome,
        recorded: Option<&Value>,
    ) -> Operand {
        if let Err(NoValue::Failed(error)) = &outcome {
            self.failure.get_or_insert_with(|| error.clone());
            self.stop.get_or_insert(NoValue::Stopped);
        }
        self.fields.push(FieldReplay {
            stage: field.stage,
            field: field.pointer.clone(),
            expression: field.text.clone(),
            outcome: outcome.clone(),
            recorded: recorded.cloned(),
        });
        outcome.into()
    }

    /// Returns the outcome of the first field with one of these names.
    pub(super) fn outcome_of(&self, names: &[&str]) -> Option<&Outcome> {
        let mut fields = self.fields.iter();
        let field = fields.find(|field| names.contains(&&*field.field));
        field.map(|field| &field.outcome)
    }

    /// Returns the error of the first field of a catcher that failed.
    pub(super) fn error_in_catcher(&self) -> Option<&QueryError> {
        let mut fields = self.fields.iter();
        fields.find_map(|field| match (field.stage, &field.outcome) {
            (FieldStage::Catch(_), Err(NoValue::Failed(error))) => Some(error),
            _ => None,
        })
    }

    /// Replaces the outcomes of the fields after the work of the state, none of which was
    /// evaluated.
    fn withdraw_exit(&mut self, reason: &'static str) {
        for field in &mut self.fields {
            if field.stage == FieldStage::Exit {
                field.outcome = Err(NoValue::NotEvaluated(reason));
            }
        }
    }

    /// Replaces the outcomes of the fields of a Choice: another transition was taken than they say.
    pub(super) fn contradict(&mut self) {
        for field in &mut self.fields {
            field.outcome = Err(NoValue::unknown(MISMATCH));
        }
    }
}

/// Puts `$` into the raw input.
fn put(path: &ResultPath, data: &ReplayData) -> Outcome {
    let result = match path {
        ResultPath::Discard => Value::Null,
        _ => data.input.outcome()?,
    };
    let raw = match path {
        ResultPath::Replace => Value::Null,
        _ => data.raw.outcome()?,
    };
    path.apply(|| Ok(raw), result).map_err(NoValue::Failed)
}

impl FieldReplay {
    fn explanation(self, exit: VisitExit) -> FieldExplanation {
        let is_taken = match self.stage {
            FieldStage::Catch(_) => exit == VisitExit::Caught,
            FieldStage::Exit | FieldStage::Rule(_) => exit == VisitExit::Normal,
            FieldStage::Entry | FieldStage::Ignored => true,
        };
        let recorded = self.recorded.filter(|_| is_taken);
        let is_contradicted = recorded.is_some() || exit == VisitExit::Normal;
        let mismatch = |recorded| FieldOutcome::Unknown {
            reason: MISMATCH.to_owned(),
            recorded,
        };
        let outcome = match (self.outcome, recorded) {
            (Ok(value), Some(recorded)) if recorded != value => mismatch(Some(recorded)),
            (Ok(value), _) => FieldOutcome::Value(value),
            (Err(NoValue::Failed(_) | NoValue::Stopped), recorded) if is_contradicted => {
                mismatch(recorded)
            }
            (Err(NoValue::Failed(error)), _) => FieldOutcome::Failed {
                error: error.error.into_owned(),
                cause: error.cause,
            },
            (Err(NoValue::Stopped), _) => FieldOutcome::NotEvaluated {
                reason: "an earlier expression of the state failed".to_owned(),
            },
            (Err(NoValue::NotEvaluated(reason)), _) => FieldOutcome::NotEvaluated {
                reason: reason.to_owned(),
            },
            (Err(NoValue::Unknown(reason)), recorded) => FieldOutcome::Unknown { reason, recorded },
        };
        FieldExplanation {
            field: self.field,
            expression: self.expression,
            outcome,
        }
    }
}
