//! The rules of EventBridge: `AWS::Events::Rule`, and the events of state machines of SAM.

use stepwright_asl::json::Json;
use stepwright_events::pattern::EventPattern;
use stepwright_events::rule::{DEFAULT_BUS, Rule, Target, bus_name};
use stepwright_events::target_input::{InputTransformer, TargetInput, TargetInputError};
use stepwright_server::{ScheduleRule, Schedules};

use super::evaluator::{Evaluator, Reported};
use super::node::TemplateNode;
use super::resource_location::ResourceLocation;
use super::starts::{ArnKind, DesiredStart, DesiredStarts, SamEvent, arn_kind, text, value};

/// The most targets of a rule.
const MAX_TARGETS: usize = 5;
/// The most characters of a target's ID.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html>
const MAX_TARGET_ID_CHARS: usize = 64;
/// What SAM adds to the logical ID of a rule for the ID of its target.
const SAM_TARGET_SUFFIX: &str = "StepFunctionsTarget";

/// What a rule has besides its targets.
struct RuleFields {
    logical_id: String,
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
        logical_id: location.id.clone(),
        name: evaluator.physical_name(node, &location.id)?,
        bus: bus(evaluator, &properties)?,
        is_enabled: is_enabled(evaluator, &properties)?,
    };
    let schedule = text(evaluator, &properties, "ScheduleExpression")?;
    if let Some(expression) = &schedule {
        if fields.bus != DEFAULT_BUS {
            return Err(evaluator.report(
                &properties,
                "EventBridge supports `ScheduleExpression` only on the bus `default`",
                "remove `EventBusName`",
            ));
        }
        let rule = schedule_rule(&fields, expression, targets.clone());
        add_schedule(
            starts,
            evaluator,
            &properties,
            (&location, &fields.logical_id),
            rule,
        )?;
    }
    match event_pattern(evaluator, &properties, "EventPattern")? {
        Some(pattern) => {
            add_rule(starts, fields, pattern, targets, location);
            Ok(())
        }
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
    let pattern = event_pattern(evaluator, properties, "Pattern")?.ok_or_else(|| {
        evaluator.report(
            properties,
            "`Pattern` is missing",
            "add it, as in `Pattern: {source: [shop]}`",
        )
    })?;
    let fields = RuleFields {
        logical_id: sam.id.clone(),
        name: text(evaluator, properties, "RuleName")?.unwrap_or_else(|| sam.id.clone()),
        bus: bus(evaluator, properties)?,
        is_enabled: is_enabled(evaluator, properties)?,
    };
    let targets = vec![sam_target(evaluator, properties, sam)?];
    add_rule(starts, fields, pattern, targets, sam.location.clone());
    Ok(())
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
    let enabled = text(evaluator, properties, "Enabled")?;
    if enabled.is_some() && value(evaluator, properties, "State")?.is_some() {
        return Err(evaluator.report(
            properties,
            "the event has both `State` and `Enabled`",
            "remove `Enabled`",
        ));
    }
    let is_on = enabled.is_none_or(|enabled| enabled == "true");
    let fields = RuleFields {
        logical_id: sam.id.clone(),
        name: text(evaluator, properties, "Name")?.unwrap_or_else(|| sam.id.clone()),
        bus: DEFAULT_BUS.to_owned(),
        is_enabled: is_on && is_enabled(evaluator, properties)?,
    };
    let targets = vec![sam_target(evaluator, properties, sam)?];
    let rule = schedule_rule(&fields, &expression, targets);
    let ids = (sam.location, sam.id.as_str());
    add_schedule(starts, evaluator, properties, ids, rule)
}

fn add_rule(
    starts: &mut DesiredStarts,
    fields: RuleFields,
    pattern: EventPattern,
    targets: Vec<Target>,
    location: ResourceLocation,
) {
    starts.rules.push(DesiredStart {
        location,
        logical_id: fields.logical_id,
        name: fields.name.clone(),
        start: Rule {
            name: fields.name,
            bus: fields.bus,
            pattern,
            is_enabled: fields.is_enabled,
            targets,
        },
    });
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
    (location, logical_id): (&ResourceLocation, &str),
    rule: ScheduleRule,
) -> Result<(), Reported> {
    if let Err(reason) = Schedules::default().with_rule(rule.clone()) {
        let help = "write `rate(5 minutes)`, or `cron(0 3 * * ? *)` in UTC";
        return Err(evaluator.report(node, format_args!("the schedule is wrong: {reason}"), help));
    }
    starts.schedule_rules.push(DesiredStart {
        location: location.clone(),
        logical_id: logical_id.to_owned(),
        name: rule.name.clone(),
        start: rule,
    });
    Ok(())
}

/// The pattern of a rule; `None` if it is missing or `AWS::NoValue`.
fn event_pattern<'t>(
    evaluator: &Evaluator<'t>,
    properties: &TemplateNode<'t>,
    member: &'t str,
) -> Result<Option<EventPattern>, Reported> {
    let Some((node, json)) = value(evaluator, properties, member)? else {
        return Ok(None);
    };
    json_text(&json)
        .parse()
        .map(Some)
        .map_err(|error: stepwright_events::pattern::PatternError| {
            let help = error.help;
            let help = help.unwrap_or_else(|| {
                "`docs/guides/events.md` lists the operators of patterns".to_owned()
            });
            evaluator.report(
                &node,
                format_args!(
                    "the pattern is wrong: {}",
                    error.message.trim_end_matches('.')
                ),
                help,
            )
        })
}

/// JSON that a template has as a text or as a value.
fn json_text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        json => json.to_string(),
    }
}

/// The name of the bus, which a template gives by its name or its ARN.
fn bus<'t>(evaluator: &Evaluator<'t>, properties: &TemplateNode<'t>) -> Result<String, Reported> {
    let bus = text(evaluator, properties, "EventBusName")?;
    Ok(bus.as_deref().map_or(DEFAULT_BUS, bus_name).to_owned())
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
    let Some(nodes) = evaluator.chosen_branch(nodes)? else {
        return Ok(Vec::new());
    };
    let mut targets: Vec<Target> = Vec::new();
    let mut ids = Vec::new();
    for node in nodes.items() {
        let Some(node) = evaluator.chosen_branch(node)? else {
            continue;
        };
        let id = text(&evaluator.silent(), &node, "Id").ok().flatten();
        let is_repeated = ids.contains(&id);
        ids.push(id.clone());
        let Some(arn) = node.member("Arn") else {
            continue;
        };
        let machine = match arn_kind(evaluator, &arn)? {
            ArnKind::Machine(arn) => arn,
            ArnKind::Other => continue,
            ArnKind::Unknown => {
                let id = id.unwrap_or_default();
                let name = format!("target `{id}`, whose ARN only AWS has,");
                starts.refuse(location.clone(), &name);
                continue;
            }
        };
        let Some(id) = text(evaluator, &node, "Id")? else {
            let help = "add it, as in `Id: ship`";
            return Err(evaluator.report(&node, "`Id` is missing", help));
        };
        if is_repeated {
            return Err(evaluator.report(
                &node,
                format_args!("another target of the rule has the ID `{id}`"),
                "give each target another `Id`",
            ));
        }
        let input = target_input(evaluator, &node)?;
        targets.push(Target { id, machine, input });
    }
    if ids.len() > MAX_TARGETS && !targets.is_empty() {
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
        id: id.unwrap_or_else(|| sam_target_id(&sam.id)),
        machine: sam.machine.to_owned(),
        input: target_input(evaluator, properties)?,
    })
}

/// The ID of a target without one. SAM shortens the ID of the rule if both together are too long.
fn sam_target_id(rule: &str) -> String {
    let most = MAX_TARGET_ID_CHARS - SAM_TARGET_SUFFIX.len();
    let rule: String = rule.chars().take(most).collect();
    format!("{rule}{SAM_TARGET_SUFFIX}")
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
        "Input" => TargetInput::constant(json_text(json)).map_err(wrong),
        "InputPath" => {
            let path = evaluator.as_text(node, json)?;
            path.parse().map(TargetInput::Part).map_err(wrong)
        }
        _ => {
            let no_paths = || {
                evaluator.report(
                    node,
                    "`InputPathsMap` is not an object whose members are texts",
                    "write one, as in `InputPathsMap: {order: $.detail.order}`",
                )
            };
            let mut paths = Vec::new();
            if let Some(map) = json.get("InputPathsMap") {
                for (name, path) in map.as_object().ok_or_else(no_paths)? {
                    let path = path.as_str().ok_or_else(no_paths)?;
                    paths.push((name.clone(), path.to_owned()));
                }
            }
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
