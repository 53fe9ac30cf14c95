//! What starts the state machines of templates: rules of EventBridge, and schedules.

use stepwright_asl::json::Json;
use stepwright_events::rule::Rule;
use stepwright_server::{ScheduleRule, Schedules};

use super::evaluator::{Evaluator, Reported};
use super::node::TemplateNode;
use super::resource_location::ResourceLocation;

/// The rules and the schedules of templates that start state machines.
#[derive(Default)]
pub(super) struct DesiredStarts {
    pub(super) rules: Vec<DesiredStart<Rule>>,
    pub(super) schedule_rules: Vec<DesiredStart<ScheduleRule>>,
    pub(super) schedules: Vec<DesiredStart<Schedules>>,
    /// What starts a state machine on AWS, and nothing here.
    pub(super) unsupported: Vec<DesiredStart<()>>,
}

/// A rule or a schedule of a template.
pub(super) struct DesiredStart<T> {
    pub(super) location: ResourceLocation,
    /// Its name, or how a message names it.
    pub(super) name: String,
    pub(super) start: T,
}

impl DesiredStarts {
    /// Adds what starts nothing here.
    pub(super) fn refuse(&mut self, location: ResourceLocation, name: &str) {
        self.unsupported.push(DesiredStart {
            location,
            name: name.to_owned(),
            start: (),
        });
    }

    /// The names that must be unique, each with its noun.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, String, &ResourceLocation)> {
        let rules = self.rules.iter().map(|one| {
            let name = format!("{}/{}", one.start.bus, one.name);
            ("rule", name, &one.location)
        });
        let schedule_rules = self.schedule_rules.iter().map(|one| {
            // Only the bus `default` has them.
            ("rule", format!("default/{}", one.name), &one.location)
        });
        let schedules = self.schedules.iter();
        let schedules = schedules.map(|one| ("schedule", one.name.clone(), &one.location));
        rules.chain(schedule_rules).chain(schedules)
    }
}

/// An event of a state machine of SAM.
pub(super) struct SamEvent<'a> {
    /// The logical ID of its rule.
    pub(super) id: String,
    /// The ARN of the state machine.
    pub(super) machine: &'a str,
    pub(super) location: &'a ResourceLocation,
}

/// What an ARN in a template names.
pub(super) enum ArnKind {
    /// A state machine, a version or an alias.
    Machine(String),
    Other,
    /// A value that only AWS has.
    Unknown,
}

/// What the value names. Its problems are none: other targets may have values that only AWS has.
pub(super) fn arn_kind<'t>(evaluator: &Evaluator<'t>, arn: &TemplateNode<'t>) -> ArnKind {
    let Ok(arn) = evaluator.silent().text(arn) else {
        return ArnKind::Unknown;
    };
    let mut parts = arn.split(':').skip(2);
    let (service, kind) = (parts.next(), parts.nth(2));
    if (service, kind) == (Some("states"), Some("stateMachine")) {
        ArnKind::Machine(arn)
    } else {
        ArnKind::Other
    }
}

/// The text of a member, if there is one.
pub(super) fn text<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    member: &'t str,
) -> Result<Option<String>, Reported> {
    let Some(node) = node.member(member) else {
        return Ok(None);
    };
    match evaluator.evaluate(&node)? {
        None => Ok(None),
        Some(json) => evaluator.as_text(&node, &json).map(Some),
    }
}

/// The value of a member, if there is one.
pub(super) fn value<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    member: &'t str,
) -> Result<Option<(TemplateNode<'t>, Json)>, Reported> {
    let Some(node) = node.member(member) else {
        return Ok(None);
    };
    let json = evaluator.evaluate(&node)?;
    Ok(json.map(|json| (node, json)))
}
