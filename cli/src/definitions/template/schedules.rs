//! The schedules of EventBridge Scheduler: `AWS::Scheduler::Schedule`, and `ScheduleV2` of SAM.

use serde_json::{Map, Value, json};
use stepwright_server::Schedules;

use super::evaluator::{Evaluator, Reported};
use super::node::TemplateNode;
use super::resource_location::ResourceLocation;
use super::starts::{ArnKind, DesiredStart, DesiredStarts, SamEvent, arn_kind, text, value};

/// The properties of a schedule that this server uses, besides its name and its target.
const FIELDS: [&str; 7] = [
    "GroupName",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "EndDate",
    "State",
    "FlexibleTimeWindow",
];
/// Those of a target, or of an event of SAM.
const TARGET_FIELDS: [&str; 2] = ["Input", "RetryPolicy"];

/// Adds a schedule, if it starts a state machine.
pub(super) fn add<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    location: ResourceLocation,
) -> Result<(), Reported> {
    let Some(properties) = node.member("Properties") else {
        return Ok(());
    };
    let Some(target) = properties.member("Target") else {
        return Ok(());
    };
    let Some(arn) = target.member("Arn") else {
        return Ok(());
    };
    let machine = match arn_kind(evaluator, &arn)? {
        ArnKind::Machine(arn) => arn,
        ArnKind::Other => return Ok(()),
        ArnKind::Unknown => {
            starts.refuse(location, "its target, whose ARN only AWS has,");
            return Ok(());
        }
    };
    let name = evaluator.physical_name(node, &location.id)?;
    let schedule = Schedule {
        name,
        machine: &machine,
        logical_id: location.id.clone(),
        properties: &properties,
        target: &target,
    };
    schedule.add_to(starts, evaluator, location)
}

/// Adds an event `ScheduleV2` of SAM.
pub(super) fn add_sam<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    properties: &TemplateNode<'t>,
    sam: &SamEvent<'_>,
) -> Result<(), Reported> {
    let name = text(evaluator, properties, "Name")?;
    let schedule = Schedule {
        name: name.unwrap_or_else(|| sam.id.clone()),
        machine: sam.machine,
        logical_id: sam.id.clone(),
        properties,
        target: properties,
    };
    schedule.add_to(starts, evaluator, sam.location.clone())
}

/// A schedule of a template.
struct Schedule<'a, 't> {
    logical_id: String,
    name: String,
    machine: &'a str,
    properties: &'a TemplateNode<'t>,
    /// The value with the input of the target.
    target: &'a TemplateNode<'t>,
}

impl<'t> Schedule<'_, 't> {
    fn add_to(
        self,
        starts: &mut DesiredStarts,
        evaluator: &Evaluator<'t>,
        location: ResourceLocation,
    ) -> Result<(), Reported> {
        let mut target = members(evaluator, self.target, &TARGET_FIELDS)?;
        target.insert("Arn".to_owned(), Value::from(self.machine));
        let mut fields = members(evaluator, self.properties, &FIELDS)?;
        fields.insert("Name".to_owned(), Value::from(self.name.as_str()));
        fields.insert("Target".to_owned(), Value::Object(target));
        // As `--schedules` reads it, so that its checks and messages are the same.
        let list = json!([fields]).to_string();
        let schedules: Schedules = match list.parse() {
            Ok(schedules) => schedules,
            Err(error) => {
                let error: stepwright_server::SchedulesError = error;
                let problems: Vec<String> =
                    error.problems().iter().map(ToString::to_string).collect();
                return Err(evaluator.report(
                    self.properties,
                    format_args!("the schedule is wrong: {}", problems.join("; ")),
                    "`docs/guides/schedules.md` describes all fields",
                ));
            }
        };
        starts.schedules.push(DesiredStart {
            location,
            logical_id: self.logical_id,
            name: self.name,
            start: schedules,
        });
        Ok(())
    }
}

/// The values of some members.
fn members<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    names: &[&'static str],
) -> Result<Map<String, Value>, Reported> {
    let mut members = Map::new();
    for name in names {
        if let Some((_, json)) = value(evaluator, node, name)? {
            members.insert((*name).to_owned(), Value::from(&json));
        }
    }
    Ok(members)
}
