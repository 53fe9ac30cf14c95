//! Reports a call of `States.Format` whose template does not fit its values.

use crate::intrinsic::{Argument, Expression, Function, IntrinsicCall, unmatched_brace_message};
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW119",
    name: "invalid-format-template",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Documented,
    summary: "A literal template of `States.Format` has an unescaped brace, or another number of `{}` than the call has values.",
    doc: "AWS accepts the definition, and the state fails with States.Runtime. In a template, `{}` is replaced by a value. Any other brace needs a backslash, which JSON doubles: `\\\\{` and `\\\\}`.",
    source: source::INTRINSIC,
    check: template,
};

fn template(definition: &Definition<'_>, report: &mut Report<'_>) {
    let bindings = definition.bindings.iter().filter_map(|binding| {
        let parsed = binding.parsed.as_ref().filter(|_| !binding.is_open)?;
        Some((binding.object.key(binding.key), parsed))
    });
    let paths = definition.paths.iter();
    let paths = paths.map(|path| (path.pointer.clone(), &path.parsed));
    let faults: Vec<_> = bindings
        .chain(paths)
        .filter_map(|(pointer, parsed)| match parsed {
            Ok(Expression::Call(call)) => Some((pointer, call.all().into_iter().find_map(fault)?)),
            _ => None,
        })
        .collect();
    for (pointer, (message, advice)) in faults {
        report
            .add(&pointer, message)
            .suggest(advice.map(str::to_owned))
            .choices(|| {
                let json = definition.document.json().pointer(&pointer.to_string());
                let new = json.and_then(Json::as_str).and_then(corrected);
                new.map(|text| field_fixes::replace(&pointer, text))
            });
    }
}

/// The message about a call with an invalid template, and the advice.
fn fault(call: &IntrinsicCall) -> Option<(String, Option<&'static str>)> {
    let Some(Argument::String(template)) = call.arguments.first() else {
        return None;
    };
    if call.function != Function::Format || is_substitution(&template.value) {
        return None;
    }
    if let Some(brace) = template.unmatched_brace {
        let message = unmatched_brace_message(brace).trim_end_matches('.');
        let advice = r"escape a brace that is not part of `{}`: `\\{` and `\\}` in JSON";
        return Some((message.to_owned(), Some(advice)));
    }
    let (pairs, values) = (template.placeholders.len(), call.arguments.len() - 1);
    (pairs != values).then(|| {
        let message = format!(
            "the template of `States.Format` has {pairs} `{{}}`, but the call has {values} values for them"
        );
        (message, None)
    })
}

/// The call with escaped braces; `None` if it has another fault.
fn corrected(text: &str) -> Option<String> {
    const CALL: &str = "States.Format(";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(CALL) {
        let (before, after) = rest.split_at(at + CALL.len());
        out.push_str(before);
        let literal = after.trim_start();
        out.push_str(&after[..after.len() - literal.len()]);
        rest = literal;
        if let Some(template) = literal.strip_prefix('\'') {
            let (escaped, length) = escaped(template);
            out.push('\'');
            out.push_str(&escaped);
            rest = &template[length..];
        }
    }
    out.push_str(rest);
    match Expression::parse(&out) {
        Ok(Expression::Call(call)) if call.all().into_iter().all(|call| fault(call).is_none()) => {
            Some(out)
        }
        _ => None,
    }
}

/// A template with escaped braces, and its length up to the closing quote.
fn escaped(template: &str) -> (String, usize) {
    let mut out = String::new();
    let mut chars = template.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\'' => return (out, at),
            '\\' => {
                out.push(char);
                out.extend(chars.next().map(|(_, next)| next));
            }
            '{' if chars.next_if(|(_, next)| *next == '}').is_some() => out.push_str("{}"),
            '{' | '}' => out.extend(['\\', char]),
            _ => out.push(char),
        }
    }
    (out, template.len())
}
