//! The resources of Step Functions that templates declare, as requests of the API.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use stepwright_asl::json::Json;
use stepwright_asl::model::MachineType;

use super::evaluator::{Evaluator, Reported, VersionNumbers, noun, scalar_text};
use super::file::TemplateFile;
use super::inputs::TemplateInputs;
use super::node::TemplateNode;
use super::problem::{TemplateProblem, problem};
use super::resource_location::ResourceLocation;
use super::resource_values::{MACHINE_ALIAS, MACHINE_VERSION};
use super::start_resources;
use super::starts::DesiredStarts;

/// The resources of all templates, and the problems of the templates.
pub(super) struct DesiredResources {
    pub(super) activities: Vec<DesiredActivity>,
    pub(super) machines: Vec<DesiredMachine>,
    pub(super) versions: Vec<DesiredVersion>,
    pub(super) aliases: Vec<DesiredAlias>,
    pub(super) starts: DesiredStarts,
    /// The files of definitions, also of those that cannot be read.
    pub(super) files: Vec<PathBuf>,
    pub(super) problems: Vec<TemplateProblem>,
}

/// An activity, as the members of CreateActivity.
pub(super) struct DesiredActivity {
    pub(super) location: ResourceLocation,
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) request: Map<String, Value>,
}

/// A state machine, as the members of CreateStateMachine.
pub(super) struct DesiredMachine {
    pub(super) location: ResourceLocation,
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) request: Map<String, Value>,
    /// The alias that moves to the newest version (`AutoPublishAlias`).
    pub(super) alias: Option<String>,
    /// The JSON Schema of the input, from the file next to the definition.
    pub(super) input_schema: Option<Value>,
}

/// A version of a state machine.
pub(super) struct DesiredVersion {
    pub(super) location: ResourceLocation,
    pub(super) machine_arn: String,
    pub(super) description: Option<String>,
    /// Whether the version has the current revision (`StateMachineRevisionId`), so that a change
    /// publishes a new one.
    pub(super) follows_revision: bool,
}

/// An alias of a state machine, as the members of CreateStateMachineAlias.
pub(super) struct DesiredAlias {
    pub(super) location: ResourceLocation,
    pub(super) name: String,
    pub(super) machine_arn: String,
    /// The ARN of the first version to which it routes.
    pub(super) version: String,
    pub(super) request: Map<String, Value>,
}

impl DesiredResources {
    /// Evaluates the resources of templates.
    pub(super) fn of(
        templates: &[TemplateFile],
        inputs: &TemplateInputs,
        versions: &VersionNumbers,
        has_starts: bool,
    ) -> Self {
        let mut desired = Self {
            activities: Vec::new(),
            machines: Vec::new(),
            versions: Vec::new(),
            aliases: Vec::new(),
            starts: DesiredStarts::default(),
            files: Vec::new(),
            problems: Vec::new(),
        };
        let evaluator = Evaluator::new(templates, inputs, versions);
        for (template, file) in templates.iter().enumerate() {
            for id in file
                .section("Resources")
                .into_iter()
                .flatten()
                .map(|(id, _)| id)
            {
                // The problem of a resource is reported; the others are still evaluated.
                let _ = desired.add(&evaluator, template, id, has_starts);
            }
        }
        desired.refuse_duplicates(&evaluator, has_starts);
        desired.problems = evaluator.into_problems();
        desired
    }

    fn add<'t>(
        &mut self,
        evaluator: &Evaluator<'t>,
        template: usize,
        id: &'t str,
        has_starts: bool,
    ) -> Result<(), Reported> {
        let Some(node) = evaluator.node(template, &["Resources", id], 0) else {
            return Ok(());
        };
        if id.starts_with("Fn::ForEach") {
            return Err(evaluator.report(
                &node,
                "`Fn::ForEach` is not evaluated here",
                "write the resources out, or give the template after its transform (`aws cloudformation get-template --template-stage Processed`)",
            ));
        }
        let kind = evaluator.template(&node).resource(id).map(|(kind, _)| kind);
        let kinds = [
            "AWS::Events::Rule",
            "AWS::Pipes::Pipe",
            "AWS::Scheduler::Schedule",
            "AWS::Serverless::StateMachine",
            "AWS::StepFunctions::StateMachine",
            "AWS::StepFunctions::Activity",
            MACHINE_VERSION,
            MACHINE_ALIAS,
        ];
        let Some(kind) = kind.filter(|kind| kinds.contains(kind)) else {
            return Ok(());
        };
        if let Some(condition) = node.member("Condition")
            && let Json::String(name) = condition.json
            && !evaluator.condition(&condition, name)?
        {
            return Ok(());
        }
        let location = ResourceLocation {
            template,
            id: id.to_owned(),
        };
        let silent = (!has_starts).then(|| evaluator.silent());
        let starts_evaluator = silent.as_ref().unwrap_or(evaluator);
        match kind {
            "AWS::StepFunctions::Activity" => {
                let activity = activity(evaluator, &node, location)?;
                self.activities.push(activity);
            }
            MACHINE_VERSION => self.versions.push(version(evaluator, &node, location)?),
            MACHINE_ALIAS => self.aliases.push(alias(evaluator, &node, location)?),
            "AWS::Events::Rule" | "AWS::Pipes::Pipe" | "AWS::Scheduler::Schedule" => {
                start_resources::add(&mut self.starts, starts_evaluator, &node, kind, location)?;
            }
            _ => {
                let starts = start_resources::add(
                    &mut self.starts,
                    starts_evaluator,
                    &node,
                    kind,
                    location.clone(),
                );
                let machine = machine(evaluator, &node, kind, location, &mut self.files)?;
                self.machines.push(machine);
                starts?;
            }
        }
        Ok(())
    }

    /// Two resources with one name would overwrite each other.
    fn refuse_duplicates(&self, evaluator: &Evaluator<'_>, has_starts: bool) {
        let machines = self
            .machines
            .iter()
            .map(|one| ("state machine", one.name.clone(), &one.location));
        let activities = self
            .activities
            .iter()
            .map(|one| ("activity", one.name.clone(), &one.location));
        let mut first: HashMap<(&str, String), &ResourceLocation> = HashMap::new();
        let starts = self.starts.names().filter(|_| has_starts);
        for (noun, name, location) in machines.chain(activities).chain(starts) {
            if let Some(other) = first.get(&(noun, name.clone())) {
                let file = evaluator.templates[other.template].source.origin();
                let message = format!(
                    "`{}`: the {noun} `{}` of {file} has the same name `{name}`",
                    location.id, other.id
                );
                let diagnostic = problem(message).with_help("give one of them another name");
                evaluator.report_at_key(location.template, &location.pointer(), diagnostic);
            } else {
                first.insert((noun, name), location);
            }
        }
    }
}

fn machine<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    kind: &str,
    location: ResourceLocation,
    files: &mut Vec<PathBuf>,
) -> Result<DesiredMachine, Reported> {
    let id = location.id.as_str();
    let is_sam = kind == "AWS::Serverless::StateMachine";
    let named = |sam: &'static str, plain: &'static str| if is_sam { sam } else { plain };
    let machine_type = machine_type(evaluator, node, id, named("Type", "StateMachineType"));
    // A definition is checked as a Standard one if its type is not known.
    let checked_type = machine_type.unwrap_or(MachineType::Standard);
    let definition = evaluator.definition(node, id, checked_type, files);
    let (definition, input_schema) = definition.map_or_else(
        |reported| (Err(reported), None),
        |found| (Ok(found.text), found.input_schema),
    );
    let name = evaluator.physical_name(node, id);
    let logging = object(
        evaluator,
        node,
        id,
        named("Logging", "LoggingConfiguration"),
    );
    let tracing = object(
        evaluator,
        node,
        id,
        named("Tracing", "TracingConfiguration"),
    );
    let encryption = object(evaluator, node, id, "EncryptionConfiguration");
    let tags = tags(evaluator, node, id);
    let alias = if is_sam {
        evaluator.published_alias(node, id)
    } else {
        Ok(None)
    };
    let name = name?;
    let mut request = Map::new();
    request.insert("name".to_owned(), Value::from(name.as_str()));
    request.insert("type".to_owned(), Value::from(machine_type?.as_str()));
    request.insert("definition".to_owned(), Value::from(definition?));
    let role = role(evaluator, node, id, named("Role", "RoleArn"));
    request.insert("roleArn".to_owned(), Value::from(role));
    // AWS's defaults, so that an update removes what the template no longer has.
    let logging = logging?.unwrap_or_else(|| json!({"level": "OFF"}));
    request.insert("loggingConfiguration".to_owned(), logging);
    let tracing = tracing?.unwrap_or_else(|| json!({"enabled": false}));
    request.insert("tracingConfiguration".to_owned(), tracing);
    let encryption = encryption?.unwrap_or_else(|| json!({"type": "AWS_OWNED_KEY"}));
    request.insert("encryptionConfiguration".to_owned(), encryption);
    request.insert("tags".to_owned(), tags?);
    Ok(DesiredMachine {
        arn: evaluator.fill(
            "arn:aws:states:{region}:{account}:stateMachine:{name}",
            &name,
        ),
        name,
        request,
        alias: alias?,
        input_schema,
        location,
    })
}

fn machine_type<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    id: &str,
    property: &'static str,
) -> Result<MachineType, Reported> {
    let Some(word) = evaluator.property_text(node, id, property)? else {
        return Ok(MachineType::Standard);
    };
    MachineType::from_word(&word).ok_or_else(|| {
        let node = evaluator.property(node, id, property);
        let message = format!("`{word}` is not a type of state machines");
        match node {
            Some(node) => evaluator.report(&node, message, "write `STANDARD` or `EXPRESS`"),
            None => Reported,
        }
    })
}

/// The role of a machine. The engine does not use it, so that a role that cannot be evaluated is no
/// problem.
fn role<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    id: &str,
    property: &'static str,
) -> String {
    let silent = evaluator.silent();
    match silent.property_text(node, id, property) {
        Ok(Some(role)) if role.starts_with("arn:") => role,
        _ => evaluator.fill(
            "arn:{partition}:iam::{account}:role/{name}",
            &format!("{id}Role"),
        ),
    }
}

fn activity<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    location: ResourceLocation,
) -> Result<DesiredActivity, Reported> {
    let id = location.id.as_str();
    let name = evaluator.physical_name(node, id);
    let encryption = object(evaluator, node, id, "EncryptionConfiguration");
    let tags = tags(evaluator, node, id);
    let name = name?;
    let mut request = Map::new();
    request.insert("name".to_owned(), Value::from(name.as_str()));
    request.insert("tags".to_owned(), tags?);
    if let Some(encryption) = encryption? {
        request.insert("encryptionConfiguration".to_owned(), encryption);
    }
    Ok(DesiredActivity {
        arn: evaluator.fill("arn:aws:states:{region}:{account}:activity:{name}", &name),
        name,
        request,
        location,
    })
}

fn version<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    location: ResourceLocation,
) -> Result<DesiredVersion, Reported> {
    let id = location.id.as_str();
    let machine_arn = needed_text(evaluator, node, id, "StateMachineArn");
    let description = evaluator.property_text(node, id, "Description");
    Ok(DesiredVersion {
        machine_arn: machine_arn?,
        description: description?,
        follows_revision: evaluator
            .property(node, id, "StateMachineRevisionId")
            .is_some(),
        location,
    })
}

fn alias<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    location: ResourceLocation,
) -> Result<DesiredAlias, Reported> {
    let id = location.id.as_str();
    let name = evaluator.physical_name(node, id);
    let description = evaluator.property_text(node, id, "Description");
    let routes = routes(evaluator, node, id);
    let (name, routes) = (name?, routes?);
    let first = routes.first().map_or("", |(version, _)| version.as_str());
    let machine_arn = first
        .rsplit_once(':')
        .map_or("", |(machine, _)| machine)
        .to_owned();
    let routing: Vec<Value> = routes
        .iter()
        .map(|(version, weight)| json!({"stateMachineVersionArn": version, "weight": weight}))
        .collect();
    let mut request = Map::new();
    request.insert("name".to_owned(), Value::from(name.as_str()));
    request.insert("routingConfiguration".to_owned(), Value::from(routing));
    if let Some(description) = description? {
        request.insert("description".to_owned(), Value::from(description));
    }
    Ok(DesiredAlias {
        name,
        version: first.to_owned(),
        machine_arn,
        request,
        location,
    })
}

/// The versions of an alias with their weights. A gradual deployment (`DeploymentPreference`) is
/// complete at once.
fn routes<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    id: &str,
) -> Result<Vec<(String, u64)>, Reported> {
    let Some(routing) = evaluator.property(node, id, "RoutingConfiguration") else {
        let version = "DeploymentPreference.StateMachineVersionArn";
        return Ok(vec![(needed_text(evaluator, node, id, version)?, 100)]);
    };
    let mut routes = Vec::new();
    for route in evaluator.list(&routing)? {
        let version = route.get("StateMachineVersionArn").and_then(Json::as_str);
        let weight = route.get("Weight").and_then(scalar_text);
        let weight = weight.and_then(|weight| weight.parse().ok());
        let (Some(version), Some(weight)) = (version, weight) else {
            return Err(evaluator.report(
                &routing,
                "a route needs `StateMachineVersionArn` and a whole number as `Weight`",
                "write it as in `{StateMachineVersionArn: !Ref Version, Weight: 100}`",
            ));
        };
        routes.push((version.to_owned(), weight));
    }
    Ok(routes)
}

fn needed_text<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    id: &str,
    property: &'static str,
) -> Result<String, Reported> {
    evaluator.property_text(node, id, property)?.ok_or_else(|| {
        evaluator.report(
            node,
            format_args!("`{property}` is missing"),
            format!("add `{property}` to the `Properties`"),
        )
    })
}

/// An object of properties, as the API has it: `IncludeExecutionData` becomes
/// `includeExecutionData`.
fn object<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    id: &str,
    property: &'static str,
) -> Result<Option<Value>, Reported> {
    let Some(node) = evaluator.property(node, id, property) else {
        return Ok(None);
    };
    match evaluator.evaluate(&node)? {
        None => Ok(None),
        Some(json) if json.as_object().is_some() => Ok(Some(as_member(&Value::from(&json)))),
        Some(json) => Err(evaluator.report(
            &node,
            format_args!("the value is {}, but an object is needed", noun(&json)),
            "write an object",
        )),
    }
}

/// A value with the names and types of the API. A template may have booleans and numbers as texts.
fn as_member(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| {
                let mut letters = name.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                let name: String = first.into_iter().chain(letters).collect();
                let text = member.as_str();
                let member = match name.as_str() {
                    "includeExecutionData" | "enabled" => text
                        .and_then(|text| text.parse::<bool>().ok())
                        .map(Value::from),
                    "kmsDataKeyReusePeriodSeconds" => text
                        .and_then(|text| text.parse::<u64>().ok())
                        .map(Value::from),
                    _ => None,
                }
                .unwrap_or_else(|| as_member(member));
                (name, member)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(as_member).collect(),
        other => other.clone(),
    }
}

/// The tags: an object for SAM, a list of `Key` and `Value` for CloudFormation.
fn tags<'t>(
    evaluator: &Evaluator<'t>,
    node: &TemplateNode<'t>,
    id: &str,
) -> Result<Value, Reported> {
    let Some(node) = evaluator.property(node, id, "Tags") else {
        return Ok(json!([]));
    };
    let wrong = || {
        evaluator.report(
            &node,
            "the tags are neither an object nor a list of `Key` and `Value`",
            "write `{Team: shop}` for SAM, and `[{Key: Team, Value: shop}]` for CloudFormation",
        )
    };
    let tag = |key: String, value: String| json!({"key": key, "value": value});
    let mut tags = Vec::new();
    match evaluator.evaluate(&node)? {
        None => {}
        Some(Json::Object(ref members)) => {
            for (key, value) in members {
                tags.push(tag(key.clone(), evaluator.as_text(&node, value)?));
            }
        }
        Some(Json::Array(ref items)) => {
            for item in items {
                let text = |name: &str| item.get(name).and_then(scalar_text).ok_or_else(wrong);
                tags.push(tag(text("Key")?, text("Value")?));
            }
        }
        Some(_) => return Err(wrong()),
    }
    Ok(Value::from(tags))
}
