//! Finds the catcher that handled the failure of a state, and evaluates its fields again.

use stepwright_asl::errors;
use stepwright_asl::model::{Catcher, State};
use stepwright_asl::overlay::Status;
use stepwright_interpreter::execution::Failure;
use stepwright_interpreter::program::FieldStage;
use stepwright_interpreter::value::Value;

use super::operand::{NoValue, Operand};
use super::replay::Replay;

/// The catcher that was taken.
impl Replay<'_> {
    /// Replays the catcher that was taken. Returns whether a catcher handles the failure.
    pub(super) fn replay_catcher(&mut self) -> bool {
        let failure = self.recorded_failure();
        let name = failure
            .as_ref()
            .map(|failure| failure.error.clone().unwrap_or_default());
        let next = self.next_state();
        let candidates = self
            .state
            .catch()
            .iter()
            .enumerate()
            .filter(|(_, catcher)| {
                let is_next = next.is_none_or(|next| next == catcher.next);
                is_next && name.as_ref().is_none_or(|name| may_catch(catcher, name))
            });
        let candidates: Vec<(usize, &Catcher)> = candidates.collect();
        let Some(&(index, catcher)) = candidates.first() else {
            return false;
        };
        let is_certain = name.is_some_and(|name| errors::matches(&catcher.error_equals, &name));
        if candidates.len() > 1 && !is_certain {
            return true;
        }
        let error_output = match failure {
            Some(failure) => Operand::Value(failure.output()),
            None => Operand::Missing(NoValue::unknown(
                "the history does not name the error of the state",
            )),
        };
        let mut data = self.entry_data();
        data.at = self.exit_time();
        if self.is_jsonata() {
            data.error_output = error_output
        } else {
            data.input = error_output
        }
        self.stop = None;
        self.replay_stage(FieldStage::Catch(index), &mut data);
        true
    }

    /// Returns the failure of the state, from the history or from the expression that failed.
    fn recorded_failure(&self) -> Option<Failure> {
        let recorded = self.visit.failure.clone();
        if let Some((error, cause)) = recorded {
            return Some(failure_of(error, cause));
        }
        if let Some(error) = &self.failure {
            let entered = self.visit.first_event();
            return Some(Failure::of_query(error, self.name, entered));
        }
        // A Map or Parallel fails with the failure of the state inside of it.
        if !matches!(self.state, State::Map(_) | State::Parallel(_)) {
            return None;
        }
        let attempts = self.visit.attempts().len();
        let inside = self.timeline.visits_inside(self.index).iter();
        let mut failed = inside.filter(|index| {
            self.timeline.visit(**index).is_some_and(|visit| {
                visit.container_attempt == attempts && visit.status() == Status::Failed
            })
        });
        let index = *failed.next()?;
        if failed.next().is_some() {
            return None;
        }
        let mut inside = Replay::new(self.timeline, self.states, index, None).ok()?;
        let is_failing = inside.replay_state();
        match inside.state {
            State::Fail(_) if !is_failing => inside.declared_failure(),
            _ => inside
                .catcher_failure()
                .or_else(|| inside.recorded_failure()),
        }
    }

    /// Returns the failure of a catcher: it handles the failure of the state, and one of its fields
    /// fails.
    fn catcher_failure(&mut self) -> Option<Failure> {
        if !self.replay_catcher() {
            return None;
        }
        let error = self.error_in_catcher()?;
        let entered = self.visit.first_event();
        Some(Failure::of_query(error, self.name, entered))
    }

    /// Returns the failure that a Fail state declares.
    fn declared_failure(&self) -> Option<Failure> {
        let text = |names: [&str; 2]| -> Option<Option<String>> {
            match self.outcome_of(&names) {
                None => Some(None),
                Some(Ok(Value::Str(text))) => Some(Some(text.to_string())),
                Some(_) => None,
            }
        };
        let error = text(["/Error", "/ErrorPath"])?;
        let cause = text(["/Cause", "/CausePath"])?;
        Some(failure_of(error, cause))
    }
}

fn failure_of(error: Option<String>, cause: Option<String>) -> Failure {
    let mut failure = Failure::new("", "");
    failure.error = error.map(Into::into);
    failure.cause = cause.map(Into::into);
    failure
}

/// Returns whether a catcher may handle an error. The history does not name a missed heartbeat, and
/// whether a task reported the error.
fn may_catch(catcher: &Catcher, error: &str) -> bool {
    let names = &catcher.error_equals;
    errors::matches_task_failure(names, error)
        || error == errors::TIMEOUT && errors::matches(names, errors::HEARTBEAT_TIMEOUT)
}
