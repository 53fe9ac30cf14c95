use stepwright_asl::model::{PathField, State};
use stepwright_interpreter::query::{Expected, ReferencePath};
use stepwright_interpreter::value::Value;

use super::replay::{NoValue, Operand, Outcome, Replay, ReplayData};
use crate::timeline::AttemptOutcome;

/// Fields that are evaluated after the work of a state.
impl Replay<'_> {
    /// Returns the result of the last attempt.
    pub(super) fn result(&self) -> Operand {
        let work = match self.state {
            State::Task(_) => [
                "the task was not called",
                "the task has not ended",
                "the task failed",
                "the task timed out",
                "the task was stopped",
            ],
            State::Map(_) => [
                "no iteration was started",
                "the iterations have not ended",
                "an iteration failed",
                "the iterations timed out",
                "the iterations were stopped",
            ],
            _ => [
                "no branch was started",
                "the branches have not ended",
                "a branch failed",
                "the branches timed out",
                "the branches were stopped",
            ],
        };
        let [none, running, failed, timed_out, stopped] = work;
        let Some(attempt) = self.visit.attempts().last() else {
            return Operand::Missing(NoValue::NotEvaluated(none));
        };
        let reason = match attempt.outcome() {
            AttemptOutcome::Succeeded => return self.result_of_success(attempt.result()),
            AttemptOutcome::Running => running,
            AttemptOutcome::Failed => failed,
            AttemptOutcome::TimedOut => timed_out,
            AttemptOutcome::Stopped => stopped,
        };
        Operand::Missing(NoValue::NotEvaluated(reason))
    }

    fn result_of_success(&self, result: Option<&Value>) -> Operand {
        if !matches!(self.state, State::Task(_)) {
            return Operand::from(self.joined_results());
        }
        match result {
            Some(result) => Operand::Value(result.clone()),
            None => Operand::Missing(NoValue::unknown(
                "the result of the task is not in the history",
            )),
        }
    }

    /// Replays ResultSelector, Assign, ResultPath and OutputPath; or Assign and Output.
    pub(super) fn exit_with_result(&mut self, raw: &ReplayData, result: Operand) {
        let at = self.exit_time();
        if self.is_jsonata() {
            let data = ReplayData {
                result,
                at,
                ..raw.clone()
            };
            return self.exit_jsonata(&data);
        }
        let data = ReplayData {
            input: result,
            at,
            ..raw.clone()
        };
        let selected = match self.state.result_selector() {
            Some(selector) => {
                let is_last =
                    self.state.result_path().is_none() && self.state.output_path().is_none();
                let recorded = self.visit.output().filter(|_| is_last);
                self.template("/ResultSelector", selector, Expected::Any, &data, recorded)
            }
            None => data.input,
        };
        self.exit_with_selected(raw, selected);
    }

    /// Replays the exit of a Pass, whose result is a constant, or its Parameters.
    pub(super) fn exit_pass(&mut self, raw: &ReplayData, result: Operand) {
        if self.is_jsonata() {
            return self.exit_jsonata(raw);
        }
        self.exit_with_selected(raw, result);
    }

    /// Replays Assign, ResultPath and OutputPath.
    fn exit_with_selected(&mut self, raw: &ReplayData, selected: Operand) {
        let at = self.exit_time();
        let data = ReplayData {
            input: selected.clone(),
            at,
            ..raw.clone()
        };
        self.assign("/Assign", self.state.assign(), &data);
        let is_last = self.state.output_path().is_none();
        let recorded = self.visit.output().filter(|_| is_last);
        let path = self.state.result_path();
        let combined = self.result_path("/ResultPath", path, raw, selected, recorded);
        let data = ReplayData {
            input: combined,
            at,
            ..raw.clone()
        };
        self.selection(
            "OutputPath",
            self.state.output_path(),
            &data,
            self.visit.output(),
        );
    }

    /// Inserts a result into the raw input.
    pub(super) fn result_path(
        &mut self,
        pointer: &str,
        path: Option<&PathField>,
        raw: &ReplayData,
        result: Operand,
        recorded: Option<&Value>,
    ) -> Operand {
        let Some(path) = path else {
            return result;
        };
        let combined = match path.as_str() {
            None => raw.input.outcome(),
            Some(path) => put(path, &raw.input, &result),
        };
        let combined = self.unless_stopped(combined);
        let text = path.as_str().unwrap_or("null");
        self.add(pointer, text, combined, recorded)
    }

    /// Replays the exit of a state without a result: Assign and OutputPath, or Assign and Output.
    pub(super) fn exit_forwarding(&mut self, raw: &ReplayData, effective: &ReplayData) {
        let data = ReplayData {
            at: self.exit_time(),
            ..effective.clone()
        };
        if self.is_jsonata() {
            let data = ReplayData {
                at: data.at,
                ..raw.clone()
            };
            return self.exit_jsonata(&data);
        }
        self.assign("/Assign", self.state.assign(), &data);
        self.selection(
            "OutputPath",
            self.state.output_path(),
            &data,
            self.visit.output(),
        );
    }

    fn exit_jsonata(&mut self, data: &ReplayData) {
        self.assign("/Assign", self.state.assign(), data);
        if let Some(output) = self.state.output() {
            self.template("/Output", output, Expected::Any, data, self.visit.output());
        }
    }

    pub(super) fn exit_time(&self) -> stepwright_interpreter::Timestamp {
        self.visit.ended().unwrap_or(self.visit.entered())
    }
}

fn put(path: &str, raw: &Operand, result: &Operand) -> Outcome {
    let path = ReferencePath::compile(path);
    let path = path.map_err(|error| NoValue::Unknown(error.to_string()))?;
    let result = result.outcome()?;
    if path.is_root() {
        return Ok(result);
    }
    let mut combined = raw.outcome()?;
    path.put(&mut combined, result).map_err(NoValue::Failed)?;
    Ok(combined)
}
