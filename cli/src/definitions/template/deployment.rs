//! Creates and updates the resources of templates in a server.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use stepwright_server::{LocalClient, LocalClientError};

use super::deployment_report::{Change, DeploymentReport, shown};
use super::desired::{DesiredActivity, DesiredAlias, DesiredMachine, DesiredVersion};
use super::evaluator::VersionNumbers;
use super::problem::TemplateProblem;
use super::resource_location::ResourceLocation;
use super::started::StartDeployment;
use super::template_set::{TemplateReading, TemplateSet};

/// How often definitions are evaluated again with the numbers of new versions. A definition that
/// starts a version changes when the version does; a chain of such machines needs one repetition
/// for each.
const MAX_REPETITIONS: usize = 10;

/// The deployment of templates in a server.
pub(super) struct Deployment {
    client: LocalClient,
    pub(super) templates: TemplateSet,
    /// The numbers of the versions that resources of templates published.
    versions: VersionNumbers,
    /// The resources of the last deployment.
    deployed: DeployedResources,
    /// The rules and schedules, if they start executions.
    starts: Option<StartDeployment>,
}

/// The resources of templates in the server, by noun and name.
type DeployedResources = BTreeMap<(&'static str, String), DeployedResource>;
/// The effects of a deployment by the name of the state machine, with the location of its resource.
type MachineEffects = BTreeMap<String, (ResourceLocation, MachineEffect)>;

/// A resource in the server.
#[derive(Debug, Clone)]
struct DeployedResource {
    /// The path of its template.
    template: String,
    /// The keys of the tags that the template set.
    tags: Vec<String>,
}

impl DeployedResource {
    fn of(template: String, request: &Map<String, Value>) -> Self {
        let tags = request.get("tags").and_then(Value::as_array);
        let keys = tags
            .into_iter()
            .flatten()
            .filter_map(|tag| tag["key"].as_str());
        Self {
            template,
            tags: keys.map(str::to_owned).collect(),
        }
    }
}

/// An error of the API for a resource.
type Deployed<T> = Result<T, LocalClientError>;

const MACHINE: &str = "state machine";
const ACTIVITY: &str = "activity";

impl Deployment {
    pub(super) fn new(
        client: LocalClient,
        templates: TemplateSet,
        starts: Option<StartDeployment>,
    ) -> Self {
        Self {
            starts,
            client,
            templates,
            versions: VersionNumbers::new(),
            deployed: DeployedResources::new(),
        }
    }

    /// Reads the templates with the version numbers of this deployment.
    pub(super) fn read(&self) -> TemplateReading {
        self.templates.read(&self.versions)
    }

    /// Creates and updates the resources of a reading: activities, state machines, versions, and
    /// then aliases. A problem of one resource does not prevent the others.
    pub(super) async fn apply(&mut self, mut reading: TemplateReading) -> DeploymentReport {
        let mut report = DeploymentReport::default();
        let mut deployed = DeployedResources::new();
        let mut effects = MachineEffects::new();
        self.apply_activities(&reading, &mut deployed, &mut report)
            .await;
        for repetition in 1.. {
            self.apply_machines(&reading, &mut deployed, &mut effects, &mut report)
                .await;
            let before = self.versions.clone();
            self.apply_versions(&reading, &mut report).await;
            // With other numbers, an alias would route to another version.
            if !report.problems.is_empty() {
                break;
            }
            if self.versions == before {
                self.apply_aliases(&reading, &mut effects, &mut report)
                    .await;
                break;
            }
            if repetition == MAX_REPETITIONS {
                report.refuse_versions(&reading);
                break;
            }
            let again = self.read();
            if again.desired.problems.iter().any(TemplateProblem::is_error) {
                // The files have changed since the first reading, so that they are read again.
                break;
            }
            reading = again;
        }
        for (name, (location, effect)) in &effects {
            let file = shown(&reading.templates, location);
            report.change(file, effect.change(), &effect.shown(name));
        }
        if let Some(starts) = &mut self.starts {
            starts.apply(&self.client, &reading, &mut report);
        }
        self.report_removed(&deployed, &mut report);
        self.deployed = deployed;
        report
    }

    async fn apply_activities(
        &self,
        reading: &TemplateReading,
        deployed: &mut DeployedResources,
        report: &mut DeploymentReport,
    ) {
        let TemplateReading { templates, desired } = reading;
        for activity in &desired.activities {
            let DesiredActivity {
                location,
                name,
                request,
                ..
            } = activity;
            let file = shown(templates, location);
            let resource = DeployedResource::of(file.clone(), request);
            deployed.insert((ACTIVITY, name.clone()), resource);
            match self.activity(activity).await {
                Ok(change) => report.change(file, change, &format!("{ACTIVITY} `{name}`")),
                Err(error) => report.refuse(templates, location, &error),
            }
        }
    }

    async fn apply_machines(
        &self,
        reading: &TemplateReading,
        deployed: &mut DeployedResources,
        effects: &mut MachineEffects,
        report: &mut DeploymentReport,
    ) {
        let TemplateReading { templates, desired } = reading;
        for machine in nested_first(&desired.machines) {
            let DesiredMachine {
                location,
                name,
                request,
                ..
            } = machine;
            let resource = DeployedResource::of(shown(templates, location), request);
            deployed.insert((MACHINE, name.clone()), resource);
            match self.machine(machine).await {
                Ok(effect) => {
                    let schema = machine.input_schema.clone();
                    if let Err(error) = self.client.set_input_schema(name, schema) {
                        report.refuse(templates, location, &error);
                    }
                    let entry = effects.entry(name.clone());
                    let none = || (location.clone(), MachineEffect::default());
                    entry.or_insert_with(none).1.add(effect);
                }
                Err(error) => report.refuse(templates, location, &error),
            }
        }
    }

    async fn apply_versions(&mut self, reading: &TemplateReading, report: &mut DeploymentReport) {
        let TemplateReading { templates, desired } = reading;
        for version in &desired.versions {
            match self.version(version).await {
                Ok(number) => {
                    let location = &version.location;
                    self.versions
                        .insert((location.template, location.id.clone()), number);
                }
                Err(error) => report.refuse(templates, &version.location, &error),
            }
        }
    }

    async fn apply_aliases(
        &self,
        reading: &TemplateReading,
        effects: &mut MachineEffects,
        report: &mut DeploymentReport,
    ) {
        let TemplateReading { templates, desired } = reading;
        for alias in &desired.aliases {
            let DesiredAlias {
                location,
                name,
                machine_arn,
                request,
                version,
            } = alias;
            match self.route(machine_arn, name, request).await {
                Ok(Change::Unchanged) => {}
                Ok(change) => {
                    let machine = machine_arn.rsplit(':').next().unwrap_or_default();
                    match effects.get_mut(machine) {
                        Some((_, effect)) => effect.add(MachineEffect {
                            is_updated: true,
                            alias: Some(name.clone()),
                            version: version_number(version),
                            ..MachineEffect::default()
                        }),
                        // The machine is not one of the templates.
                        None => {
                            let what = format!("alias `{name}` of `{machine}`");
                            report.change(shown(templates, location), change, &what);
                        }
                    }
                }
                Err(error) => report.refuse(templates, location, &error),
            }
        }
    }

    /// Reports resources that the templates had at the last deployment.
    fn report_removed(&self, deployed: &DeployedResources, report: &mut DeploymentReport) {
        for (key @ (noun, name), DeployedResource { template, .. }) in &self.deployed {
            let operation = match *noun {
                MACHINE => "DeleteStateMachine",
                _ => "DeleteActivity",
            };
            if !deployed.contains_key(key) {
                report.changes.push(format!(
                    "{template}: the {noun} `{name}` is no longer in the template; it stays until `{operation}`, because executions may use it"
                ));
            }
        }
    }

    async fn call(&self, operation: &str, request: &Value) -> Deployed<Value> {
        self.client.call(operation, request).await
    }

    async fn activity(&self, activity: &DesiredActivity) -> Deployed<Change> {
        let described = json!({"activityArn": activity.arn});
        let described = self.call("DescribeActivity", &described).await;
        let is_new = described.is_err_and(|error| error.code == "ActivityDoesNotExist");
        // An activity that exists is no error, unless its encryption differs.
        self.call("CreateActivity", &Value::Object(activity.request.clone()))
            .await?;
        if is_new {
            return Ok(Change::Created);
        }
        let DesiredActivity {
            name, arn, request, ..
        } = activity;
        Ok(if self.tags(ACTIVITY, name, arn, request).await? {
            Change::Updated
        } else {
            Change::Unchanged
        })
    }

    /// Creates or updates a state machine, and moves its alias to the newest version.
    async fn machine(&self, machine: &DesiredMachine) -> Deployed<MachineEffect> {
        let DesiredMachine { arn, request, .. } = machine;
        let mut effect = MachineEffect::default();
        match self
            .call("DescribeStateMachine", &json!({"stateMachineArn": arn}))
            .await
        {
            Err(error) if error.code == "StateMachineDoesNotExist" => {
                self.call("CreateStateMachine", &Value::Object(request.clone()))
                    .await?;
                effect.is_created = true;
            }
            Err(error) => return Err(error),
            Ok(described) => {
                refuse_other_type(&described, request)?;
                let mut update = request.clone();
                for member in ["name", "type", "tags"] {
                    update.remove(member);
                }
                update.insert("stateMachineArn".to_owned(), Value::from(arn.as_str()));
                let updated = self
                    .call("UpdateStateMachine", &Value::Object(update))
                    .await?;
                // An update without changes creates no revision.
                effect.is_updated = updated.get("revisionId") != described.get("revisionId");
                effect.is_updated |= self.tags(MACHINE, &machine.name, arn, request).await?;
            }
        }
        if let Some(alias) = &machine.alias {
            let published = json!({"stateMachineArn": arn});
            let published = self.call("PublishStateMachineVersion", &published).await?;
            let version = text(&published["stateMachineVersionArn"]);
            let routing = json!([{"stateMachineVersionArn": version, "weight": 100}]);
            let mut request = Map::new();
            request.insert("name".to_owned(), Value::from(alias.as_str()));
            request.insert("routingConfiguration".to_owned(), routing);
            let change = self.route(arn, alias, &request).await?;
            if change != Change::Unchanged {
                effect.is_updated = true;
                effect.alias = Some(alias.clone());
                effect.version = version_number(&version);
            }
        }
        Ok(effect)
    }

    /// Sets the tags of a template on its resource. Tags that clients set remain.
    async fn tags(
        &self,
        noun: &'static str,
        name: &str,
        arn: &str,
        request: &Map<String, Value>,
    ) -> Deployed<bool> {
        let listed = self
            .call("ListTagsForResource", &json!({"resourceArn": arn}))
            .await?;
        let tags = |list: &Value| -> HashMap<String, String> {
            let list = list.as_array().into_iter().flatten();
            list.map(|tag| (text(&tag["key"]), text(&tag["value"])))
                .collect()
        };
        let (has, wanted) = (tags(&listed["tags"]), tags(&request["tags"]));
        let set: Vec<Value> = wanted
            .iter()
            .filter(|(key, value)| has.get(*key) != Some(value))
            .map(|(key, value)| json!({"key": key, "value": value}))
            .collect();
        let earlier = self.deployed.get(&(noun, name.to_owned()));
        let earlier = earlier.map_or(&[][..], |resource| &resource.tags);
        let removed: Vec<&String> = earlier
            .iter()
            .filter(|key| !wanted.contains_key(*key) && has.contains_key(*key))
            .collect();
        if !removed.is_empty() {
            let request = json!({"resourceArn": arn, "tagKeys": removed});
            self.call("UntagResource", &request).await?;
        }
        if !set.is_empty() {
            self.call("TagResource", &json!({"resourceArn": arn, "tags": set}))
                .await?;
        }
        Ok(!set.is_empty() || !removed.is_empty())
    }

    /// The number of the version that a resource declares. Without a reference to the revision, the
    /// version is published once.
    async fn version(&self, version: &DesiredVersion) -> Deployed<u64> {
        let key = (version.location.template, version.location.id.clone());
        if !version.follows_revision {
            if let Some(known) = self.versions.get(&key) {
                return Ok(*known);
            }
            // A version of an earlier process.
            let request = json!({"stateMachineArn": version.machine_arn, "maxResults": 1});
            let listed = self.call("ListStateMachineVersions", &request).await?;
            let newest = listed["stateMachineVersions"][0]["stateMachineVersionArn"].as_str();
            if let Some(number) = newest.and_then(version_number) {
                return Ok(number);
            }
        }
        let mut request = Map::new();
        let arn = Value::from(version.machine_arn.as_str());
        request.insert("stateMachineArn".to_owned(), arn);
        if let Some(description) = &version.description {
            let description = Value::from(description.as_str());
            request.insert("description".to_owned(), description);
        }
        let published = self
            .call("PublishStateMachineVersion", &Value::Object(request))
            .await?;
        let arn = text(&published["stateMachineVersionArn"]);
        Ok(version_number(&arn).unwrap_or(1))
    }

    /// Creates an alias, or updates the one that exists.
    async fn route(
        &self,
        machine_arn: &str,
        name: &str,
        request: &Map<String, Value>,
    ) -> Deployed<Change> {
        let arn = format!("{machine_arn}:{name}");
        let described = json!({"stateMachineAliasArn": arn});
        match self.call("DescribeStateMachineAlias", &described).await {
            Err(error) if error.code == "ResourceNotFound" => {
                self.call("CreateStateMachineAlias", &Value::Object(request.clone()))
                    .await?;
                Ok(Change::Created)
            }
            Err(error) => Err(error),
            Ok(described) => {
                let members = ["routingConfiguration", "description"];
                let is_same = |member: &&str| {
                    request
                        .get(*member)
                        .is_none_or(|wanted| described.get(*member) == Some(wanted))
                };
                if members.iter().all(is_same) {
                    return Ok(Change::Unchanged);
                }
                let mut update = request.clone();
                update.remove("name");
                update.insert("stateMachineAliasArn".to_owned(), Value::from(arn));
                self.call("UpdateStateMachineAlias", &Value::Object(update))
                    .await?;
                Ok(Change::Updated)
            }
        }
    }
}

/// The effect of a deployment on a state machine.
#[derive(Debug, Clone, Default)]
struct MachineEffect {
    is_created: bool,
    is_updated: bool,
    /// The alias that moved, and the version to which it moved.
    alias: Option<String>,
    version: Option<u64>,
}

impl MachineEffect {
    fn add(&mut self, other: Self) {
        self.is_created |= other.is_created;
        self.is_updated |= other.is_updated;
        self.alias = other.alias.or(self.alias.take());
        self.version = other.version.or(self.version.take());
    }

    fn change(&self) -> Change {
        match (self.is_created, self.is_updated) {
            (true, _) => Change::Created,
            (false, true) => Change::Updated,
            (false, false) => Change::Unchanged,
        }
    }

    fn shown(&self, name: &str) -> String {
        match (&self.alias, self.version) {
            (Some(alias), Some(version)) => {
                format!("state machine `{name}` (version {version}, alias `{alias}`)")
            }
            _ => format!("state machine `{name}`"),
        }
    }
}

/// Refuses a change of the type of a state machine that exists.
///
/// # Errors
///
/// A machine of the other type: UpdateStateMachine cannot change the type.
fn refuse_other_type(described: &Value, request: &Map<String, Value>) -> Deployed<()> {
    let (has, wanted) = (text(&described["type"]), text(&request["type"]));
    if has == wanted {
        return Ok(());
    }
    Err(LocalClientError::new(
        "StateMachineTypeNotSupported",
        format!(
            "the server has this state machine with the type {has}, and the template with {wanted}; delete it with `DeleteStateMachine`, or choose another name"
        ),
    ))
}

/// The machines in an order in which a definition follows those that it names, so that nested ones
/// exist first.
fn nested_first(machines: &[DesiredMachine]) -> Vec<&DesiredMachine> {
    let mut ordered = Vec::with_capacity(machines.len());
    let mut is_placed = vec![false; machines.len()];
    // The machines to place, each with the next machine that it may name.
    for start in 0..machines.len() {
        let mut open = vec![(start, 0)];
        if std::mem::replace(&mut is_placed[start], true) {
            continue;
        }
        while let Some((index, next)) = open.pop() {
            if next == machines.len() {
                ordered.push(&machines[index]);
                continue;
            }
            open.push((index, next + 1));
            let definition = machines[index].request["definition"]
                .as_str()
                .unwrap_or_default();
            if !is_placed[next] && names(definition, &machines[next].arn) {
                is_placed[next] = true;
                open.push((next, 0));
            }
        }
    }
    ordered
}

/// Whether a definition names this ARN, with or without a qualifier.
fn names(definition: &str, arn: &str) -> bool {
    definition.match_indices(arn).any(|(start, _)| {
        let next = definition[start + arn.len()..].chars().next();
        matches!(next, Some('"' | '\'' | ':' | '\\'))
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The number of a version's ARN.
fn version_number(arn: &str) -> Option<u64> {
    arn.rsplit(':').next()?.parse().ok()
}
