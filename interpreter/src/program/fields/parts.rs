//! Finds the expressions and rules inside a computed field.

use stepwright_asl::json::{Json, escape};
use stepwright_asl::model::{ChoiceRule, QueryLanguage};

use super::{FieldDomain, FieldRole, FieldSource, StateField};

/// The position of a part.
struct PartPosition {
    pointer: String,
    location: String,
}

impl PartPosition {
    fn member(&self, key: &str) -> Self {
        Self {
            pointer: format!("{}/{}", self.pointer, escape(key)),
            location: format!("{}/{key}", self.location),
        }
    }

    fn item(&self, index: usize) -> Self {
        Self {
            pointer: format!("{}/{index}", self.pointer),
            location: format!("{}[{index}]", self.location),
        }
    }
}

impl<'m> StateField<'m> {
    /// Returns the expressions of a template, or the rules and paths of a rule of a JSONPath
    /// Choice, in the order of their evaluation. A template that is one expression has none.
    pub fn parts(&self) -> Vec<StateField<'m>> {
        let mut parts = Vec::new();
        let at = PartPosition {
            pointer: self.pointer.clone(),
            location: self.location.clone(),
        };
        match self.source {
            FieldSource::Template(json) if json.as_str().is_none() => {
                self.expressions(at, json, &mut parts);
            }
            FieldSource::Rule(rule) if self.language == QueryLanguage::JsonPath => {
                self.operands(&at, rule, &mut parts);
            }
            _ => {}
        }
        parts
    }

    /// Returns the result of a rule inside this one that decides this one.
    pub fn decisive(&self) -> Option<bool> {
        match self.source {
            FieldSource::Rule(rule) if !rule.and.is_empty() => Some(false),
            FieldSource::Rule(rule) if !rule.or.is_empty() => Some(true),
            _ => None,
        }
    }

    fn part(&self, at: PartPosition, source: FieldSource<'m>, role: FieldRole) -> Self {
        Self {
            pointer: at.pointer,
            location: at.location,
            stage: self.stage,
            source,
            role,
            domain: FieldDomain::Any,
            language: self.language,
        }
    }

    /// The depth of the recursion is that of the definition, which its parser limits.
    fn expressions(&self, at: PartPosition, json: &'m Json, parts: &mut Vec<Self>) {
        match json {
            Json::String(text) if self.is_expression(text) => {
                parts.push(self.part(at, FieldSource::Text(text), FieldRole::Used));
            }
            Json::Object(members) => {
                for (key, json) in members {
                    let at = at.member(key);
                    match json.as_str() {
                        Some(text)
                            if self.language == QueryLanguage::JsonPath && key.ends_with(".$") =>
                        {
                            parts.push(self.part(at, FieldSource::Path(text), FieldRole::Used));
                        }
                        _ => self.expressions(at, json, parts),
                    }
                }
            }
            Json::Array(items) => {
                for (index, json) in items.iter().enumerate() {
                    self.expressions(at.item(index), json, parts);
                }
            }
            _ => {}
        }
    }

    fn operands(&self, at: &PartPosition, rule: &'m ChoiceRule, parts: &mut Vec<Self>) {
        let mut add = |at, source, role| parts.push(self.part(at, source, role));
        for (key, rules) in [("And", &rule.and), ("Or", &rule.or)] {
            for (index, rule) in rules.iter().enumerate() {
                let at = at.member(key).item(index);
                add(at, FieldSource::Rule(rule), FieldRole::Decides);
            }
            if !rules.is_empty() {
                return;
            }
        }
        if let Some(inner) = &rule.not {
            let at = at.member("Not");
            return add(at, FieldSource::Rule(inner), FieldRole::Decides);
        }
        let (Some(variable), Some(comparison)) = (&rule.variable, &rule.comparison) else {
            return;
        };
        let role = match comparison.operator {
            stepwright_asl::model::Operator::IsPresent => FieldRole::MaybeMissing,
            _ => FieldRole::Used,
        };
        add(at.member("Variable"), FieldSource::Path(variable), role);
        if let Some(path) = comparison.operand.as_str()
            && comparison.operator.is_path()
        {
            let at = at.member(comparison.operator.name());
            add(at, FieldSource::Path(path), FieldRole::Used);
        }
    }
}
