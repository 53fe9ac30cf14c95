//! The permissions that a role has: the documents of its policies.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use stepwright_asl::json::{Json, Object};

use super::managed_policy;
use super::pattern::Pattern;
use super::statement::{RoleStatement, Selection};
use super::terraform_names::with_names;
use crate::policy::Effect;

/// The known policies of a role.
///
/// ```
/// use stepwright_tools::policy::RolePolicies;
///
/// // A policy document, the response of `aws iam get-role-policy`, a role of
/// // `get-account-authorization-details`, or a list of those.
/// let role = RolePolicies::parse(&r#"{"Version": "2012-10-17", "Statement": {
///     "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"
/// }}"#.parse()?)?;
/// assert!(role.is_complete());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RolePolicies {
    pub(super) statements: Vec<RoleStatement>,
    /// The policies whose content is unknown, each with its reason.
    pub(super) unknown: Vec<String>,
    /// Why even a granted permission may not be effective.
    pub(super) limits: Vec<String>,
    /// The permissions boundary, if its content is known: the role has no permission that it lacks.
    pub(super) boundary: Option<Box<RolePolicies>>,
}

/// A text that is not the policy of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RolePoliciesError(pub(super) String);

impl RolePolicies {
    /// Creates a role without policies.
    pub fn new() -> RolePolicies {
        RolePolicies::default()
    }

    /// Whether the content of all policies is known.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty()
            && self.limits.is_empty()
            && self.boundary.iter().all(|boundary| boundary.is_complete())
    }

    /// Sets the permissions boundary; `None` if its content is unknown.
    pub(super) fn set_boundary(&mut self, boundary: Option<RolePolicies>) {
        match boundary {
            Some(boundary) => self.boundary = Some(Box::new(boundary)),
            None => self
                .limits
                .push("the role has a permissions boundary".to_owned()),
        }
    }

    /// Adds the policies of a value. `text` returns the text of a string that a template may
    /// compute; `None` if it is unknown.
    pub(super) fn add(
        &mut self,
        value: &Json,
        text: &mut dyn FnMut(&Json) -> Option<String>,
    ) -> Result<(), RolePoliciesError> {
        if let Some(list) = value.as_array() {
            return list.iter().try_for_each(|one| self.add(one, text));
        }
        let Some(members) = value.as_object() else {
            return Err(not_a_policy(value));
        };
        if let Some(statements) = members.get("Statement") {
            let one = std::slice::from_ref(statements);
            for statement in statements.as_array().unwrap_or(one) {
                self.add_statement(statement, text);
            }
            return Ok(());
        }
        if members.contains_key("Effect") {
            self.add_statement(value, text);
            return Ok(());
        }
        // The responses of `get-role` and `get-policy-version` have one member.
        let response = ["Role", "PolicyVersion"].into_iter();
        let mut response = response.filter_map(|key| members.get(key));
        if let Some(inner @ Json::Object(_)) = response.next() {
            return self.add(inner, text);
        }
        let document = ["PolicyDocument", "Document", "policy"].into_iter();
        if let Some(document) = document.filter_map(|key| members.get(key)).next() {
            return self.add_document(document, text);
        }
        let is_function = members
            .keys()
            .all(|key| key.starts_with("Fn::") || key == "Ref");
        if is_function && !members.is_empty() {
            self.unknown
                .push("a policy is computed by the template".to_owned());
            return Ok(());
        }
        self.add_role(members, text)
            .ok_or_else(|| not_a_policy(value))?
    }

    /// Adds a document that may be a JSON text.
    pub(super) fn add_document(
        &mut self,
        document: &Json,
        text: &mut dyn FnMut(&Json) -> Option<String>,
    ) -> Result<(), RolePoliciesError> {
        let Some(source) = document.as_str() else {
            return self.add(document, text);
        };
        // The API of IAM returns documents with percent encoding, the command line without.
        let decoded = if source.trim_start().starts_with('%') {
            percent_decode_str(source).decode_utf8_lossy()
        } else {
            Cow::Borrowed(source)
        };
        let parsed = decoded.parse::<Json>().map_err(|error| {
            RolePoliciesError(format!("the policy document is not JSON: {error}"))
        })?;
        self.add(&parsed, text)
    }

    /// Adds a role of `get-account-authorization-details`, or an `AWS::IAM::Role`; `None` for other
    /// objects.
    fn add_role(
        &mut self,
        role: &Object,
        text: &mut dyn FnMut(&Json) -> Option<String>,
    ) -> Option<Result<(), RolePoliciesError>> {
        let inline = ["RolePolicyList", "Policies"].into_iter();
        let inline = inline.filter_map(|key| role.get(key)).next();
        let managed = [
            "AttachedManagedPolicies",
            "AttachedPolicies",
            "ManagedPolicyArns",
        ];
        let managed = managed.into_iter().filter_map(|key| role.get(key)).next();
        let versions = role.get("PolicyVersionList").and_then(Json::as_array);
        if let Some(versions) = versions {
            let is_default = |version: &&Json| {
                let version = version.as_object();
                version.and_then(|version| version.get("IsDefaultVersion")?.as_bool()) == Some(true)
            };
            let version = versions.iter().find(is_default).or(versions.first())?;
            return Some(self.add(version, text));
        }
        if inline.is_none() && managed.is_none() && !role.contains_key("AssumeRolePolicyDocument") {
            return None;
        }
        if managed.is_some_and(|managed| managed.as_array().is_none()) {
            self.add_managed(None);
        }
        if inline.is_none() && managed.is_none() && role.contains_key("RoleId") {
            self.unknown.push(
                "the export has the role without its policies; `aws iam get-account-authorization-details` prints them"
                    .to_owned(),
            );
        }
        for policy in managed.and_then(Json::as_array).into_iter().flatten() {
            let arn = policy
                .as_object()
                .and_then(|policy| policy.get("PolicyArn"));
            let named = text(arn.unwrap_or(policy));
            self.add_managed(named.as_deref());
        }
        if role
            .get("PermissionsBoundary")
            .is_some_and(|boundary| !boundary.is_null())
        {
            self.set_boundary(None);
        }
        Some(inline.map_or(Ok(()), |inline| self.add(inline, text)))
    }

    /// Adds a managed policy.
    pub(super) fn add_managed(&mut self, arn: Option<&str>) {
        match arn {
            Some(arn) => match managed_policy::statements(arn) {
                Some(statements) => self.statements.extend(statements),
                None => self.unknown.push(format!(
                    "the content of the managed policy `{arn}` is not here"
                )),
            },
            None => self
                .unknown
                .push("a managed policy is computed by the template".to_owned()),
        }
    }

    fn add_statement(&mut self, statement: &Json, text: &mut dyn FnMut(&Json) -> Option<String>) {
        let Some(members) = statement.as_object() else {
            self.unknown
                .push("a statement is computed by the template".to_owned());
            return;
        };
        let effect = match members.get("Effect").and_then(&mut *text).as_deref() {
            Some("Deny") => Effect::Deny,
            Some("Allow") => Effect::Allow,
            _ => {
                self.unknown
                    .push("a statement has no known `Effect`".to_owned());
                return;
            }
        };
        let actions = Selection::of(members, "Action", text, Pattern::action);
        let sid = members.get("Sid").and_then(Json::as_str);
        let name = sid.map_or_else(|| actions.to_string(), |sid| format!("`{sid}`"));
        self.statements.push(RoleStatement {
            effect,
            name,
            actions,
            resources: Selection::of(members, "Resource", text, |text| {
                Pattern::resource(&with_names(text))
            }),
            condition: members.get("Condition").and_then(Json::as_object).cloned(),
        });
    }
}

fn not_a_policy(value: &Json) -> RolePoliciesError {
    let what = match value {
        Json::Object(_) => {
            "this object is no policy: it has no `Statement`, and it is no role with policies, as `aws iam get-account-authorization-details` prints it"
        }
        _ => "a policy is an object with `Statement`",
    };
    RolePoliciesError(what.to_owned())
}
