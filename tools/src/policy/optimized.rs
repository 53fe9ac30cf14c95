//! The permissions of integrations that AWS documents individually.

use stepwright_asl::integrations::{Permission, PermissionCondition};

use super::arguments::StaticValue;
use super::call::{PolicyCall, is_or_are, shown};
use super::conditions::{Applicability, applies, condition, unknown_parts};
use super::grants::Grants;
use super::named_resource::NamedResource;
use super::options::PolicyOptions;
use super::warning::WarningKind;
use super::{names, template};

/// Allows the actions that a call needs.
pub(super) fn allow<'p>(
    call: &PolicyCall<'_>,
    permissions: impl IntoIterator<Item = &'p Permission>,
    grants: &mut Grants,
) {
    for permission in permissions {
        let connections = (permission.actions.as_slice() == ["execute-api:Invoke"]
            && path_of_api(call).is_some_and(|path| path.starts_with("@connections")))
        .then(|| vec!["execute-api:ManageConnections"]);
        let actions = connections.as_ref().unwrap_or(&permission.actions);
        // Across accounts, the state of a job is polled.
        if call.abroad && actions.contains(&"events:PutRule") {
            continue;
        }
        match applies(permission, call) {
            Applicability::No => continue,
            Applicability::Unseen => {
                let when = permission.when.as_ref();
                let when = when.and_then(PermissionCondition::description);
                let when = when.unwrap_or_default();
                let message = format!("{} may be needed; condition: {when}", shown(actions));
                call.warn(WarningKind::NotVisible, message, grants);
                continue;
            }
            Applicability::Yes => {}
        }
        let resources = if actions.contains(&"iam:PassRole") {
            roles(call, permission, grants)
        } else {
            resources(call, permission, grants)
        };
        for name in unknown_parts(permission, call) {
            let message = format!(
                "{} {} allowed for every `{name}`, because it is computed when the execution runs",
                shown(actions),
                is_or_are(actions)
            );
            call.warn(WarningKind::Dynamic, message, grants);
        }
        let condition = condition(permission, call);
        grants.allow(actions.iter().copied(), resources, condition);
    }
}

/// The resources of a permission.
fn resources(call: &PolicyCall<'_>, permission: &Permission, grants: &mut Grants) -> Vec<String> {
    let options = call.options;
    let kind = NamedResource::of(permission);
    let parameter = permission.parameter.unwrap_or_default();
    if let NamedResource::Bucket(template) = kind {
        warn_of_whole_bucket(call, permission, template, grants);
    }
    let one = |arn: Option<String>| arn.map(|arn| vec![arn]);
    let mut by = |make: &dyn Fn(&str) -> Option<Vec<String>>| {
        by_value(call, permission, parameter, make, grants)
    };
    match kind {
        NamedResource::Function => {
            let qualifier = call.arguments.get("Qualifier").literal();
            by(&|text| Some(names::function(text, qualifier.as_deref(), options)))
        }
        NamedResource::Queue => by(&|text| one(names::queue(text, options))),
        NamedResource::TaskDefinition => {
            by(&|text| Some(vec![names::task_definition(text, options)]))
        }
        NamedResource::Executions => by(&|text| {
            let all = || options.arn("states", "execution:*");
            let is_known =
                names::is_arn(text) || names::stands_for_arn(text) || names::is_address(text);
            is_known.then(|| vec![names::executions(text).unwrap_or_else(all)])
        }),
        NamedResource::Model => {
            let more = permission.resources.iter().skip(1);
            let more: Vec<String> = more
                .map(|arn| template::fill(arn, options, &mut |_| "*".to_owned()))
                .collect();
            by(&|text| {
                let mut models = names::models(text, options);
                models.extend(more.iter().cloned());
                Some(models)
            })
        }
        NamedResource::Project => by(&|text| one(project(text, options))),
        NamedResource::ReportGroup => by(&|text| one(report_group(text))),
        NamedResource::ObjectOfUri => by(&|text| {
            let object = text.strip_prefix("s3://")?;
            Some(vec![format!("arn:{}:s3:::{object}", options.partition)])
        }),
        NamedResource::Bucket(template) => by(&|text| Some(vec![in_bucket(template, text, call)])),
        NamedResource::Api => by(&|text| Some(vec![api(text, call)])),
        NamedResource::Secret => secrets(call, permission),
        NamedResource::Connection => {
            let others = connections(call);
            let found = others.iter().flat_map(|name| {
                by_value(
                    call,
                    permission,
                    name,
                    &|text| Some(vec![text.to_owned()]),
                    grants,
                )
            });
            found.collect()
        }
        NamedResource::Fixed => permission
            .resources
            .iter()
            .map(|arn| template::fill(arn, options, &mut |_| "*".to_owned()))
            .collect(),
        NamedResource::Other => of_arguments(call, permission, parameter, grants),
    }
}

/// Warns if a part of the path in a bucket is computed.
fn warn_of_whole_bucket(
    call: &PolicyCall<'_>,
    permission: &Permission,
    resource: &str,
    grants: &mut Grants,
) {
    for place in ["Key", "Prefix"] {
        let is_part = template::undefined_placeholders(resource).contains(&place);
        if is_part
            && call.arguments.0.is_some()
            && call.arguments.get(place) == StaticValue::Computed
        {
            let message = format!(
                "{} may apply to the whole bucket, because `{place}` is computed when the execution runs",
                shown(&permission.actions)
            );
            grants.warn(WarningKind::Dynamic, Some(call.state), message);
        }
    }
}

/// The resources whose templates take arguments as they are.
fn of_arguments(
    call: &PolicyCall<'_>,
    permission: &Permission,
    parameter: &str,
    grants: &mut Grants,
) -> Vec<String> {
    // A second unknown argument is reported once the first is known.
    let mut open = Vec::new();
    for arn in &permission.resources {
        for place in template::undefined_placeholders(arn) {
            if place != parameter && call.arguments.get(place) == StaticValue::Computed {
                open.push(place);
            }
        }
    }
    let found = by_value(
        call,
        permission,
        parameter,
        &|text| Some(of_templates(call, permission, parameter, text)),
        grants,
    );
    for place in open {
        let why = format!("`{place}` is computed when the execution runs");
        call.warn_of_wider(&permission.actions, &found, &why, grants);
    }
    found
}

/// The resources, given the values of a parameter. If the value is unknown, the wider resources of
/// the permission, with a warning.
fn by_value(
    call: &PolicyCall<'_>,
    permission: &Permission,
    parameter: &str,
    make: &dyn Fn(&str) -> Option<Vec<String>>,
    grants: &mut Grants,
) -> Vec<String> {
    let leaf = parameter.rsplit('.').next().unwrap_or(parameter);
    let mut found = Vec::new();
    for given in call.arguments.all(parameter) {
        let given = match (given, default_of(leaf)) {
            (StaticValue::Absent, Some(default)) => StaticValue::Literal(default.to_owned()),
            (given, _) => given,
        };
        let why = match given {
            StaticValue::Literal(text) => {
                let made = make(&text).filter(|_| !text.is_empty());
                match made.filter(|made| made.iter().all(|arn| template::is_resource(arn))) {
                    Some(made) => {
                        let hidden = names::executions(&text).is_none()
                            && permission.actions.contains(&"states:DescribeExecution");
                        if hidden {
                            let why = format!(
                                "`{leaf}` is `{text}`, which does not show the machine's name"
                            );
                            call.warn_of_wider(&permission.actions, &made, &why, grants);
                        }
                        found.extend(made);
                        continue;
                    }
                    None => format!("no ARN can be derived from the `{leaf}` `{text}`"),
                }
            }
            StaticValue::Computed => format!("`{leaf}` is computed when the execution runs"),
            StaticValue::Absent => format!("`{leaf}` is not given"),
        };
        let wide = wide(call, permission);
        call.warn_of_wider(&permission.actions, &wide, &why, grants);
        found.extend(wide);
    }
    found
}

/// The resources of a permission if its parameter is unknown.
fn wide(call: &PolicyCall<'_>, permission: &Permission) -> Vec<String> {
    let all = match permission.dynamic.as_slice() {
        [] => &permission.resources,
        _ => &permission.dynamic,
    };
    let filled = all
        .iter()
        .map(|arn| template::fill(arn, call.options, &mut |_| "*".to_owned()));
    filled.collect()
}

/// The service's default of an absent argument.
fn default_of(parameter: &str) -> Option<&'static str> {
    match parameter {
        "EventBusName" => Some("default"),
        "WorkGroup" => Some("primary"),
        _ => None,
    }
}

/// Inserts an argument into the resource templates of a permission.
fn of_templates(
    call: &PolicyCall<'_>,
    permission: &Permission,
    parameter: &str,
    text: &str,
) -> Vec<String> {
    let leaf = parameter.rsplit('.').next().unwrap_or(parameter);
    let is_place = |name: &str| name == parameter || name == leaf;
    let filled = permission.resources.iter().map(|arn| {
        let ends_in_place = template::undefined_placeholders(arn)
            .last()
            .is_some_and(|last| {
                is_place(last) && arn.trim_end_matches('*').ends_with(&format!("${{{last}}}"))
            });
        if ends_in_place && names::stands_for_arn(text) {
            return text.to_owned();
        }
        // In ARNs these names are lower-case (the guide's page of SageMaker).
        let small = ["model/", "endpoint/", "endpoint-config/"];
        let small = arn.contains(":sagemaker:")
            && small.iter().any(|kind| arn.contains(&format!(":{kind}")));
        let value = |text: String| {
            if small && !text.contains("${") {
                text.to_ascii_lowercase()
            } else {
                text
            }
        };
        template::fill(arn, call.options, &mut |name| {
            if is_place(name) {
                return value(text.to_owned());
            }
            let other = call.arguments.get(name).literal();
            other.map_or_else(|| "*".to_owned(), value)
        })
    });
    filled.collect()
}

/// The roles that a call passes: those in its arguments, and those in the options.
fn roles(call: &PolicyCall<'_>, permission: &Permission, grants: &mut Grants) -> Vec<String> {
    let given = call.options.pass_roles.get(call.state);
    let mut roles = given.cloned().unwrap_or_default();
    let parameters: Vec<&str> = match permission.parameter {
        None => vec!["Overrides.TaskRoleArn", "Overrides.ExecutionRoleArn"],
        Some(_) => {
            let places = permission
                .resources
                .iter()
                .flat_map(|arn| template::undefined_placeholders(arn));
            places.collect()
        }
    };
    let mut missing = 0;
    for parameter in &parameters {
        match call.arguments.get(parameter) {
            StaticValue::Literal(text) if names::is_arn(&text) || names::is_address(&text) => {
                roles.push(text)
            }
            StaticValue::Literal(name) => roles.push(call.options.role_arn(&name)),
            StaticValue::Computed if given.is_none() => {
                roles.push("*".to_owned());
                let message = format!(
                    "`iam:PassRole` is allowed on `*`, because `{parameter}` is computed when the execution runs; name the roles with --pass-role '{}=ARN'",
                    call.state
                );
                grants.warn(WarningKind::PassRole, Some(call.state), message);
            }
            StaticValue::Computed => {}
            StaticValue::Absent => missing += 1,
        }
    }
    let lacks = if permission.parameter.is_none() {
        missing > 0
    } else {
        missing == parameters.len()
    };
    if lacks && given.is_none() {
        let message = format!(
            "the machine must pass the roles that the work runs under, but the definition does not name them; name them with --pass-role '{}=ARN'",
            call.state
        );
        grants.warn(WarningKind::PassRole, Some(call.state), message);
    }
    roles.retain(|role| template::is_resource(role));
    roles
}

/// The arguments of an HTTP call that name connections.
fn connections(call: &PolicyCall<'_>) -> Vec<&'static str> {
    let names = [
        "Authentication.ConnectionArn",
        "InvocationConfig.ConnectionArn",
    ];
    let mut given: Vec<&str> = names
        .into_iter()
        .filter(|name| call.arguments.has(name))
        .collect();
    if given.is_empty() {
        given.push(names[0]);
    }
    given
}

/// The secrets of the connections of an HTTP call.
fn secrets(call: &PolicyCall<'_>, permission: &Permission) -> Vec<String> {
    let of = |name: &&str| match call.arguments.get(name).literal() {
        Some(connection) => names::connection_secret(&connection),
        None => None,
    };
    let found: Option<Vec<String>> = connections(call).iter().map(of).collect();
    found.unwrap_or_else(|| wide(call, permission))
}

/// The resource in a bucket that is read or written.
fn in_bucket(arn: &str, bucket: &str, call: &PolicyCall<'_>) -> String {
    let base = if names::stands_for_arn(bucket) {
        bucket.to_owned()
    } else {
        format!("arn:{}:s3:::{bucket}", call.options.partition)
    };
    let Some((_, object)) = arn.split_once("${Bucket}/") else {
        return base;
    };
    let literal = |name: &str| {
        call.arguments
            .get(name)
            .literal()
            .filter(|text| !text.is_empty())
    };
    let object = match object {
        "${Key}" => literal("Key").unwrap_or_else(|| "*".to_owned()),
        "${Prefix}*" => format!("{}*", literal("Prefix").unwrap_or_default()),
        _ => match literal("Prefix") {
            Some(prefix) => format!("{}/*", prefix.trim_end_matches('/')),
            None => "*".to_owned(),
        },
    };
    format!("{base}/{object}")
}

/// The project of a build: `<project>:<uuid>`, or the build's ARN.
fn project(build: &str, options: &PolicyOptions) -> Option<String> {
    if names::is_arn(build) {
        let parts = names::parts(build);
        let (kind, project) = parts.get(5)?.split_once('/')?;
        let owner = parts[..5].join(":");
        return matches!(kind, "build" | "build-batch")
            .then(|| format!("{owner}:project/{project}"));
    }
    let parts = names::parts(build);
    (parts.len() == 2).then(|| options.arn("codebuild", &format!("project/{}", parts[0])))
}

/// The group of a report, given the report's ARN.
fn report_group(report: &str) -> Option<String> {
    let parts = names::parts(report);
    let group = parts.get(5)?.strip_prefix("report/")?;
    Some(format!("{}:report-group/{group}", parts[..5].join(":")))
}

/// The called API resource: its stage, method and path, as far as they are known.
fn api(endpoint: &str, call: &PolicyCall<'_>) -> String {
    let host = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    let id = host.split(['.', '/']).next().unwrap_or_default();
    let part = |name: &str| {
        let given = call.arguments.get(name).literal();
        given.map_or_else(
            || "*".to_owned(),
            |text| text.trim_start_matches('/').to_owned(),
        )
    };
    let path = path_of_api(call).unwrap_or_else(|| "*".to_owned());
    let rest = format!("{id}/{}/{}/{path}", part("Stage"), part("Method"));
    call.options.arn("execute-api", &rest)
}

/// The path of a called API, with `*` for what follows the literal begin of a computed path.
fn path_of_api(call: &PolicyCall<'_>) -> Option<String> {
    let known = call.arguments.get("Path").literal();
    let path = known.or_else(|| Some(format!("{}*", call.arguments.begin("Path")?)))?;
    Some(path.trim_start_matches('/').to_owned())
}
