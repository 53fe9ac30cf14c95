//! What starts the state machines of templates: rules of EventBridge, and schedules.

use stepwright_asl::json::Json;
use stepwright_events::rule::Rule;
use stepwright_server::{ScheduleRule, Schedules};

use super::desired::ResourceLocation;
use super::evaluator::{Evaluator, Reported};
use super::event_rules;
use super::node::TemplateNode;
use super::schedules;

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
    /// Adds what a resource declares.
    pub(super) fn add<'t>(
        &mut self,
        evaluator: &Evaluator<'t>,
        node: &TemplateNode<'t>,
        kind: &str,
        location: ResourceLocation,
    ) -> Result<(), Reported> {
        match kind {
            "AWS::Events::Rule" => event_rules::add(self, evaluator, node, location),
            "AWS::Scheduler::Schedule" => schedules::add(self, evaluator, node, location),
            "AWS::Pipes::Pipe" => {
                if let Some(target) = node.property("Target")
                    && let ArnKind::Machine(_) = arn_kind(evaluator, &target)
                {
                    self.refuse(location, "the pipe");
                }
                Ok(())
            }
            "AWS::Serverless::StateMachine" => self.add_events(evaluator, node, &location),
            _ => Ok(()),
        }
    }

    /// Adds the `Events` of a state machine of SAM. Like the translator of SAM, they start the
    /// state machine itself, also if it has an alias.
    fn add_events<'t>(
        &mut self,
        evaluator: &Evaluator<'t>,
        node: &TemplateNode<'t>,
        location: &ResourceLocation,
    ) -> Result<(), Reported> {
        let Some(events) = node.property("Events") else {
            return Ok(());
        };
        let name = evaluator.physical_name(node, &location.id)?;
        let machine = "arn:aws:states:{region}:{account}:stateMachine:{name}";
        let machine = evaluator.fill(machine, &name);
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
                    event_rules::add_sam_rule(self, evaluator, &properties, &sam)
                }
                (Some("Schedule"), Some(properties)) => {
                    event_rules::add_sam_schedule(self, evaluator, &properties, &sam)
                }
                (Some("ScheduleV2"), Some(properties)) => {
                    schedules::add_sam(self, evaluator, &properties, &sam)
                }
                (kind, _) => {
                    let kind = kind.unwrap_or("an event without a type");
                    self.refuse(location.clone(), &format!("event `{event}` ({kind})"));
                    Ok(())
                }
            };
        }
        Ok(())
    }

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
