//! Checks of the arguments of `Fn::Sub`, as CloudFormation makes them before it evaluates the
//! function.

use super::text::TemplateValue;
use crate::diagnostic::{Diagnostic, Severity};
use crate::json::Json;

/// The code of the diagnostics.
const CODE: &str = "template";

/// Returns the errors of all `Fn::Sub` in a value of a template, with their positions in the file.
pub(super) fn check(value: TemplateValue<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    visit(value, &mut found);
    found
}

fn visit(value: TemplateValue<'_>, found: &mut Vec<Diagnostic>) {
    if value.tag() == Some("Sub") && value.json.as_object().is_some() {
        return check_argument(value, found);
    }
    if let Some((name, argument)) = value.function() {
        if name == "Fn::Sub" {
            return check_argument(argument, found);
        }
        // The argument of a short form is the value itself.
        return children(argument, found);
    }
    children(value, found);
}

fn children(value: TemplateValue<'_>, found: &mut Vec<Diagnostic>) {
    let items = value.json.as_array().map_or(0, <[Json]>::len);
    (0..items)
        .filter_map(|index| value.item(index))
        .for_each(|item| visit(item, found));
    let members = value.json.as_object().map_or(0, |members| members.len());
    (0..members)
        .filter_map(|index| value.member(index))
        .for_each(|(_, member)| visit(member, found));
}

fn check_argument(argument: TemplateValue<'_>, found: &mut Vec<Diagnostic>) {
    let variables = match argument.json {
        Json::String(_) => return,
        Json::Array(items) if items.len() == 2 && items[0].as_str().is_some() => argument.item(1),
        _ => None,
    };
    let Some(variables) = variables.filter(|variables| variables.json.as_object().is_some()) else {
        let message = "the argument of `Fn::Sub` has the wrong form";
        let help = "write it as in `!Sub [\"${Name}-x\", {Name: !Ref Queue}]`";
        return found.push(error(argument, message).with_help(help));
    };
    let count = variables
        .json
        .as_object()
        .map_or(0, |members| members.len());
    for (name, variable) in (0..count).filter_map(|index| variables.member(index)) {
        // A function may return a string.
        if variable.function().is_some() {
            visit(variable, found);
        } else if matches!(variable.json, Json::Array(_) | Json::Object(_) | Json::Null) {
            let message = format!(
                "the value of `{name}` in `Fn::Sub` is {}, but a string is needed",
                variable.json.noun()
            );
            let help = "write a string; `Fn::ToJsonString` makes one of an object or a list";
            found.push(error(variable, &message).with_help(help));
        }
    }
}

fn error(value: TemplateValue<'_>, message: &str) -> Diagnostic {
    let position = value.document.position_at(value.mark.start as usize);
    let mut diagnostic = Diagnostic::new(CODE, Severity::Error, message).position(position);
    diagnostic.code = None;
    diagnostic
}
