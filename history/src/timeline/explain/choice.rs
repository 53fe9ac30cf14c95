use stepwright_asl::condition::readable;
use stepwright_asl::json::Json;
use stepwright_asl::model::{Choice, ChoiceRule, Operator};
use stepwright_interpreter::query::Expected;
use stepwright_interpreter::value::Value;

use super::replay::{FieldStage, NoValue, Operand, PLACEHOLDER, Replay, ReplayData};

const EARLIER_MATCHED: &str = "an earlier rule matched";
const NOT_NEEDED: &str = "an earlier part of the rule decides";
const EARLIER_UNKNOWN: &str = "the result of an earlier rule is unknown";

/// Rules of a Choice.
impl Replay<'_> {
    pub(super) fn choice(&mut self, choice: &Choice, raw: &ReplayData) {
        let effective = self.effective_input(raw);
        let rules: Json = self.state.to_json().parse().unwrap_or_default();
        let mut matched = None;
        let mut is_unknown = false;
        for (index, rule) in choice.choices.iter().enumerate() {
            let pointer = format!("/Choices/{index}");
            let json = rules.pointer(&pointer);
            let outcome = match self.is_jsonata() {
                true => self.condition(&pointer, index, rule, &effective),
                false => self.rule(&pointer, index, rule, json, &effective),
            };
            match outcome {
                Operand::Value(Value::Bool(true)) => {
                    matched = Some((index, rule));
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
        let next = match matched {
            Some((_, rule)) => rule.next.as_deref(),
            None => choice.default.as_deref(),
        };
        let is_decided = !is_unknown && self.failure.is_none();
        if is_decided && self.next_state().is_some_and(|taken| Some(taken) != next) {
            return self.contradict();
        }
        self.stage = FieldStage::Exit;
        if matched.is_some() {
            self.stop = None;
        }
        let data = ReplayData {
            at: self.exit_time(),
            ..effective
        };
        let recorded = self.visit.output();
        let Some((index, rule)) = matched else {
            // Without a default, no transition is taken.
            if choice.default.is_some() {
                self.exit_forwarding(raw, &data);
            }
            return;
        };
        self.assign(
            &format!("/Choices/{index}/Assign"),
            rule.assign.as_ref(),
            &data,
        );
        if !self.is_jsonata() {
            self.selection("OutputPath", choice.output_path.as_ref(), &data, recorded);
        } else if let Some(output) = &rule.output {
            let pointer = format!("/Choices/{index}/Output");
            self.template(&pointer, output, Expected::Any, &data, recorded);
        }
    }

    /// Returns the state that was entered after this one.
    pub(super) fn next_state(&self) -> Option<&str> {
        let next = self.timeline.visit_after(self.index)?;
        self.timeline.visit(next).map(|visit| visit.state())
    }

    fn condition(
        &mut self,
        pointer: &str,
        index: usize,
        rule: &ChoiceRule,
        data: &ReplayData,
    ) -> Operand {
        let pointer = format!("{pointer}/Condition");
        match &rule.condition {
            Some(Json::String(text)) => {
                let location = format!("Choices[{index}]/Condition");
                self.jsonata_field(&pointer, &location, text, Expected::Boolean, data)
            }
            Some(Json::Bool(constant)) => {
                let outcome = self.unless_stopped(Ok((*constant).into()));
                self.add(pointer, constant.to_string(), outcome, None)
            }
            _ => Operand::Missing(NoValue::Stopped),
        }
    }

    /// Replays a rule of a JSONPath Choice and the rules inside of it. The depth of the recursion
    /// is that of the definition.
    fn rule(
        &mut self,
        pointer: &str,
        index: usize,
        rule: &ChoiceRule,
        json: Option<&Json>,
        data: &ReplayData,
    ) -> Operand {
        let text = json.map(readable).unwrap_or_default();
        let outcome = match self.compile_rule(pointer, rule, index) {
            Ok(_) if text.contains("${") => self.unless_stopped(Err(NoValue::unknown(PLACEHOLDER))),
            Ok(expression) => self.run(&expression, data, None),
            Err(missing) => self.unless_stopped(Err(missing)),
        };
        let stop = self.stop.clone();
        let outcome = self.add(pointer, text, outcome, None);
        // The parts show why the rule failed, too.
        let stop_after = std::mem::replace(&mut self.stop, stop);
        self.rule_parts(pointer, index, rule, json, data);
        self.stop = stop_after;
        outcome
    }

    fn rule_parts(
        &mut self,
        pointer: &str,
        index: usize,
        rule: &ChoiceRule,
        json: Option<&Json>,
        data: &ReplayData,
    ) {
        let nested = match (&rule.not, rule.and.is_empty(), rule.or.is_empty()) {
            (_, false, _) => Some(("And", &rule.and, Some(false))),
            (_, _, false) => Some(("Or", &rule.or, Some(true))),
            _ => None,
        };
        if let Some((key, rules, decisive)) = nested {
            for (number, rule) in rules.iter().enumerate() {
                let json = json.and_then(|json| json.pointer(&format!("/{key}/{number}")));
                let pointer = format!("{pointer}/{key}/{number}");
                let outcome = self.rule(&pointer, index, rule, json, data);
                if matches!(outcome, Operand::Value(value) if value.as_bool() == decisive) {
                    self.stop.get_or_insert(NoValue::NotEvaluated(NOT_NEEDED));
                }
            }
            return;
        }
        if let Some(inner) = &rule.not {
            let json = json.and_then(|json| json.get("Not"));
            self.rule(&format!("{pointer}/Not"), index, inner, json, data);
            return;
        }
        let (Some(variable), Some(comparison)) = (&rule.variable, &rule.comparison) else {
            return;
        };
        let operator = comparison.operator;
        self.rule_path(&format!("{pointer}/Variable"), variable, operator, data);
        if operator.is_path()
            && let Some(path) = comparison.operand.as_str()
        {
            let pointer = format!("{pointer}/{}", operator.name());
            self.rule_path(&pointer, path, operator, data);
        }
    }

    /// Adds a path of a comparison.
    fn rule_path(&mut self, pointer: &str, path: &str, operator: Operator, data: &ReplayData) {
        // `IsPresent` accepts a path that selects nothing; the error of other operators is that of
        // the rule.
        let outcome = match self.path_value(path, data) {
            Err(NoValue::Failed(_)) if operator == Operator::IsPresent => {
                Err(NoValue::NotEvaluated("the path selects nothing"))
            }
            outcome => outcome,
        };
        self.add(pointer, path, outcome, None);
    }
}
