//! The rules of EventBridge: `AWS::Events::Rule`, and the events of state machines of SAM.

use stepwright_asl::json::Json;
use stepwright_events::pattern::EventPattern;
use stepwright_events::rule::{DEFAULT_BUS, Rule, Target};
use stepwright_events::target_input::{InputTransformer, TargetInput, TargetInputError};
use stepwright_server::{ScheduleRule, Schedules};

use super::evaluator::{Evaluator, Reported};
use super::node::TemplateNode;
use super::resource_location::ResourceLocation;
use super::starts::{ArnKind, DesiredStart, DesiredStarts, SamEvent, arn_kind, text, value};

/// The most targets of a rule.
const MAX_TARGETS: usize = 5;

/// What a rule has besides its targets.
struct RuleFields {
    name: String,
    bus: String,
    is_enabled: bool,
}

/// Adds a rule, if it starts a state machine.
pub(super) fn add<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    location: ResourceLocation,
) -> Result<(), Reported> {
    let Some(properties) = node.member("Properties") else {
        return Ok(());
    };
    let targets = targets(starts, evaluator, &properties, &location)?;
    if targets.is_empty() {
        return Ok(());
    }
    let fields = RuleFields {
        name: evaluator.physical_name(node, &location.id)?,
        bus: bus(evaluator, &properties)?,
        is_enabled: is_enabled(evaluator, &properties)?,
    };
    let schedule = text(evaluator, &properties, "ScheduleExpression")?;
    if let Some(expression) = &schedule {
        let rule = schedule_rule(&fields, expression, targets.clone());
        add_schedule(starts, evaluator, &properties, rule, location.clone())?;
    }
    match properties.member("EventPattern") {
        Some(pattern) => add_rule(starts, evaluator, &pattern, fields, targets, location),
        None if schedule.is_some() => Ok(()),
        None => Err(evaluator.report(
            &properties,
            "the rule has neither `EventPattern` nor `ScheduleExpression`",
            "add one of them, as in `EventPattern: {source: [shop]}`",
        )),
    }
}

/// Adds an event `EventBridgeRule` or `CloudWatchEvent` of SAM.
pub(super) fn add_sam_rule<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    properties: &TemplateNode<'t>,
    sam: &SamEvent<'_>,
) -> Result<(), Reported> {
    let pattern = properties.member("Pattern").ok_or_else(|| {
        evaluator.report(
            properties,
            "`Pattern` is missing",
            "add it, as in `Pattern: {source: [shop]}`",
        )
    })?;
    let fields = RuleFields {
        name: text(evaluator, properties, "RuleName")?.unwrap_or_else(|| sam.id.clone()),
        bus: bus(evaluator, properties)?,
        is_enabled: is_enabled(evaluator, properties)?,
    };
    let targets = vec![sam_target(evaluator, properties, sam)?];
    let location = sam.location.clone();
    add_rule(starts, evaluator, &pattern, fields, targets, location)
}

/// Adds an event `Schedule` of SAM, which is a rule with a schedule expression.
pub(super) fn add_sam_schedule<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    properties: &TemplateNode<'t>,
    sam: &SamEvent<'_>,
) -> Result<(), Reported> {
    let expression = text(evaluator, properties, "Schedule")?.ok_or_else(|| {
        evaluator.report(
            properties,
            "`Schedule` is missing",
            "add it, as in `Schedule: rate(5 minutes)`",
        )
    })?;
    let is_on = text(evaluator, properties, "Enabled")?.is_none_or(|enabled| enabled == "true");
    let fields = RuleFields {
        name: text(evaluator, properties, "Name")?.unwrap_or_else(|| sam.id.clone()),
        bus: DEFAULT_BUS.to_owned(),
        is_enabled: is_on && is_enabled(evaluator, properties)?,
    };
    let targets = vec![sam_target(evaluator, properties, sam)?];
    let rule = schedule_rule(&fields, &expression, targets);
    add_schedule(starts, evaluator, properties, rule, sam.location.clone())
}

fn add_rule<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    pattern: &TemplateNode<'t>,
    fields: RuleFields,
    targets: Vec<Target>,
    location: ResourceLocation,
) -> Result<(), Reported> {
    let pattern = event_pattern(evaluator, pattern)?;
    starts.rules.push(DesiredStart {
        location,
        name: fields.name.clone(),
        start: Rule {
            name: fields.name,
            bus: fields.bus,
            pattern,
            is_enabled: fields.is_enabled,
            targets,
        },
    });
    Ok(())
}

fn schedule_rule(fields: &RuleFields, expression: &str, targets: Vec<Target>) -> ScheduleRule {
    ScheduleRule {
        name: fields.name.clone(),
        expression: expression.to_owned(),
        is_enabled: fields.is_enabled,
        targets,
    }
}

/// Adds a rule with a schedule expression, if that is one.
fn add_schedule(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'_>,
    node: &TemplateNode<'_>,
    rule: ScheduleRule,
    location: ResourceLocation,
) -> Result<(), Reported> {
    if let Err(reason) = Schedules::default().with_rule(rule.clone()) {
        let help = "write `rate(5 minutes)`, or `cron(0 3 * * ? *)` in UTC";
        return Err(evaluator.report(node, format_args!("the schedule is wrong: {reason}"), help));
    }
    starts.schedule_rules.push(DesiredStart {
        location,
        name: rule.name.clone(),
        start: rule,
    });
    Ok(())
}

fn event_pattern<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
) -> Result<EventPattern, Reported> {
    let text = match evaluator.evaluate(node)? {
        Some(Json::String(ref text)) => text.clone(),
        Some(json) => json.to_string(),
        None => "null".to_owned(),
    };
    text.parse()
        .map_err(|error: stepwright_events::pattern::PatternError| {
            let help = error.help;
            let help = help.unwrap_or_else(|| {
                "`docs/guides/events.md` lists the operators of patterns".to_owned()
            });
            evaluator.report(
                node,
                format_args!(
                    "the pattern is wrong: {}",
                    error.message.trim_end_matches('.')
                ),
                help,
            )
        })
}

/// The name of the bus, which a template gives by its name or its ARN.
fn bus<'t>(evaluator: &Evaluator<'t>, properties: &TemplateNode<'t>) -> Result<String, Reported> {
    let bus = text(evaluator, properties, "EventBusName")?;
    let bus = bus.unwrap_or_else(|| DEFAULT_BUS.to_owned());
    Ok(match bus.split_once(":event-bus/") {
        Some((_, name)) => name.to_owned(),
        None => bus,
    })
}

fn is_enabled<'t>(
    evaluator: &Evaluator<'t>,
    properties: &TemplateNode<'t>,
) -> Result<bool, Reported> {
    let Some((node, state)) = value(evaluator, properties, "State")? else {
        return Ok(true);
    };
    match state.as_str() {
        Some("ENABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS") => Ok(true),
        Some("DISABLED") => Ok(false),
        _ => Err(evaluator.report(
            &node,
            format_args!("{state} is not a state of rules"),
            "write `ENABLED` or `DISABLED`",
        )),
    }
}

/// The targets that are state machines.
fn targets<'t>(
    starts: &mut DesiredStarts,
    evaluator: &Evaluator<'t>,
    properties: &TemplateNode<'t>,
    location: &ResourceLocation,
) -> Result<Vec<Target>, Reported> {
    let Some(nodes) = properties.member("Targets") else {
        return Ok(Vec::new());
    };
    let mut targets: Vec<Target> = Vec::new();
    for node in nodes.items() {
        let Some(arn) = node.member("Arn") else {
            continue;
        };
        let id = text(&evaluator.silent(), &node, "Id").ok().flatten();
        let id = id.unwrap_or_default();
        let machine = match arn_kind(evaluator, &arn) {
            ArnKind::Machine(arn) => arn,
            ArnKind::Other => continue,
            ArnKind::Unknown => {
                let name = format!("target `{id}`, whose ARN only AWS has,");
                starts.refuse(location.clone(), &name);
                continue;
            }
        };
        if targets.iter().any(|other| other.id == id) {
            return Err(evaluator.report(
                &node,
                format_args!("another target of the rule has the ID `{id}`"),
                "give each target another `Id`",
            ));
        }
        let input = target_input(evaluator, &node)?;
        targets.push(Target { id, machine, input });
    }
    if nodes.items().count() > MAX_TARGETS {
        return Err(evaluator.report(
            &nodes,
            format_args!("the rule has more than {MAX_TARGETS} targets"),
            "write another rule with the same pattern for the others",
        ));
    }
    Ok(targets)
}

fn sam_target<'t>(
    evaluator: &Evaluator<'t>,
    properties: &TemplateNode<'t>,
    sam: &SamEvent<'_>,
) -> Result<Target, Reported> {
    let id = match properties.member("Target") {
        Some(target) => text(evaluator, &target, "Id")?,
        None => None,
    };
    Ok(Target {
        id: id.unwrap_or_else(|| format!("{}StepFunctionsTarget", sam.id)),
        machine: sam.machine.to_owned(),
        input: target_input(evaluator, properties)?,
    })
}

/// The input of a target: `Input`, `InputPath` or `InputTransformer`.
fn target_input<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
) -> Result<TargetInput, Reported> {
    let names = ["Input", "InputPath", "InputTransformer"];
    let mut given = Vec::new();
    for name in names {
        given.extend(value(evaluator, node, name)?.map(|value| (name, value)));
    }
    let (name, (node, json)) = match given.as_slice() {
        [] => return Ok(TargetInput::Event),
        [one] => one,
        [_, (second, (node, _)), ..] => {
            return Err(evaluator.report(
                node,
                format_args!("the target has `{second}` next to another input"),
                "keep one of `Input`, `InputPath` and `InputTransformer`",
            ));
        }
    };
    let wrong = |error: TargetInputError| {
        let help = "`docs/guides/events.md` describes the inputs of targets";
        evaluator.report(node, format_args!("the input is wrong: {error}"), help)
    };
    match *name {
        "Input" => {
            let text = match json {
                Json::String(text) => text.clone(),
                json => json.to_string(),
            };
            TargetInput::constant(text).map_err(wrong)
        }
        "InputPath" => {
            let path = evaluator.as_text(node, json)?;
            path.parse().map(TargetInput::Part).map_err(wrong)
        }
        _ => {
            let paths = json.get("InputPathsMap").and_then(Json::as_object);
            let paths = paths.into_iter().flatten();
            let paths =
                paths.filter_map(|(name, path)| Some((name.clone(), path.as_str()?.to_owned())));
            let template = json.get("InputTemplate").and_then(Json::as_str);
            let template = template.ok_or_else(|| {
                evaluator.report(
                    node,
                    "`InputTemplate` is missing, or no text",
                    "add a text, as in `InputTemplate: '{\"order\": <order>}'`",
                )
            })?;
            let transformer = InputTransformer::new(paths, template);
            transformer.map(TargetInput::Transformed).map_err(wrong)
        }
    }
}
