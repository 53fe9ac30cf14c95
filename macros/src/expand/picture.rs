//! The picture of a workflow in its documentation: an SVG, with the feature `diagram`, when rustdoc
//! expands the macro.

use crate::machine::Machine;
use proc_macro2::TokenStream;

/// A doc attribute with the picture.
#[cfg(not(feature = "diagram"))]
pub(super) fn picture(_machine: &Machine) -> TokenStream {
    TokenStream::new()
}

#[cfg(feature = "diagram")]
pub(super) use drawn::picture;

#[cfg(feature = "diagram")]
mod drawn {
    use super::{Machine, TokenStream};
    use crate::expand::written::{condition, written};
    use crate::machine::{EdgeKind, ErrorPattern, StateNode, StateWork};
    use quote::quote;
    use stepwright_asl::json::{Json, Object};
    use stepwright_diagram::Diagram;

    /// Only rustdoc shows the picture, so rustc does not draw it.
    fn is_rustdoc() -> bool {
        let program = std::env::current_exe().ok();
        let name = program.as_deref().and_then(|program| program.file_stem());
        name.is_some_and(|name| name == "rustdoc")
    }

    /// A doc attribute with the picture.
    pub(in crate::expand) fn picture(machine: &Machine) -> TokenStream {
        if !is_rustdoc() {
            return TokenStream::new();
        }
        let html = html(machine);
        quote!(#[doc = #html])
    }

    /// The picture as HTML. Markdown ends it at a blank line, so it has none.
    pub(super) fn html(machine: &Machine) -> String {
        let svg = Diagram::of(&body(machine, 0)).to_svg();
        let lines = svg.lines().filter(|line| !line.trim().is_empty());
        let lines: Vec<&str> = lines.collect();
        format!("\n\n<div>\n{}\n</div>\n\n", lines.join("\n"))
    }

    /// A body as ASL, with the fields that a picture shows.
    fn body(machine: &Machine, scope: usize) -> Json {
        let mut states = Object::new();
        let own = &machine.scopes[scope].states;
        for index in own {
            let node = &machine.states[*index];
            states.insert(node.state.wire_name(), state(machine, node));
        }
        let first = own
            .first()
            .map(|first| machine.states[*first].state.wire_name());
        let mut body = Object::new();
        body.insert("StartAt".to_owned(), first.unwrap_or_default().into());
        body.insert("States".to_owned(), Json::Object(states));
        Json::Object(body)
    }

    fn state(machine: &Machine, node: &StateNode) -> Json {
        let (kind, inner) = match &node.state.kind {
            StateWork::Task(_) | StateWork::Include(_) => ("Task", None),
            StateWork::Choice(_) => ("Choice", None),
            StateWork::Wait(_) => ("Wait", None),
            StateWork::Succeed(_) | StateWork::Exit(_) => ("Succeed", None),
            StateWork::Fail(_) => ("Fail", None),
            StateWork::Parallel => ("Parallel", Some("Branches")),
            StateWork::Map(_) => ("Map", Some("ItemProcessor")),
            StateWork::Pass | StateWork::Unknown => ("Pass", None),
        };
        let mut fields = Object::new();
        fields.insert("Type".to_owned(), kind.into());
        let mut bodies = node.inner.iter().map(|scope| body(machine, *scope));
        match inner {
            Some("ItemProcessor") => {
                if let Some(body) = bodies.next() {
                    fields.insert("ItemProcessor".to_owned(), body);
                }
            }
            Some(field) => {
                fields.insert(field.to_owned(), Json::Array(bodies.collect()));
            }
            None => {}
        }
        let mut choices = Vec::new();
        let mut catches = Vec::new();
        for edge in &node.edges {
            let Some(target) = edge.to.map(|to| machine.states[to].state.wire_name()) else {
                continue;
            };
            match &edge.kind {
                EdgeKind::Next => {
                    fields.insert("Next".to_owned(), target.into());
                }
                EdgeKind::Otherwise(_) => {
                    fields.insert("Default".to_owned(), target.into());
                }
                EdgeKind::Rule { .. } | EdgeKind::Arm { .. } | EdgeKind::Exit { .. } => {
                    choices.push(rule(
                        "Condition",
                        condition(edge).unwrap_or_default().into(),
                        target,
                    ));
                }
                EdgeKind::Catch { errors, .. } => {
                    let names = errors.iter().map(error_name).collect();
                    catches.push(rule("ErrorEquals", Json::Array(names), target));
                }
                EdgeKind::CatchArm { pattern, .. } => {
                    let names = vec![written(pattern).into()];
                    catches.push(rule("ErrorEquals", Json::Array(names), target));
                }
            }
        }
        if !choices.is_empty() {
            fields.insert("Choices".to_owned(), Json::Array(choices));
        }
        if !catches.is_empty() {
            fields.insert("Catch".to_owned(), Json::Array(catches));
        }
        if node.state.ends() {
            fields.insert("End".to_owned(), true.into());
        }
        Json::Object(fields)
    }

    fn rule(field: &str, value: Json, target: String) -> Json {
        let mut rule = Object::new();
        rule.insert(field.to_owned(), value);
        rule.insert("Next".to_owned(), target.into());
        Json::Object(rule)
    }

    fn error_name(error: &ErrorPattern) -> Json {
        let name = match (error.wire_name(), error.path()) {
            (Some(name), _) => name,
            (None, Some(path)) => written(path).replace("::", "."),
            (None, None) => "every error".to_owned(),
        };
        name.into()
    }
}

#[cfg(test)]
#[cfg(feature = "diagram")]
mod tests {
    use super::drawn::html;
    use crate::errors::Errors;
    use crate::machine::Machine;
    use crate::syntax::{SyntaxReader, WorkflowSource, parse};

    #[test]
    fn the_picture_has_the_states_and_no_blank_line() {
        let input = "workflow Pay(order: Order) -> Receipt {
            task Charge { let paid = charge(order); catch PayError::Declined => Reject; next Large; }
            choice Large { when paid.total > 10.0 => Done; otherwise => Reject; }
            succeed Done { paid }
            fail Reject { \"Rejected\" }
        }";
        let errors = Errors::new();
        let reader = SyntaxReader::new(&errors);
        let mut source = parse(input.parse().unwrap(), |input| {
            WorkflowSource::parse(input, &reader)
        })
        .unwrap();
        let (workflow, body) = source.workflows.remove(0);
        let mut machine = Machine::new(workflow, body, source.expressions);
        crate::check::check(&mut machine, &errors);
        assert!(errors.finish().is_empty());
        let html = html(&machine);
        let picture = html.trim();
        assert!(
            picture.starts_with("<div>") && picture.ends_with("</div>"),
            "{html}"
        );
        assert!(!picture.contains("\n\n"), "{html}");
        for state in ["Charge", "Large", "Done", "Reject", "paid.total"] {
            assert!(picture.contains(state), "{state}: {html}");
        }
    }
}
