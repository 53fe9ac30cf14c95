//! Changes parts of the conditions of Choice rules.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use stepwright_asl::edit::Edit;
use stepwright_asl::json::Json;
use stepwright_asl::jsonata::{LogicKind, LogicPart, strip};
use stepwright_asl::model::QueryLanguage;

use super::{OperationError, OperationTarget};
use crate::TextEdit;
use crate::condition::{ConditionPart, condition_members, member, part_at};
use crate::string_text::StringText;

/// How a group combines its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Combination {
    /// All parts are true.
    And,
    /// At least one part is true.
    Or,
}

impl Combination {
    /// The combination of a group; `None` for another part.
    fn of(kind: LogicKind) -> Option<Combination> {
        match kind {
            LogicKind::And => Some(Combination::And),
            LogicKind::Or => Some(Combination::Or),
            _ => None,
        }
    }

    fn kind(self) -> LogicKind {
        match self {
            Combination::And => LogicKind::And,
            Combination::Or => LogicKind::Or,
        }
    }

    /// The member in JSONPath.
    fn key(self) -> &'static str {
        match self {
            Combination::And => "And",
            Combination::Or => "Or",
        }
    }

    /// The operator in JSONata.
    fn word(self) -> &'static str {
        match self {
            Combination::And => "and",
            Combination::Or => "or",
        }
    }
}

/// A change of a part of a condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ConditionChange {
    /// Combines the part with a further one. A part of such a group, and the group itself, get it
    /// without a further group.
    Add {
        /// How the parts are combined.
        combination: Combination,
        /// The further part, as in [`Operation::AddChoiceRule`](super::Operation::AddChoiceRule).
        condition: Json,
    },
    /// Changes how a group combines its parts.
    Combine(Combination),
    /// Negates the part, or ends its negation.
    Negate,
    /// Removes the part. A group of one part becomes that part.
    Remove,
    /// Replaces an expression in JSONata.
    Set(String),
}

impl OperationTarget<'_> {
    pub(super) fn change_condition(
        &self,
        definition: usize,
        rule: &str,
        path: &[usize],
        change: &ConditionChange,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let missing = || OperationError::missing(format!("the rule at `{rule}`"));
        let json = self.definition.json().pointer(rule).ok_or_else(missing)?;
        match self.definition.language_at(rule) {
            QueryLanguage::Jsonata => {
                let pointer = member(rule, "Condition");
                let condition = json.get("Condition").and_then(Json::as_str);
                let text = condition
                    .and_then(strip)
                    .ok_or_else(|| OperationError::missing(format!("expression at `{pointer}`")))?;
                let edit = ExpressionChange::new(text, path)?.edit(change)?;
                self.edit_expression(definition, &pointer, text, &edit)
            }
            QueryLanguage::JsonPath => {
                let whole = ConditionPart::of(json, QueryLanguage::JsonPath);
                let whole = whole
                    .ok_or_else(|| OperationError::missing(format!("condition at `{rule}`")))?;
                let found = part_at(&whole, path, |part| &part.parts);
                let (part, around) = found.ok_or_else(no_part)?;
                self.change_object(definition, rule, (part, path, &around), change)
            }
        }
    }

    /// Replaces a part of an expression: only its bytes if the file has the expression as it is.
    fn edit_expression(
        &self,
        definition: usize,
        pointer: &str,
        text: &str,
        (range, new): &(Range<usize>, String),
    ) -> Result<Vec<TextEdit>, OperationError> {
        let changed = format!("{{%{}{new}{}%}}", &text[..range.start], &text[range.end..]);
        LogicPart::parse(&changed[2..changed.len() - 2])
            .map_err(|error| OperationError::refused(error.message))?;
        let changed = Json::from(changed);
        if let Some(own) = StringText::at(self.definition, pointer) {
            let escaped = Json::from(new.as_str()).to_string();
            let written = &escaped[1..escaped.len() - 1];
            let range = own.in_file(self.definition, range.start + 2..range.end + 2);
            let edits = vec![TextEdit::replace(range, written)];
            let after = self.document.with_edits(&edits);
            let after = after.definitions().get(definition);
            let is_right = after.is_some_and(|after| {
                let mut wanted = self.definition.json().clone();
                if let Some(value) = wanted.pointer_mut(pointer) {
                    *value = changed.clone();
                }
                !after.is_stale() && *after.json() == wanted
            });
            if is_right {
                return Ok(edits);
            }
        }
        let edits = vec![Edit::replace(pointer, changed)];
        Ok(self.document.rounds(definition, edits)?)
    }

    fn change_object(
        &self,
        definition: usize,
        rule: &str,
        (part, path, around): (&ConditionPart, &[usize], &[&ConditionPart]),
        change: &ConditionChange,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let own = format!("{rule}{}", part.pointer);
        let edits = match change {
            ConditionChange::Set(_) => {
                let reason = "a part in JSONPath has fields; set one of them";
                return Err(OperationError::refused(reason));
            }
            ConditionChange::Add {
                combination,
                condition,
            } => {
                if condition.as_object().is_none() {
                    return Err(OperationError::refused(
                        r#"a part in JSONPath is a comparison: `{"Variable": "$.total", "NumericGreaterThan": 10}`"#,
                    ));
                }
                let is_same = |group: &ConditionPart| group.kind == combination.kind();
                let place = match around.last() {
                    _ if is_same(part) => Some(format!("{own}/{}/-", combination.key())),
                    Some(group) if is_same(group) => {
                        let list = format!("{rule}{}/{}", group.pointer, combination.key());
                        let next = path[path.len() - 1] + 1;
                        let is_last = next == group.parts.len();
                        Some(if is_last {
                            format!("{list}/-")
                        } else {
                            format!("{list}/{next}")
                        })
                    }
                    _ => None,
                };
                let Some(place) = place else {
                    let list = Json::Array(vec![part.condition.clone(), condition.clone()]);
                    return self.nest(definition, &own, part, combination.key(), list, "/0");
                };
                vec![Edit::insert(place, condition.clone())]
            }
            ConditionChange::Combine(combination) => {
                let old = Combination::of(part.kind).ok_or_else(no_group)?;
                let list = member(&own, old.key());
                vec![Edit::rename(list, combination.key())]
            }
            ConditionChange::Negate if part.kind == LogicKind::Not => {
                let not = format!("{own}/Not");
                vec![Edit::unnest(&not, &not)]
            }
            ConditionChange::Negate => {
                let inner = part.condition.clone();
                return self.nest(definition, &own, part, "Not", inner, "");
            }
            ConditionChange::Remove => removed(rule, part, path, around)?,
        };
        Ok(self.document.rounds(definition, edits)?)
    }

    /// Moves the members of a part, with their text, into a new member of it.
    fn nest(
        &self,
        definition: usize,
        own: &str,
        part: &ConditionPart,
        key: &str,
        value: Json,
        inside: &str,
    ) -> Result<Vec<TextEdit>, OperationError> {
        let members = part.condition.as_object();
        let members = members.map(condition_members).unwrap_or_default();
        let keys: Vec<String> = members.keys().cloned().collect();
        let Some(first) = keys.first().cloned() else {
            return Err(no_part());
        };
        let is_plain = !self.definition.tree().has_comment(own) && self.computed(own).is_empty();
        let new = member(own, key);
        Ok(self.document.in_rounds(definition, own, |rounds| {
            if !is_plain {
                rounds.prefer_block_style();
            }
            rounds.apply(&[Edit::insert_before(&new, first, value)])?;
            rounds.move_text(&format!("{new}{inside}"), own, keys, is_plain)
        })?)
    }
}

/// The edits that remove a part.
fn removed(
    rule: &str,
    part: &ConditionPart,
    path: &[usize],
    around: &[&ConditionPart],
) -> Result<Vec<Edit>, OperationError> {
    let Some((group, outer)) = around.split_last() else {
        return Err(only_part());
    };
    let pointer = format!("{rule}{}", group.pointer);
    let Some(combination) = Combination::of(group.kind) else {
        return removed(rule, group, &path[..path.len() - 1], outer);
    };
    let list = member(&pointer, combination.key());
    let remove = Edit::remove(format!("{rule}{}", part.pointer));
    match group.parts.len() {
        1 => removed(rule, group, &path[..path.len() - 1], outer),
        2 => Ok(vec![remove, Edit::unnest(&list, format!("{list}/0"))]),
        _ => Ok(vec![remove]),
    }
}

fn no_part() -> OperationError {
    OperationError::missing("such part of the condition")
}

fn no_group() -> OperationError {
    OperationError::refused("the part combines no others by `and` or `or`")
}

fn only_part() -> OperationError {
    OperationError::refused("this is the only part of the condition; remove the rule")
}

/// A part of an expression, with the groups around it.
struct ExpressionChange<'t> {
    text: &'t str,
    whole: LogicPart,
    path: &'t [usize],
}

impl<'t> ExpressionChange<'t> {
    fn new(text: &'t str, path: &'t [usize]) -> Result<ExpressionChange<'t>, OperationError> {
        let whole =
            LogicPart::parse(text).map_err(|error| OperationError::refused(error.message))?;
        match part_at(&whole, path, |part| &part.parts) {
            Some(_) => Ok(ExpressionChange { text, whole, path }),
            None => Err(no_part()),
        }
    }

    /// The part that is this many levels above the changed one; `None` above the whole.
    fn above(&self, levels: usize) -> Option<&LogicPart> {
        let path = &self.path[..self.path.len().checked_sub(levels)?];
        Some(part_at(&self.whole, path, |part| &part.parts)?.0)
    }

    fn edit(&self, change: &ConditionChange) -> Result<(Range<usize>, String), OperationError> {
        let part = self.above(0).ok_or_else(no_part)?;
        let group = self.above(1).map(|group| group.kind);
        match change {
            ConditionChange::Set(new) => {
                let trimmed = new.trim();
                let new = strip(trimmed).unwrap_or(trimmed).trim();
                let read = LogicPart::parse(new);
                let read = read.map_err(|error| OperationError::refused(error.message))?;
                Ok((part.outer.clone(), within(group, &read, new)))
            }
            ConditionChange::Add {
                combination,
                condition,
            } => {
                let condition = condition.as_str().and_then(strip).map(str::trim);
                let condition = condition.ok_or_else(|| {
                    let reason =
                        "a part in JSONata is an expression: `{% $states.input.total > 10 %}`";
                    OperationError::refused(reason)
                })?;
                let read = LogicPart::parse(condition);
                let read = read.map_err(|error| OperationError::refused(error.message))?;
                let kind = combination.kind();
                let new = format!(
                    " {} {}",
                    combination.word(),
                    within(Some(kind), &read, condition)
                );
                if part.kind == kind {
                    return Ok((part.span.end..part.span.end, new));
                }
                if group == Some(kind) {
                    return Ok((part.outer.end..part.outer.end, new));
                }
                let own = within(Some(kind), part, &self.text[part.span.clone()]);
                let both = format!("{own}{new}");
                let both = if needs_parentheses(group, kind, false) {
                    format!("({both})")
                } else {
                    both
                };
                Ok((part.outer.clone(), both))
            }
            ConditionChange::Combine(combination) => {
                Combination::of(part.kind).ok_or_else(no_group)?;
                let mut new = String::new();
                let mut at = part.span.start;
                for operand in &part.parts {
                    if at > part.span.start {
                        let gap = &self.text[at..operand.outer.start];
                        let blank = gap.len() - gap.trim_start().len();
                        let end = gap.trim_end().len();
                        // A comment next to the operator is not repeated.
                        new.push_str(&format!(
                            "{}{}{}",
                            &gap[..blank],
                            combination.word(),
                            &gap[end..]
                        ));
                    }
                    new.push_str(&self.text[operand.outer.clone()]);
                    at = operand.outer.end;
                }
                Ok((part.span.clone(), new))
            }
            ConditionChange::Negate => Ok((
                part.outer.clone(),
                match part.parts.as_slice() {
                    [inner] if part.kind == LogicKind::Not => self.standing(group, inner),
                    _ => format!("$not({})", &self.text[part.span.clone()]),
                },
            )),
            ConditionChange::Remove => self.removal(0),
        }
    }

    /// Removes the part that is this many levels above the changed one.
    fn removal(&self, levels: usize) -> Result<(Range<usize>, String), OperationError> {
        let group = self.above(levels + 1).ok_or_else(only_part)?;
        let outer = self.above(levels + 2).map(|outer| outer.kind);
        let index = self.path[self.path.len() - 1 - levels];
        let range = |from: usize, to: usize| Ok((from..to, String::new()));
        match group.parts.as_slice() {
            [_] => self.removal(levels + 1),
            [one, other] => {
                let rest = if index == 0 { other } else { one };
                Ok((group.outer.clone(), self.standing(outer, rest)))
            }
            parts if index == 0 => range(parts[0].outer.start, parts[1].outer.start),
            parts => range(parts[index - 1].outer.end, parts[index].outer.end),
        }
    }

    /// The text of a part that replaces the group around it.
    fn standing(&self, group: Option<LogicKind>, part: &LogicPart) -> String {
        within(group, part, &self.text[part.span.clone()])
    }
}

/// The text of a part in a group, in parentheses if the group needs them.
fn within(group: Option<LogicKind>, part: &LogicPart, text: &str) -> String {
    let text = text.trim();
    // The text of a parsed part has its parentheses already.
    let is_inside = part.span != part.outer && text.len() == part.outer.len();
    if !is_inside && needs_parentheses(group, part.kind, part.is_loose) {
        format!("({text})")
    } else {
        text.to_owned()
    }
}

fn needs_parentheses(group: Option<LogicKind>, kind: LogicKind, is_loose: bool) -> bool {
    match group {
        Some(LogicKind::And) => is_loose || kind == LogicKind::Or,
        Some(LogicKind::Or) => is_loose,
        _ => false,
    }
}
