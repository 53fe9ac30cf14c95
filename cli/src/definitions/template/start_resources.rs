//! The resources of templates that start state machines.

use super::evaluator::{Evaluator, Reported};
use super::node::TemplateNode;
use super::resource_location::ResourceLocation;
use super::starts::{ArnKind, DesiredStarts, SamEvent, arn_kind};
use super::{event_rules, schedules};

/// Adds what a resource declares.
pub(super) fn add<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    kind: &str,
    location: ResourceLocation,
) -> Result<(), Reported> {
    match kind {
        "AWS::Events::Rule" => event_rules::add(starts, evaluator, node, location),
        "AWS::Scheduler::Schedule" => schedules::add(starts, evaluator, node, location),
        "AWS::Pipes::Pipe" => {
            if let Some(target) = node.property("Target")
                && let ArnKind::Machine(_) = arn_kind(evaluator, &target)?
            {
                starts.refuse(location, "the pipe");
            }
            Ok(())
        }
        "AWS::Serverless::StateMachine" => add_events(starts, evaluator, node, &location),
        _ => Ok(()),
    }
}

/// Adds the `Events` of a state machine of SAM.
fn add_events<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    location: &ResourceLocation,
) -> Result<(), Reported> {
    let Some(events) = node.property("Events") else {
        return Ok(());
    };
    let machine = event_target(evaluator, node, location)?;
    for (event, node) in events.members() {
        let sam = SamEvent {
            id: format!("{}{event}", location.id),
            machine: &machine,
            location,
        };
        let kind = node.member("Type").and_then(|kind| kind.json.as_str());
        // The problem of an event is reported; the others are still read.
        let _ = match (kind, node.member("Properties")) {
            (Some("EventBridgeRule" | "CloudWatchEvent"), Some(properties)) => {
                event_rules::add_sam_rule(starts, evaluator, &properties, &sam)
            }
            (Some("Schedule"), Some(properties)) => {
                event_rules::add_sam_schedule(starts, evaluator, &properties, &sam)
            }
            (Some("ScheduleV2"), Some(properties)) => {
                schedules::add_sam(starts, evaluator, &properties, &sam)
            }
            (
                Some("EventBridgeRule" | "CloudWatchEvent" | "Schedule" | "ScheduleV2"),
                None,
            ) => Err(evaluator.report(
                &node,
                "`Properties` is missing",
                "add it, as in `Properties: {Pattern: {source: [shop]}}` for an `EventBridgeRule`",
            )),
            (kind, _) => {
                let kind = kind.unwrap_or("an event without a type");
                starts.refuse(location.clone(), &format!("event `{event}` ({kind})"));
                Ok(())
            }
        };
    }
    Ok(())
}

/// The ARN that the events of a state machine of SAM start. Like the translator of SAM, it is the
/// alias only with `UseAliasAsEventTarget`.
fn event_target<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    location: &ResourceLocation,
) -> Result<String, Reported> {
    // The problems of the name and the alias are reported with those of the state machine.
    let silent = evaluator.silent();
    let name = silent.physical_name(node, &location.id)?;
    let machine = "arn:aws:states:{region}:{account}:stateMachine:{name}";
    let machine = evaluator.fill(machine, &name);
    let property = "UseAliasAsEventTarget";
    let uses_alias = evaluator.property_text(node, &location.id, property)?;
    if uses_alias.as_deref() != Some("true") {
        return Ok(machine);
    }
    match silent.published_alias(node, &location.id)? {
        Some(alias) => Ok(format!("{machine}:{alias}")),
        None => Err(evaluator.report(
            &node.property(property).unwrap_or_else(|| node.clone()),
            "the state machine has no `AutoPublishAlias`",
            "add `AutoPublishAlias: live`, or remove `UseAliasAsEventTarget`",
        )),
    }
}
