//! Strings that are not evaluated although they look like paths or calls.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::fix::{Fix, Safety};
use crate::intrinsic::Expression;
use crate::json::Json;
use crate::model::{OperandType, Operator, QueryLanguage};
use crate::path::Root;
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, source};

use super::proposals;

/// Whether a text is meant as a path or a call. `$` alone, or `$name` without a variable of this name, is not.
struct LiteralMeaning<'a> {
    variables: HashSet<&'a str>,
}

impl<'a> LiteralMeaning<'a> {
    fn of(definition: &'a Definition<'_>) -> LiteralMeaning<'a> {
        let variables = &definition.variables;
        let assigned = variables.assignments.iter();
        LiteralMeaning {
            variables: assigned
                .map(|assignment| variables.names[assignment.name].as_str())
                .collect(),
        }
    }

    fn is_evaluated(&self, text: &str) -> bool {
        if !text.starts_with('$') && !text.starts_with("States.") {
            return false;
        }
        match Expression::parse(text) {
            Ok(Expression::Call(_)) => true,
            Ok(Expression::Path(path)) => match &path.root {
                Root::Variable(name) => self.variables.contains(name.as_str()),
                Root::Input => !path.steps.is_empty(),
                _ => true,
            },
            Err(_) => false,
        }
    }
}

pub(super) const NO_DOLLAR: Rule = Rule {
    id: "SW116",
    name: "missing-dollar",
    severity: Severity::Warning,
    code: Some("NO_DOLLAR"),
    known: Evidence::Documented,
    summary: "A value in a payload template looks like a path or a call, but its key does not end in `.$`.",
    doc: "Only members whose key ends in `.$` are evaluated; every other string is passed on unchanged. Items of an array are never evaluated: build such an array with `States.Array` under a key that ends in `.$`.",
    source: source::DIAGNOSTICS,
    check: no_dollar,
};

fn no_dollar(definition: &Definition<'_>, report: &mut Report<'_>) {
    let meaning = LiteralMeaning::of(definition);
    for literal in definition
        .literals
        .iter()
        .filter(|literal| !literal.in_result)
    {
        if !meaning.is_evaluated(literal.text) {
            continue;
        }
        let text = literal.text;
        let (message, mend) = match literal.key {
            Some(key) if literal.is_whole => (
                format!("`{key}` is the text `{text}`, which is not evaluated"),
                "write an object with a key that ends in `.$`".to_owned(),
            ),
            Some(key) => (
                format!("`{key}` is given the text `{text}`, which is not evaluated"),
                format!("write the key as `{key}.$`"),
            ),
            None => (
                format!("an item is the text `{text}`, which is not evaluated"),
                "build the array with `States.Array(..)` under a key that ends in `.$`".to_owned(),
            ),
        };
        let fix = literal.key.filter(|_| !literal.is_whole).map(|key| {
            let title = format!("rename `{key}` to `{key}.$`");
            Fix::risky(title, Edit::rename(&literal.pointer, format!("{key}.$")))
        });
        report
            .add(&literal.pointer, message)
            .suggest(Some(mend))
            .fix(fix);
    }
}

pub(super) const NO_PATH: Rule = Rule {
    id: "SW117",
    name: "missing-path-suffix",
    severity: Severity::Warning,
    code: Some("NO_PATH"),
    known: Evidence::Documented,
    summary: "A field has a value that looks like a path, but its name does not end in `Path`.",
    doc: "`Error`, `Cause` and the string comparisons use their text unchanged; their `Path` forms (`ErrorPath`, `CausePath`, `StringEqualsPath`, ..) take a path. A path in a field for a number or a timestamp is reported by SW017, SW073 or SW082.",
    source: source::DIAGNOSTICS,
    check: no_path,
};

fn no_path(definition: &Definition<'_>, report: &mut Report<'_>) {
    let meaning = LiteralMeaning::of(definition);
    let fails = definition.parts_of("Fail");
    for part in fails.chain(definition.parts_of("ChoiceRule")) {
        if part.language != QueryLanguage::JsonPath {
            continue;
        }
        let fields: Vec<&str> = match part.schema.name {
            "Fail" => vec!["Error", "Cause"],
            "ChoiceRule" => part
                .object
                .keys()
                .map(String::as_str)
                .filter(|key| Operator::from_name(key).is_some_and(has_path_form))
                .collect(),
            _ => continue,
        };
        for field in fields {
            let Some(text) = part.text(field).filter(|text| meaning.is_evaluated(text)) else {
                continue;
            };
            let path = format!("{field}Path");
            let fix = proposals::rename(part, field, &path);
            report
                .add(
                    part.at(field),
                    format!("`{field}` is the text `{text}`, not the value that the path selects"),
                )
                .suggest(Some(format!("`{path}` takes a path")))
                .fix(fix.map(|fix| fix.with_safety(Safety::Unsafe)));
        }
    }
}

fn has_path_form(operator: Operator) -> bool {
    let takes_text = operator.operand_type() == OperandType::Text;
    takes_text && !operator.is_path() && operator != Operator::StringMatches
}

pub(super) const STATIC_RESULT: Rule = Rule {
    id: "SW118",
    name: "static-result",
    severity: Severity::Warning,
    code: Some("PASS_RESULT_IS_STATIC"),
    known: Evidence::Documented,
    summary: "The `Result` of a Pass has a path or a call in it, or a key that ends in `.$`; nothing in it is evaluated.",
    doc: "`Result` is passed on unchanged, including keys that end in `.$` (recorded). `Parameters` is evaluated.",
    source: source::DIAGNOSTICS,
    check: static_result,
};

fn static_result(definition: &Definition<'_>, report: &mut Report<'_>) {
    let meaning = LiteralMeaning::of(definition);
    let mut literals = definition
        .literals
        .iter()
        .filter(|literal| literal.in_result)
        .peekable();
    for number in definition.numbers_of("Pass") {
        if !is_static(&definition.parts[number]) {
            continue;
        }
        let mut first = None;
        while let Some(literal) = literals.next_if(|literal| literal.part <= number) {
            let bound = literal.key.is_some_and(|key| key.ends_with(".$"));
            if literal.part == number
                && first.is_none()
                && (bound || meaning.is_evaluated(literal.text))
            {
                first = Some(literal);
            }
        }
        if let Some(literal) = first {
            let message = format!(
                "`Result` is passed on unchanged: `{}` is not evaluated",
                literal.text
            );
            report
                .add(&literal.pointer, message)
                .suggest(Some("`Parameters` is evaluated".to_owned()));
        }
    }
}

fn is_static(part: &DefinitionPart<'_>) -> bool {
    part.is("Pass")
        && part.language == QueryLanguage::JsonPath
        && part
            .object
            .get("Result")
            .is_some_and(|result| !matches!(result, Json::Null))
}
