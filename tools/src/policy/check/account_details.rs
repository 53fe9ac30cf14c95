//! The roles of an account, as `aws iam get-account-authorization-details` prints them.

use stepwright_asl::json::{Json, Object};
use stepwright_asl::words::quoted;

use super::role::{RolePolicies, RolePoliciesError};

/// The roles of an account with their policies.
///
/// ```
/// use stepwright_tools::policy::AccountDetails;
///
/// let details = AccountDetails::of(&r#"{
///     "RoleDetailList": [
///         {"RoleName": "orders", "RolePolicyList": [], "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::1:policy/p"}]},
///         {"RoleName": "other", "RolePolicyList": [], "AttachedManagedPolicies": []}
///     ],
///     "Policies": [{"Arn": "arn:aws:iam::1:policy/p", "PolicyVersionList": [
///         {"IsDefaultVersion": true, "Document": {"Statement": []}}
///     ]}]
/// }"#.parse()?).expect("these are the details of an account");
/// assert_eq!(details.roles(), ["orders", "other"]);
/// assert!(details.role("orders").expect("it has the role")?.is_complete());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct AccountDetails {
    roles: Vec<Object>,
    policies: Vec<Object>,
}

impl AccountDetails {
    /// Reads the details of an account; `None` for other JSON.
    pub fn of(json: &Json) -> Option<AccountDetails> {
        let objects = |name: &str| {
            let list = json.get(name)?.as_array()?.iter();
            Some(list.filter_map(Json::as_object).cloned().collect())
        };
        Some(AccountDetails {
            roles: objects("RoleDetailList")?,
            policies: objects("Policies").unwrap_or_default(),
        })
    }

    /// Returns the names of the roles.
    pub fn roles(&self) -> Vec<&str> {
        let names = self.roles.iter().map(|role| text(role, "RoleName"));
        names.map(Option::unwrap_or_default).collect()
    }

    /// Returns the policies of a role by its name or ARN; `None` if the account lacks it. The
    /// content of a managed policy is that in the details.
    pub fn role(&self, role: &str) -> Option<Result<RolePolicies, RolePoliciesError>> {
        let mut roles = self.roles.iter();
        let is_role = |found: &&Object| {
            text(found, "RoleName") == Some(role) || text(found, "Arn") == Some(role)
        };
        roles.find(is_role).map(|role| self.policies(role))
    }

    fn policies(&self, role: &Object) -> Result<RolePolicies, RolePoliciesError> {
        let mut policies = RolePolicies::new();
        let mut plain = |value: &Json| value.as_str().map(str::to_owned);
        let mut rest = role.clone();
        let boundary = role.get("PermissionsBoundary");
        let boundary =
            boundary.and_then(|boundary| boundary.get("PermissionsBoundaryArn")?.as_str());
        let mut known = self.policies.iter();
        if let Some(content) =
            known.find(|known| boundary.is_some() && text(known, "Arn") == boundary)
        {
            rest.shift_remove("PermissionsBoundary");
            let mut of_boundary = RolePolicies::new();
            of_boundary.add(&Json::Object(content.clone()), &mut plain)?;
            policies.set_boundary(Some(of_boundary));
        }
        let attached = rest.shift_remove("AttachedManagedPolicies");
        for policy in attached
            .as_ref()
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
        {
            let arn = policy.get("PolicyArn").and_then(Json::as_str);
            let mut known = self.policies.iter();
            match known.find(|known| arn.is_some() && text(known, "Arn") == arn) {
                Some(known) => policies.add(&Json::Object(known.clone()), &mut plain)?,
                None => policies.add_managed(arn),
            }
        }
        rest.entry("RolePolicyList".to_owned())
            .or_insert_with(|| Json::Array(Vec::new()));
        policies.add(&Json::Object(rest), &mut plain)?;
        Ok(policies)
    }
}

fn text<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name)?.as_str()
}

impl RolePolicies {
    /// Reads a policy document, a role as AWS's command line exports it, or a list of those. The
    /// details of an account have one role here; [`AccountDetails`] reads several.
    ///
    /// # Errors
    ///
    /// If the JSON contains no policy, or several roles.
    pub fn parse(json: &Json) -> Result<RolePolicies, RolePoliciesError> {
        if let Some(account) = AccountDetails::of(json) {
            return match account.roles.as_slice() {
                [role] => account.policies(role),
                _ => Err(RolePoliciesError(several_roles(&account.roles()))),
            };
        }
        let mut role = RolePolicies::new();
        role.add(json, &mut |value| value.as_str().map(str::to_owned))?;
        Ok(role)
    }
}

fn several_roles(roles: &[&str]) -> String {
    if roles.is_empty() {
        "the details of the account have no role".to_owned()
    } else {
        format!(
            "the details of the account have several roles: {}; choose one, as in `account.json#{}`",
            quoted(roles),
            roles.first().copied().unwrap_or_default()
        )
    }
}
