//! The permissions of AWS SDK calls.

use stepwright_asl::integrations::{ResourceField, Service, optimized as table};
use stepwright_asl::json::{Json, Object};

use super::arguments::StaticValue;
use super::call::{PolicyCall, shown};
use super::grants::Grants;
use super::iam::{Operation, needs, operation};
use super::optimized;
use super::sdk_resources;
use super::warning::WarningKind;
use super::{dependents, names, template};

/// Allows the actions that a call needs: the IAM action with the operation's name, unless the
/// tables have others. If the call is also an optimized integration, it needs the same permissions
/// as that one.
pub(super) fn allow(call: &PolicyCall<'_>, service: &Service, action: &str, grants: &mut Grants) {
    let prefix = service.iam_prefix();
    dependents::allow(call, service.name(), &capitalized(action), grants);
    let same = table().iter().find(|line| {
        line.place == ResourceField::Task && line.service() == prefix && line.action() == action
    });
    if let Some(line) = same {
        return optimized::allow(call, &line.permissions, grants);
    }
    let name = capitalized(action);
    let actions = match special(call, service.name(), &name) {
        Some(actions) => actions,
        None => match operation(service.name(), &name) {
            Some(Operation::Needs(actions)) => actions.split(' ').map(str::to_owned).collect(),
            Some(Operation::Missing) => {
                let message = format!(
                    "IAM has no action `{prefix}:{name}`, and the action that it requires instead is not known; add it to the policy yourself"
                );
                return grants.warn(WarningKind::Unknown, Some(call.state), message);
            }
            None => vec![format!("{prefix}:{name}")],
        },
    };
    let mut passes = false;
    for action in &actions {
        passes |= one(call, service.name(), &name, action, grants);
    }
    // IAM's reference does not list all actions that pass roles. `sts` and `iam` operate on roles
    // themselves.
    if !passes
        && !matches!(prefix, "sts" | "iam")
        && let Some(action) = actions.first()
    {
        pass_roles(call, action, false, grants);
    }
}

/// Allows one IAM action of an operation. Returns whether it passes roles.
fn one(
    call: &PolicyCall<'_>,
    service: &str,
    operation: &str,
    action: &str,
    grants: &mut Grants,
) -> bool {
    let (prefix, name) = action.split_once(':').unwrap_or((action, ""));
    let (needs, dependent) = needs(prefix, name);
    let resources = sdk_resources::of(call, operation, action, needs, grants);
    let mut condition = None;
    if action == "s3:ListBucket"
        && let StaticValue::Literal(prefix) = call.arguments.get("Prefix")
        && !prefix.is_empty()
    {
        let like = Json::Array(vec![Json::from(format!("{prefix}*"))]);
        let key = Object::from_iter([("s3:prefix".to_owned(), like)]);
        condition = Some(Object::from_iter([(
            "StringLike".to_owned(),
            Json::Object(key),
        )]));
    }
    grants.allow([action], resources, condition);
    let (pass, more): (Vec<&str>, Vec<&str>) = dependent
        .into_iter()
        .filter(|name| !dependents::decides(service, operation, name))
        .partition(|name| *name == "iam:PassRole");
    if !pass.is_empty() {
        pass_roles(call, action, true, grants);
    }
    if !more.is_empty() {
        let message = format!(
            "`{action}` may also require {}, depending on its arguments",
            shown(&more)
        );
        grants.warn(WarningKind::NotVisible, Some(call.state), message);
    }
    !pass.is_empty()
}

/// Allows passing the roles in the arguments of a call, on all levels. If it is not `known` that
/// the call passes a role, only the roles that its arguments name.
fn pass_roles(call: &PolicyCall<'_>, action: &str, known: bool, grants: &mut Grants) {
    let mut roles = Vec::new();
    let mut computed = known && call.arguments.0.is_none();
    call.arguments.each(&mut |name, given| {
        let is_role = names::is_role(name);
        match given {
            StaticValue::Literal(text) if names::is_role_arn(&text) => roles.push(text),
            StaticValue::Literal(text) if is_role && names::is_address(&text) => roles.push(text),
            StaticValue::Computed if is_role => computed = true,
            _ => {}
        }
    });
    // The role is that of the instance profile, which the definition does not show.
    computed |= call.arguments.has_instance_profile();
    if !known && !computed && roles.is_empty() {
        return;
    }
    let given = call.options.pass_roles.get(call.state);
    roles.extend(given.into_iter().flatten().cloned());
    if given.is_none() && (computed || roles.is_empty()) {
        let message = format!(
            "`{action}` passes a role that the definition does not name; name it with --pass-role '{}=ARN'",
            call.state
        );
        grants.warn(WarningKind::PassRole, Some(call.state), message);
    }
    roles.retain(|role| template::is_resource(role));
    grants.allow(["iam:PassRole"], roles, None);
}

/// Operations whose actions depend on their arguments.
fn special(call: &PolicyCall<'_>, service: &str, operation: &str) -> Option<Vec<String>> {
    let actions = match (service, operation) {
        ("apigateway" | "apigatewayv2", _) => vec![format!("apigateway:{}", method(operation))],
        ("s3", _) => return dependents::of_version(call, operation),
        ("dynamodb", "TransactWriteItems") => {
            let by_entry = [
                ("Put", "PutItem"),
                ("Update", "UpdateItem"),
                ("Delete", "DeleteItem"),
                ("ConditionCheck", "ConditionCheckItem"),
            ];
            let entries = call.arguments.0.and_then(|json| json.get("TransactItems"));
            let entries = entries.and_then(Json::as_array).unwrap_or_default();
            let has = |kind: &str| entries.iter().any(|entry| entry.get(kind).is_some());
            let is_known = !entries.is_empty()
                && entries
                    .iter()
                    .all(|entry| by_entry.iter().any(|(kind, _)| entry.get(kind).is_some()));
            let needed = by_entry
                .into_iter()
                .filter(|(kind, _)| !is_known || has(kind));
            needed
                .map(|(_, action)| format!("dynamodb:{action}"))
                .collect()
        }
        ("dynamodb", "ExecuteStatement" | "BatchExecuteStatement" | "ExecuteTransaction") => {
            let path = match operation {
                "ExecuteStatement" => "Statement",
                "BatchExecuteStatement" => "Statements[].Statement",
                _ => "TransactStatements[].Statement",
            };
            let verbs = ["Select", "Insert", "Update", "Delete"];
            let verb = |given: StaticValue| {
                let statement = given.literal()?;
                let first = statement.split_whitespace().next()?.to_owned();
                verbs
                    .into_iter()
                    .find(|verb| verb.eq_ignore_ascii_case(&first))
            };
            let known: Option<Vec<&str>> = call.arguments.all(path).into_iter().map(verb).collect();
            let known = known.unwrap_or_else(|| verbs.to_vec());
            known
                .iter()
                .map(|verb| format!("dynamodb:PartiQL{verb}"))
                .collect()
        }
        ("sesv2", "SendEmail") => {
            let raw = call.arguments.0.is_none() || call.arguments.has("Content.Raw");
            let raw = raw.then(|| "ses:SendRawEmail".to_owned());
            ["ses:SendEmail".to_owned()]
                .into_iter()
                .chain(raw)
                .collect()
        }
        _ => return None,
    };
    Some(actions)
}

/// The IAM actions of API Gateway are the HTTP methods of its management API.
///
/// Source:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html>
fn method(operation: &str) -> &'static str {
    let is = |verbs: &[&str]| verbs.iter().any(|verb| operation.starts_with(verb));
    if is(&["Get", "Export"]) {
        "GET"
    } else if is(&["Delete", "Flush", "Untag", "Reject", "Reset"]) {
        "DELETE"
    } else if is(&["Update"]) {
        "PATCH"
    } else if is(&["Put", "Reimport"]) {
        "PUT"
    } else if is(&["Tag"]) {
        "*"
    } else {
        "POST"
    }
}

fn capitalized(action: &str) -> String {
    let mut chars = action.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}
