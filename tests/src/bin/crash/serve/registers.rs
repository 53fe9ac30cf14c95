//! The resources of the control plane: which contents each may have, by the requests and responses
//! of the log.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::code;
use super::machines::MACHINE_ARN;
use crate::verdict::Verdict;

/// The kind of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    Machine,
    Version,
    Alias,
    Activity,
}

impl Resource {
    /// The operation and the member that describe it, and the code of one that does not exist.
    pub(crate) fn describe(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Machine | Self::Version => (
                "DescribeStateMachine",
                "stateMachineArn",
                "StateMachineDoesNotExist",
            ),
            Self::Alias => (
                "DescribeStateMachineAlias",
                "stateMachineAliasArn",
                "ResourceNotFound",
            ),
            Self::Activity => ("DescribeActivity", "activityArn", "ActivityDoesNotExist"),
        }
    }

    /// The content of a resource, by its description.
    pub(crate) fn content(self, described: &Value) -> String {
        let content = match self {
            Self::Machine => described["definition"].as_str(),
            Self::Alias => described["routingConfiguration"][0]["stateMachineVersionArn"].as_str(),
            Self::Version | Self::Activity => None,
        };
        content.unwrap_or_default().to_owned()
    }
}

/// The contents that a resource may have. `None` is a resource that does not exist.
#[derive(Debug)]
struct Register {
    possible: BTreeSet<Option<String>>,
    /// The newest request that was acknowledged or observed.
    number: u64,
}

/// The resources by their ARNs.
#[derive(Default)]
pub(crate) struct Registers(BTreeMap<(Resource, String), Register>);

impl Registers {
    pub(crate) fn resources(&self) -> impl Iterator<Item = &(Resource, String)> {
        self.0.keys()
    }

    fn register(&mut self, resource: Resource, arn: String) -> &mut Register {
        self.0.entry((resource, arn)).or_insert_with(|| Register {
            possible: [None].into(),
            number: 0,
        })
    }

    /// Takes in the response to a request.
    pub(super) fn add(
        &mut self,
        number: u64,
        operation: &str,
        body: &Value,
        status: Option<u16>,
        response: &Value,
        verdict: &mut Verdict,
    ) {
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        let name = text("name");
        let activity = |name: &str| crate::machines::PICK.replace(":pick", &format!(":{name}"));
        let version = || {
            body["routingConfiguration"][0]["stateMachineVersionArn"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        // The alias is one of the state machine whose version it names.
        let alias = || {
            let version = version();
            let machine = version.rsplit_once(':').map_or("", |(machine, _)| machine);
            format!("{machine}:{name}")
        };
        let (resource, arn, content) = match operation {
            "CreateStateMachine" => (
                Resource::Machine,
                format!("{MACHINE_ARN}{name}"),
                Some(text("definition")),
            ),
            "UpdateStateMachine" => (
                Resource::Machine,
                text("stateMachineArn"),
                Some(text("definition")),
            ),
            "DeleteStateMachine" => (Resource::Machine, text("stateMachineArn"), None),
            "CreateStateMachineAlias" => (Resource::Alias, alias(), Some(version())),
            "UpdateStateMachineAlias" => (
                Resource::Alias,
                text("stateMachineAliasArn"),
                Some(version()),
            ),
            "CreateActivity" => (Resource::Activity, activity(&name), Some(String::new())),
            "DeleteActivity" => (Resource::Activity, text("activityArn"), None),
            "PublishStateMachineVersion" => {
                if let Some(arn) = response["stateMachineVersionArn"].as_str() {
                    let register = self.register(Resource::Version, arn.to_owned());
                    register.settle(number, Some(String::new()));
                }
                return;
            }
            _ => return self.observe(number, operation, body, status, response, verdict),
        };
        let absent = resource.describe().2;
        let register = self.register(resource, arn.clone());
        match status {
            Some(200) => register.settle(number, content),
            // For an alias the code also means that the version does not exist.
            Some(400) if code(response) == absent && operation == "UpdateStateMachine" => {
                register.see(number, (resource, &arn), None, verdict);
            }
            Some(400) => {}
            _ => {
                register.possible.insert(content);
            }
        }
    }

    fn observe(
        &mut self,
        number: u64,
        operation: &str,
        body: &Value,
        status: Option<u16>,
        response: &Value,
        verdict: &mut Verdict,
    ) {
        let all = [Resource::Machine, Resource::Alias, Resource::Activity];
        let resource = all
            .into_iter()
            .find(|resource| resource.describe().0 == operation);
        let Some(resource) = resource else { return };
        let (_, member, absent) = resource.describe();
        let content = match status {
            Some(200) => Some(resource.content(response)),
            Some(400) if code(response) == absent => None,
            _ => return,
        };
        let arn = body[member].as_str().unwrap_or_default().to_owned();
        let register = self.register(resource, arn.clone());
        register.see(number, (resource, &arn), content, verdict);
    }

    /// Takes in the content that a resource has at the end.
    pub(crate) fn finish(
        &mut self,
        resource: Resource,
        arn: &str,
        content: Option<String>,
        verdict: &mut Verdict,
    ) {
        let register = self.register(resource, arn.to_owned());
        register.see(u64::MAX, (resource, arn), content, verdict);
    }
}

impl Register {
    /// The response acknowledges this content.
    fn settle(&mut self, number: u64, content: Option<String>) {
        self.possible = [content].into();
        self.number = number;
    }

    /// A client sees this content, which must be possible.
    fn see(
        &mut self,
        number: u64,
        (resource, arn): (Resource, &str),
        content: Option<String>,
        verdict: &mut Verdict,
    ) {
        if !self.possible.contains(&content) {
            let by = match number {
                u64::MAX => "at the end".to_owned(),
                number => format!("by request {number}"),
            };
            let what = format!(
                "{resource:?} {arn}: request {} left {:?}, and {by} it is {content:?}",
                self.number, self.possible
            );
            match content {
                None => verdict.lost(what),
                Some(_) => verdict.undone(what),
            }
        }
        self.settle(number, content);
    }
}
