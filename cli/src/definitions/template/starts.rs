//! What starts the state machines of templates: rules of EventBridge, and schedules.

use stepwright_asl::json::Json;
use stepwright_events::rule::Rule;
use stepwright_server::{ScheduleRule, Schedules};

use super::evaluator::{Evaluator, Reported};
use super::node::TemplateNode;
use super::resource_location::ResourceLocation;
use super::resource_values::{MACHINE_ALIAS, MACHINE_VERSION};

/// The types of resources whose references are ARNs that a rule can start.
const MACHINE_TYPES: [&str; 4] = [
    "AWS::Serverless::StateMachine",
    "AWS::StepFunctions::StateMachine",
    MACHINE_ALIAS,
    MACHINE_VERSION,
];

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
    /// The logical ID of its resource. SAM makes one for each event of a state machine.
    pub(super) logical_id: String,
    /// Its name, or how a message names it.
    pub(super) name: String,
    pub(super) start: T,
}

impl DesiredStarts {
    /// Adds what starts nothing here.
    pub(super) fn refuse(&mut self, location: ResourceLocation, name: &str) {
        self.unsupported.push(DesiredStart {
            logical_id: location.id.clone(),
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
        // A resource with a pattern and a schedule expression is one rule.
        let is_also_rule = |one: &DesiredStart<ScheduleRule>| {
            self.rules
                .iter()
                .any(|rule| rule.location == one.location && rule.logical_id == one.logical_id)
        };
        let schedule_rules = self.schedule_rules.iter();
        let schedule_rules = schedule_rules.filter(move |one| !is_also_rule(one));
        let schedule_rules = schedule_rules.map(|one| {
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
///
/// # Errors
///
/// A wrong reference to a state machine, a version or an alias of the template.
pub(super) fn arn_kind<'t>(
    evaluator: &Evaluator<'t>,
    arn: &TemplateNode<'t>,
) -> Result<ArnKind, Reported> {
    let silent = evaluator.silent();
    let Ok(arn) = silent.text(arn) else {
        // A branch of `Fn::If` that is not chosen has no effect.
        let chosen = silent.chosen_branch(arn.clone()).ok().flatten();
        if chosen.is_some_and(|chosen| refers_to_machine(evaluator, &chosen)) {
            return Err(evaluator.text(arn).err().unwrap_or(Reported));
        }
        return Ok(ArnKind::Unknown);
    };
    let mut parts = arn.split(':').skip(2);
    let (service, kind) = (parts.next(), parts.nth(2));
    let is_machine = (service, kind) == (Some("states"), Some("stateMachine"));
    Ok(if is_machine {
        ArnKind::Machine(arn)
    } else {
        ArnKind::Other
    })
}

/// Whether a value has a reference to a state machine, a version or an alias of the template.
fn refers_to_machine<'t>(evaluator: &Evaluator<'t>, node: &TemplateNode<'t>) -> bool {
    let is_machine = |id: &str| {
        let resource = evaluator.template(node).resource(id);
        resource.is_some_and(|(kind, _)| MACHINE_TYPES.contains(&kind))
    };
    let mut open = vec![node.clone()];
    while let Some(value) = open.pop() {
        let function = value.function().map(|(function, argument)| {
            // `Fn::GetAtt` and `Fn::Sub` have a text, or a list that begins with it.
            let first = argument.item(0).unwrap_or(argument);
            (function, first.json.as_str().unwrap_or_default())
        });
        let found = match function {
            Some(("Ref" | "Fn::GetAtt", name)) => {
                is_machine(name.split('.').next().unwrap_or_default())
            }
            Some(("Fn::Sub", text)) => text.split("${").skip(1).any(|variable| {
                let end = variable.find(['.', '}']);
                end.is_some_and(|end| is_machine(&variable[..end]))
            }),
            _ => false,
        };
        if found {
            return true;
        }
        open.extend(value.items());
        open.extend(value.members().map(|(_, member)| member));
    }
    false
}

/// The text of a member, if there is one.
pub(super) fn text<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    member: &'t str,
) -> Result<Option<String>, Reported> {
    let value = value(evaluator, node, member)?;
    let text = value.map(|(node, json)| evaluator.as_text(&node, &json));
    text.transpose()
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
