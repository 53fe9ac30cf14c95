//! The role of a state machine in Terraform: in its files, and in a plan or a state as JSON.

use stepwright_asl::json::{Document, Json};
#[cfg(feature = "terraform")]
use stepwright_asl::template::terraform::TerraformRole;

use super::role::{RolePolicies, RolePoliciesError};
#[cfg(feature = "terraform")]
use super::terraform_names::with_names;
#[cfg(feature = "terraform")]
use crate::policy::partition::of_region;

#[cfg(feature = "terraform")]
impl RolePolicies {
    /// Reads the policies of a role in Terraform files.
    ///
    /// # Errors
    ///
    /// If a document is no policy.
    pub fn of_terraform(role: &TerraformRole) -> Result<RolePolicies, RolePoliciesError> {
        let mut policies = RolePolicies::new();
        for document in &role.documents {
            policies.add(document, &mut |value| {
                value.as_str().map(|text| filled(role, text))
            })?;
        }
        for arn in &role.managed {
            policies.add_managed(Some(&filled(role, arn)));
        }
        policies.unknown.extend(role.unknown.iter().cloned());
        if role.has_boundary {
            policies.set_boundary(None);
        }
        Ok(policies)
    }
}

/// Replaces the placeholders of a definition by texts that equal those of the role of its machine.
/// `arguments` are the texts of the variables that `templatefile` passes.
#[cfg(feature = "terraform")]
pub fn terraform_definition(
    role: &TerraformRole,
    definition: &Json,
    arguments: &[(String, String)],
) -> Json {
    match definition {
        Json::String(text) => {
            let text = arguments.iter().fold(text.clone(), |text, (name, value)| {
                text.replace(&format!("${{{name}}}"), value)
            });
            Json::from(filled(role, &text))
        }
        Json::Array(items) => {
            let items = items.iter();
            let items = items.map(|item| terraform_definition(role, item, arguments));
            Json::Array(items.collect())
        }
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let value = terraform_definition(role, value, arguments);
                (key.clone(), value)
            });
            Json::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// Returns the name of the machine as the role contains it. If Terraform makes the name, it is the
/// placeholder of a reference to it.
#[cfg(feature = "terraform")]
pub fn terraform_machine_name(role: &TerraformRole) -> String {
    match &role.machine_name {
        Some(name) => filled(role, name),
        None => format!("${{aws_sfn_state_machine.{}.name}}", role.machine),
    }
}

/// A text with the names of resources, and with the region and the account of the deployment.
#[cfg(feature = "terraform")]
fn filled(role: &TerraformRole, text: &str) -> String {
    let names = role.resource_names.iter();
    let named = names.fold(with_names(text), |text, (placeholder, name)| {
        text.replace(placeholder, name)
    });
    let partition = of_region(&role.location.region).unwrap_or("aws");
    role.location.filled(&named, partition)
}

/// The output of `terraform show -json`: a plan or a state.
///
/// ```
/// use stepwright_tools::policy::TerraformPlan;
///
/// let plan = TerraformPlan::of(&r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
///     {"address": "aws_iam_role.r", "type": "aws_iam_role", "name": "r", "values": {"name": "r", "arn": "arn:aws:iam::1:role/r"}},
///     {"address": "aws_sfn_state_machine.orders", "type": "aws_sfn_state_machine", "name": "orders",
///      "values": {"name": "orders", "role_arn": "arn:aws:iam::1:role/r"}}
/// ]}}}"#.parse()?).expect("it is a plan");
/// assert_eq!(plan.machines(), ["orders"]);
/// assert!(plan.role("orders").expect("it has the machine")?.is_complete());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct TerraformPlan {
    resources: Vec<PlannedResource>,
}

/// A resource with its known values, and its references in the configuration.
#[derive(Debug, Clone)]
struct PlannedResource {
    address: String,
    kind: String,
    name: String,
    values: Json,
    /// The expressions of the configuration, which contain references of unknown values.
    expressions: Json,
}

impl TerraformPlan {
    /// Reads a plan or a state; `None` for other JSON.
    pub fn of(json: &Json) -> Option<TerraformPlan> {
        json.get("format_version")?;
        let values = json.get("planned_values").or_else(|| json.get("values"))?;
        let root = values.get("root_module")?;
        let configuration = json
            .get("configuration")
            .and_then(|one| one.get("root_module"));
        let mut resources = Vec::new();
        collect(root, configuration, &mut resources);
        Some(TerraformPlan { resources })
    }

    /// Returns the names of the state machines.
    pub fn machines(&self) -> Vec<&str> {
        let machines = self.of_type("aws_sfn_state_machine");
        machines.map(|machine| machine.name.as_str()).collect()
    }

    /// Returns the policies of the role of a state machine, by its name in Terraform or on AWS;
    /// `None` if the plan lacks it.
    pub fn role(&self, machine: &str) -> Option<Result<RolePolicies, RolePoliciesError>> {
        let mut machines = self.of_type("aws_sfn_state_machine");
        let machine = machines.find(|found| {
            found.name == machine || found.address == machine || found.text("name") == Some(machine)
        })?;
        Some(self.policies(machine))
    }

    fn of_type(&self, kind: &'static str) -> impl Iterator<Item = &PlannedResource> {
        let resources = self.resources.iter();
        resources.filter(move |resource| resource.kind == kind)
    }

    fn policies(&self, machine: &PlannedResource) -> Result<RolePolicies, RolePoliciesError> {
        let mut policies = RolePolicies::new();
        let mut roles = self.of_type("aws_iam_role");
        let Some(role) = roles.find(|role| machine.refers("role_arn", role, &["arn"])) else {
            let reason = match machine.text("role_arn") {
                Some(arn) => format!("the policies of the role `{arn}` are not in the plan"),
                None => "the role is known after the deployment".to_owned(),
            };
            policies.unknown.push(reason);
            return Ok(policies);
        };
        if role
            .text("permissions_boundary")
            .is_some_and(|one| !one.is_empty())
        {
            policies.set_boundary(None);
        }
        for inline in role.list("inline_policy") {
            let has_policy = inline.get("policy").and_then(Json::as_str);
            // A role without inline policies has an empty one.
            if let Some(text) = has_policy.filter(|text| !text.is_empty()) {
                add_text(&mut policies, Some(text), "an inline policy of the role")?;
            }
        }
        for arn in role.list("managed_policy_arns") {
            self.add_managed(&mut policies, arn.as_str())?;
        }
        for policy in self.of_type("aws_iam_role_policy") {
            if policy.refers("role", role, &["name", "id"]) {
                add_text(&mut policies, policy.text("policy"), &policy.address)?;
            }
        }
        for attachment in self.of_type("aws_iam_role_policy_attachment") {
            if attachment.refers("role", role, &["name", "id"]) {
                self.attached(&mut policies, attachment)?;
            }
        }
        for attachment in self.of_type("aws_iam_policy_attachment") {
            let name = role.text("name");
            let mut roles = attachment.list("roles");
            if roles.any(|one| one.as_str() == name) || attachment.references("roles", role) {
                self.attached(&mut policies, attachment)?;
            }
        }
        Ok(policies)
    }

    /// Adds the policy of an attachment.
    fn attached(
        &self,
        policies: &mut RolePolicies,
        attachment: &PlannedResource,
    ) -> Result<(), RolePoliciesError> {
        let mut own = self.of_type("aws_iam_policy");
        match own.find(|policy| attachment.refers("policy_arn", policy, &["arn", "id"])) {
            Some(policy) => add_text(policies, policy.text("policy"), &policy.address),
            None => self.add_managed(policies, attachment.text("policy_arn")),
        }
    }

    fn add_managed(
        &self,
        policies: &mut RolePolicies,
        arn: Option<&str>,
    ) -> Result<(), RolePoliciesError> {
        let mut own = self.of_type("aws_iam_policy");
        match own.find(|policy| arn.is_some() && policy.text("arn") == arn) {
            Some(policy) => add_text(policies, policy.text("policy"), &policy.address),
            None => {
                policies.add_managed(arn);
                Ok(())
            }
        }
    }
}

impl PlannedResource {
    fn text(&self, attribute: &str) -> Option<&str> {
        self.values.get(attribute)?.as_str()
    }

    fn list(&self, attribute: &str) -> impl Iterator<Item = &Json> {
        let list = self.values.get(attribute).and_then(Json::as_array);
        list.into_iter().flatten()
    }

    /// Whether an attribute is one of these attributes of another resource: by its value, or by a
    /// reference of the configuration if the value is known only after the deployment.
    fn refers(&self, attribute: &str, other: &Self, of: &[&str]) -> bool {
        match self.text(attribute) {
            Some(value) => of.iter().any(|of| other.text(of) == Some(value)),
            None => self.references(attribute, other),
        }
    }

    fn references(&self, attribute: &str, other: &Self) -> bool {
        let expression = self.expressions.get(attribute);
        let references = expression.and_then(|expression| expression.get("references"));
        let mut references = references.and_then(Json::as_array).into_iter().flatten();
        // The address in the configuration has no module and no index.
        let address = format!("{}.{}", other.kind, other.name);
        references.any(|reference| reference.as_str() == Some(address.as_str()))
    }
}

/// Adds a document in a text; `None` if it is known only after the deployment.
fn add_text(
    policies: &mut RolePolicies,
    text: Option<&str>,
    name: &str,
) -> Result<(), RolePoliciesError> {
    match text.map(Document::parse) {
        Some(Ok(document)) => policies.add(document.json(), &mut |value| {
            value.as_str().map(str::to_owned)
        }),
        Some(Err(error)) => Err(RolePoliciesError(format!(
            "the policy `{name}` is not JSON: {error}"
        ))),
        None => {
            policies
                .unknown
                .push(format!("the policy `{name}` is known after the deployment"));
            Ok(())
        }
    }
}

/// Collects the resources of a module and of the modules in it. The nesting is that of a parsed
/// text, so that it is bounded.
fn collect(module: &Json, configuration: Option<&Json>, resources: &mut Vec<PlannedResource>) {
    let list = |json: Option<&Json>, name: &str| -> Vec<Json> {
        let list = json
            .and_then(|json| json.get(name))
            .and_then(Json::as_array);
        list.map(<[Json]>::to_vec).unwrap_or_default()
    };
    let configured = list(configuration, "resources");
    for resource in list(Some(module), "resources") {
        let text = |name: &str| {
            let text = resource.get(name).and_then(Json::as_str);
            text.unwrap_or_default().to_owned()
        };
        let (kind, name) = (text("type"), text("name"));
        let is_same = |one: &&Json| {
            let of = |name: &str| one.get(name).and_then(Json::as_str);
            of("type") == Some(kind.as_str()) && of("name") == Some(name.as_str())
        };
        let expressions = configured.iter().find(is_same);
        let expressions = expressions.and_then(|one| one.get("expressions"));
        resources.push(PlannedResource {
            address: text("address"),
            values: resource.get("values").cloned().unwrap_or_default(),
            expressions: expressions.cloned().unwrap_or_default(),
            kind,
            name,
        });
    }
    for child in list(Some(module), "child_modules") {
        let address = child
            .get("address")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let name = address.rsplit('.').next().unwrap_or_default();
        let name = name.split('[').next().unwrap_or_default();
        let calls = configuration.and_then(|one| one.get("module_calls"));
        let inner = calls.and_then(|calls| calls.get(name)?.get("module"));
        collect(&child, inner, resources);
    }
}
