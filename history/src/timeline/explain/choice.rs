//! Evaluates the rules of a Choice again, and shows which rule matched and why.

use stepwright_asl::model::Choice;
use stepwright_interpreter::program::{FieldRole, FieldStage};
use stepwright_interpreter::value::Value;

use super::operand::{NoValue, Operand, ReplayData};
use super::replay::Replay;
use super::replay_field::ReplayField;

const EARLIER_MATCHED: &str = "an earlier rule matched";
const NOT_NEEDED: &str = "an earlier part of the rule decides";
const EARLIER_UNKNOWN: &str = "the result of an earlier rule is unknown";
const SELECTS_NOTHING: &str = "the path selects nothing";

/// Rules of a Choice.
impl Replay<'_> {
    /// Replays the rules, and the exit of the rule that matched or of the default.
    pub(super) fn choice(&mut self, choice: &Choice, mut data: ReplayData) {
        let mut matched = None;
        let mut is_unknown = false;
        let mut index = 0..;
        for field in self.stage_fields(FieldStage::Entry) {
            if field.role != FieldRole::Decides {
                self.replay_field(field, &mut data, None);
                continue;
            }
            let index = index.next();
            match self.decide(field, &data) {
                Operand::Value(Value::Bool(true)) => {
                    matched = index;
                    self.stop
                        .get_or_insert(NoValue::NotEvaluated(EARLIER_MATCHED));
                }
                Operand::Missing(NoValue::Unknown(_)) => {
                    is_unknown = true;
                    self.stop.get_or_insert(NoValue::unknown(EARLIER_UNKNOWN));
                }
                _ => {}
            }
        }
        let next = match matched.and_then(|index| choice.choices.get(index)) {
            Some(rule) => rule.next.as_deref(),
            None => choice.default.as_deref(),
        };
        let is_decided = !is_unknown && self.failure.is_none();
        if is_decided && self.next_state().is_some_and(|taken| Some(taken) != next) {
            return self.contradict();
        }
        data.at = self.exit_time();
        if let Some(index) = matched {
            self.stop = None;
            self.replay_stage(FieldStage::Rule(index), &mut data);
        } else if choice.default.is_some() {
            self.replay_stage(FieldStage::Exit, &mut data);
        }
    }

    /// Returns the state that was entered after this one.
    pub(super) fn next_state(&self) -> Option<&str> {
        let next = self.timeline.visit_after(self.index)?;
        self.timeline.visit(next).map(|visit| visit.state())
    }

    /// Replays a rule, and then its parts, which show why it failed, too. The depth of the
    /// recursion is that of the definition.
    fn decide(&mut self, rule: &ReplayField, data: &ReplayData) -> Operand {
        let stop = self.stop.clone();
        let outcome = match self.outcome(rule, data, None) {
            Err(NoValue::Failed(_)) if rule.role == FieldRole::MaybeMissing => {
                Err(NoValue::NotEvaluated(SELECTS_NOTHING))
            }
            outcome => outcome,
        };
        let value = self.add(rule, outcome, None);
        let stop_after = std::mem::replace(&mut self.stop, stop);
        for part in &rule.parts {
            let part = self.decide(part, data);
            if part
                .value()
                .is_some_and(|part| part.as_bool() == rule.decisive)
                && rule.decisive.is_some()
            {
                self.stop.get_or_insert(NoValue::NotEvaluated(NOT_NEEDED));
            }
        }
        self.stop = stop_after;
        value
    }
}
