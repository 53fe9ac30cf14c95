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
            .add(pointer, message)
            .suggest(advice.map(str::to_owned));
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
