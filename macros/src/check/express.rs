//! The features that need a Standard execution.

use crate::errors::{Errors, TokenRange};
use crate::machine::{Callee, Express, Machine, StateWork};
use proc_macro2::Span;
use stepwright_asl::Diagnostic;
use stepwright_asl::front_end::{ExpressPart, StandardFeature};
use stepwright_asl::limits::AwaitedEvent;

/// An Express execution does not wait for jobs (`.sync`) or task tokens, use activities or run a
/// Distributed Map.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    let is_function = machine.workflow.function.is_some();
    let report = |span: Span, express: Express, feature: StandardFeature| {
        let (part, help) = match (express, is_function) {
            (Express::Workflow, false) => (ExpressPart::Workflow, "remove `express;`"),
            (Express::Workflow, true) => (
                ExpressPart::Workflow,
                "remove `express` from `#[workflow(..)]`",
            ),
            (Express::Children, false) => (ExpressPart::Children, "write `distributed standard;`"),
            (Express::Children, true) => {
                (ExpressPart::Children, "remove `.express()` from the map")
            }
        };
        let alternative = match feature {
            StandardFeature::DistributedMap if is_function => "use `map`, which runs inline",
            StandardFeature::DistributedMap => "let the map run inline",
            StandardFeature::Wait(_) => "do this in a Standard workflow",
        };
        let diagnostic = Diagnostic::error(TokenRange::at(span), part.message(feature));
        let diagnostic = diagnostic.with_help(format!("{help}, or {alternative}"));
        errors.push(diagnostic.with_code(feature.code()));
    };
    if let Some(place) = &machine.workflow.options.deploy
        && place == "activity"
        && let Some(express) = machine.express(0)
    {
        let activity = StandardFeature::Wait(AwaitedEvent::Activity);
        report(place.span(), express, activity);
    }
    for node in &machine.states {
        let Some(express) = machine.express(node.scope) else {
            continue;
        };
        if let StateWork::Map(map) = &node.state.kind
            && let Some((keyword, _)) = &map.distributed.children
        {
            report(keyword.span(), express, StandardFeature::DistributedMap);
        }
        let Some(call) = node.state.call() else {
            continue;
        };
        if let Some(wait) = &call.wait {
            let token = StandardFeature::Wait(AwaitedEvent::Token);
            report(wait.span(), express, token);
        }
        if let Callee::Service { resource, .. } = &call.callee
            && let Some(event) = AwaitedEvent::of(&resource.value())
        {
            report(resource.span(), express, StandardFeature::Wait(event));
        }
    }
}
