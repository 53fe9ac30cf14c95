//! Reports a Fail state whose error or cause would be computed as something other than a string.

use crate::intrinsic::Expression;
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW091",
    name: "fail-path-without-string",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "The intrinsic function in `ErrorPath` or `CausePath` never returns a string.",
    doc: "An error and a cause are strings. The functions that can return one are `States.Format`, `States.JsonToString`, `States.ArrayGetItem`, `States.Base64Encode`, `States.Base64Decode`, `States.Hash` and `States.UUID`.",
    source: source::FAIL,
    check: no_string,
};

fn no_string(definition: &Definition<'_>, report: &mut Report<'_>) {
    for path in &definition.paths {
        let Ok(Expression::Call(call)) = &path.parsed else {
            continue;
        };
        if !call.function.may_give_string() {
            let message = format!(
                "`{}` needs a string, but `{}` does not return one",
                path.field, call.function
            );
            report.add(&path.pointer, message).choices(|| {
                let call = format!("States.Format('{{}}', {})", path.text.trim());
                let text = Expression::parse(&call).is_ok().then_some(call);
                text.map(|text| field_fixes::replace(&path.pointer, text))
            });
        }
    }
}
