//! Collects the permissions that a definition's states need.

use std::collections::BTreeMap;

use stepwright_asl::integrations::{
    ResolvedResource, find, lookup_item_reader, lookup_result_writer, optimized as table, services,
    tables_date,
};
use stepwright_asl::model::{ItemReader, Map, ResultWriter, State, StateMachine, Task};
use stepwright_asl::placeholder::SubstitutedValue;
use stepwright_asl::resource::{Resource, ResourceKind};

use super::arguments::{CallArguments, StaticValue};
use super::call::PolicyCall;
use super::document::{Policy, RolePolicy};
use super::grants::Grants;
use super::optimized;
use super::options::PolicyOptions;
use super::partition::Partitions;
use super::warning::WarningKind;
use super::{machine_permissions, names, sdk, template};

/// IAM's maximum lengths of a policy in characters, without whitespace: of an inline policy of a
/// role, and of a managed policy.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const INLINE_LIMIT: usize = 10_240;
const MANAGED_LIMIT: usize = 6_144;

impl Policy {
    /// Derives the policy of a definition. The definition need not be valid: parts that are not
    /// understood cause a [warning](Policy::warnings).
    pub fn of(machine: &StateMachine, options: &PolicyOptions) -> Policy {
        let partitions = Partitions::of(machine);
        let options = &PolicyOptions {
            partition: partitions.chosen(options),
            ..options.clone()
        };
        let mut found = CollectedCalls {
            options,
            grants: Grants::default(),
            roles: BTreeMap::new(),
        };
        for state in machine.states() {
            match state.state {
                State::Task(task) => found.task(state.name, task),
                State::Map(map) => found.map(state.name, map),
                _ => {}
            }
        }
        machine_permissions::observed(options, &mut found.grants);
        if let Some(message) = partitions.warning(&options.partition) {
            found.grants.warn(WarningKind::Policy, None, message);
        }
        found.finish()
    }
}

struct CollectedCalls<'o> {
    options: &'o PolicyOptions,
    grants: Grants,
    /// The permissions of other accounts' roles under which tasks run.
    roles: BTreeMap<String, Grants>,
}

impl CollectedCalls<'_> {
    fn task(&mut self, state: &str, task: &Task) {
        let arguments = CallArguments(task.arguments.as_ref().or(task.parameters.as_ref()));
        let credentials = task.credentials.as_ref();
        let role = credentials.map(|role| CallArguments(Some(role)).get("RoleArn"));
        let call = |options| PolicyCall {
            sync: Resource::parse(&task.resource).pattern().is_sync(),
            ..PolicyCall::new(state, arguments, options)
        };
        match role {
            None | Some(StaticValue::Absent) => {
                called(task, &call(self.options), &mut self.grants);
            }
            Some(StaticValue::Literal(role)) if template::is_resource(&role) => {
                self.grants.allow(["sts:AssumeRole"], [role.clone()], None);
                let mut options = self.options.clone();
                if let ["arn", partition, _, _, account, ..] = names::parts(&role).as_slice() {
                    options.partition = (*partition).to_owned();
                    options.account = (*account).to_owned();
                }
                let mut call = call(&options);
                call.abroad = true;
                called(task, &call, self.roles.entry(role.clone()).or_default());
                self.grants.warn(
                    WarningKind::CrossAccount,
                    Some(state),
                    format!("runs under the role `{role}`, which needs its own policy and a trust policy that names this machine's role"),
                );
            }
            Some(_) => {
                self.grants
                    .allow(["sts:AssumeRole"], ["*".to_owned()], None);
                self.grants.warn(
                    WarningKind::CrossAccount,
                    Some(state),
                    "`sts:AssumeRole` is allowed on `*`, because the role in `Credentials` is computed when the execution runs; each such role needs its own policy".to_owned(),
                );
            }
        }
    }

    fn map(&mut self, state: &str, map: &Map) {
        if !map.is_distributed() {
            return;
        }
        machine_permissions::distributed(map.label.as_deref(), self.options, &mut self.grants);
        if let Some(reader) = &map.item_reader {
            self.reader(state, reader);
        }
        if let Some(writer) = &map.result_writer {
            self.writer(state, writer);
        }
    }

    fn reader(&mut self, state: &str, reader: &ItemReader) {
        let Some(resource) = &reader.resource else {
            return;
        };
        let config = reader.reader_config.as_ref();
        let is = |field: Option<&String>, word| field.is_some_and(|text| text == word);
        let flattens = is(
            config.and_then(|config| config.transformation.as_ref()),
            "LOAD_AND_FLATTEN",
        );
        let manifest = is(
            config.and_then(|config| config.input_type.as_ref()),
            "MANIFEST",
        );
        let arguments = CallArguments(reader.arguments.as_ref().or(reader.parameters.as_ref()));
        let call = PolicyCall {
            flattens,
            manifest,
            ..PolicyCall::new(state, arguments, self.options)
        };
        match lookup_item_reader(resource) {
            Ok(line) => optimized::allow(&call, &line.permissions, &mut self.grants),
            Err(_) => unknown(&call, resource, &mut self.grants),
        }
    }

    fn writer(&mut self, state: &str, writer: &ResultWriter) {
        let Some(resource) = &writer.resource else {
            return;
        };
        let arguments = CallArguments(writer.arguments.as_ref().or(writer.parameters.as_ref()));
        let call = PolicyCall::new(state, arguments, self.options);
        match lookup_result_writer(resource) {
            Ok(line) => optimized::allow(&call, &line.permissions, &mut self.grants),
            Err(_) => unknown(&call, resource, &mut self.grants),
        }
    }

    fn finish(mut self) -> Policy {
        let statements = self.grants.statements();
        let mut roles = Vec::new();
        let mut role_warnings = Vec::new();
        for (role, grants) in self.roles {
            roles.push(RolePolicy {
                role,
                statements: grants.statements(),
            });
            role_warnings.extend(grants.into_warnings());
        }
        for warning in role_warnings {
            for state in &warning.states {
                let message = warning.message.clone();
                self.grants.warn(warning.kind, Some(state), message);
            }
        }
        let mut policy = Policy {
            statements,
            warnings: Vec::new(),
            roles,
        };
        let text = policy.to_json();
        let size = text.chars().filter(|char| !char.is_whitespace()).count();
        if size > MANAGED_LIMIT {
            let fits = if size > INLINE_LIMIT {
                format!(
                    "is too long for a role; split it into several managed policies of at most {MANAGED_LIMIT} characters"
                )
            } else {
                format!(
                    "fits an inline policy of a role (at most {INLINE_LIMIT}), but not a managed policy (at most {MANAGED_LIMIT})"
                )
            };
            let message = format!("the policy has {size} characters: it {fits}");
            self.grants.warn(WarningKind::Policy, None, message);
        }
        policy.warnings = self.grants.into_warnings();
        policy
    }
}

/// Adds the permissions for the call of a Task.
fn called(task: &Task, call: &PolicyCall<'_>, grants: &mut Grants) {
    let text = task.resource.as_str();
    let resource = Resource::parse(text);
    if resource.kind() != ResourceKind::Service {
        let addresses = call.options.addresses.as_ref();
        let kind = match addresses.and_then(|addresses| addresses.get(call.state)) {
            Some(SubstitutedValue::Activity) => ResourceKind::Activity,
            Some(SubstitutedValue::Function) => ResourceKind::Lambda,
            _ => resource.kind(),
        };
        if kind == ResourceKind::Activity {
            // Its workers poll for tasks; the machine itself needs no permission.
            return;
        }
        if resource.name().is_none() && !names::is_address(text) {
            return unknown(call, text, grants);
        }
        let functions = names::function(text, None, call.options);
        return grants.allow(["lambda:InvokeFunction"], functions, None);
    }
    match find(text, false) {
        Ok(found) => match found.kind() {
            ResolvedResource::Sdk(service) => sdk::allow(call, service, found.action(), grants),
            _ => optimized::allow(call, found.permissions(), grants),
        },
        Err(_) => {
            // AWS often adds actions, and the pattern does not change the action.
            let name = resource.plain_integration().unwrap_or_default();
            let known = table().iter().find(|line| line.resource == name);
            if let Some(line) = known {
                return optimized::allow(call, &line.permissions, grants);
            }
            let sdk = name.strip_prefix("aws-sdk:").and_then(|name| {
                let (service, action) = name.split_once(':')?;
                let service = services().iter().find(|known| known.name() == service)?;
                let is_name = action.starts_with(|char: char| char.is_ascii_lowercase())
                    && action.chars().all(|char| char.is_ascii_alphanumeric());
                is_name.then_some((service, action))
            });
            match sdk {
                Some((service, action)) => {
                    grants.warn(
                        WarningKind::Unknown,
                        Some(call.state),
                        format!(
                            "`{action}` is not a known action of `{}`; check that IAM has it",
                            service.name()
                        ),
                    );
                    sdk::allow(call, service, action, grants);
                }
                None => unknown(call, text, grants),
            }
        }
    }
}

fn unknown(call: &PolicyCall<'_>, resource: &str, grants: &mut Grants) {
    grants.warn(
        WarningKind::Unknown,
        Some(call.state),
        format!(
            "the resource `{resource}` is not in the tables of {}; add its permissions to the policy yourself",
            tables_date()
        ),
    );
}
