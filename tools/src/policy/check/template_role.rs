//! The role of a state machine of a CloudFormation or SAM template.

use stepwright_asl::json::{Document, Json, Object};

use super::role::{RolePolicies, RolePoliciesError};
use super::template_text::TemplateResources;
use super::{sam_connector, sam_policy};

/// The role of a state machine that a template of CloudFormation, SAM or CDK deploys.
///
/// ```
/// use stepwright_asl::StateMachine;
/// use stepwright_tools::policy::{Policy, PolicyOptions, TemplateRole};
/// use stepwright_asl::template::read_for_evaluation;
///
/// let template = read_for_evaluation("template.yaml", r#"
/// Resources:
///   Save: {Type: AWS::Lambda::Function}
///   Orders:
///     Type: AWS::Serverless::StateMachine
///     Properties:
///       DefinitionUri: orders.asl.json
///       DefinitionSubstitutions: {SaveArn: !GetAtt Save.Arn}
///       Policies:
///         - LambdaInvokePolicy: {FunctionName: !Ref Save}
/// "#)?;
/// let role = TemplateRole::of(&template, "Orders").expect("the machine has a role");
/// let machine = StateMachine::from_json(r#"{"StartAt": "Save", "States": {"Save": {
///     "Type": "Task", "Resource": "${SaveArn}", "End": true
/// }}}"#)?;
/// let machine = StateMachine::from_value(&role.definition(&machine.to_value()))?;
/// let options = PolicyOptions::new("Orders").region("${AWS::Region}").account("${AWS::AccountId}");
/// assert!(Policy::of(&machine, &options).check(&role.policies()?).is_granted());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct TemplateRole {
    machine: String,
    resources: TemplateResources,
    properties: Object,
    substitutions: Object,
}

impl TemplateRole {
    /// Finds a state machine by its logical id; `None` if the template does not have it. The
    /// template is read by [`read_for_evaluation`](stepwright_asl::template::read_for_evaluation).
    pub fn of(template: &Document, machine: &str) -> Option<TemplateRole> {
        let resources = TemplateResources::of(template.json())?;
        let kinds = [
            "AWS::Serverless::StateMachine",
            "AWS::StepFunctions::StateMachine",
        ];
        let properties = kinds
            .into_iter()
            .find_map(|kind| resources.properties(machine, kind))?
            .clone();
        // The values of the definition's placeholders, also those of `Fn::Sub` around it.
        let given = [
            properties.get("DefinitionSubstitutions"),
            properties
                .get("DefinitionString")
                .and_then(|text| text.get("Fn::Sub")?.as_array()?.get(1)),
        ];
        let given = given.into_iter().flatten().filter_map(Json::as_object);
        let substitutions = given.flat_map(|values| values.clone()).collect();
        Some(TemplateRole {
            machine: machine.to_owned(),
            substitutions,
            resources,
            properties,
        })
    }

    /// Sets the region of the deployment, which is `${AWS::Region}` otherwise.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> TemplateRole {
        self.resources.set("AWS::Region", region.into());
        self
    }

    /// Sets the account of the deployment, which is `${AWS::AccountId}` otherwise.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> TemplateRole {
        self.resources.set("AWS::AccountId", account.into());
        self
    }

    /// The name that the template gives the machine, with placeholders for what the deployment
    /// computes.
    pub fn given_name(&self) -> Option<String> {
        self.resources.own_name(&self.machine)
    }

    /// The name of the machine as references to it in the role contain it, for
    /// [`PolicyOptions::new`](crate::policy::PolicyOptions::new). The deployment makes a name that
    /// the template does not give; it is a placeholder with the logical id.
    pub fn machine_name(&self) -> String {
        self.resources.name(&self.machine)
    }

    /// Replaces the placeholders and functions of a definition by texts that equal those of the
    /// role. Unknown values remain placeholders.
    pub fn definition(&self, definition: &Json) -> Json {
        if let Some(text) = definition.as_str() {
            let filled = self.resources.filled(text, &self.substitutions);
            return Json::from(filled.unwrap_or_else(|| text.to_owned()));
        }
        if let Some(list) = definition.as_array() {
            return Json::Array(list.iter().map(|one| self.definition(one)).collect());
        }
        let Some(members) = definition.as_object() else {
            return definition.clone();
        };
        let is_function = members.len() == 1
            && members
                .keys()
                .all(|key| key == "Ref" || key.starts_with("Fn::"));
        if is_function && let Some(text) = self.resources.text(definition) {
            return Json::from(text);
        }
        let members = members.iter().map(|(key, value)| {
            let value = self.definition(value);
            let arn = value.as_str().filter(|_| key == "FunctionName");
            let arn = arn.and_then(|name| self.resources.function_arn(name));
            (key.clone(), arn.map_or(value, Json::from))
        });
        Json::Object(members.collect())
    }

    /// Whether the template has the machine write logs: then its role needs permissions for them.
    pub fn is_logged(&self) -> bool {
        let logging = ["LoggingConfiguration", "Logging"].into_iter();
        let mut logging = logging.filter_map(|key| self.properties.get(key));
        let level = logging.find_map(|logging| logging.get("Level")?.as_str());
        level.is_some_and(|level| level != "OFF")
    }

    /// Whether the template has the machine send traces to X-Ray. SAM adds the permission to the
    /// role that it makes.
    pub fn is_traced(&self) -> bool {
        let tracing = ["TracingConfiguration", "Tracing"].into_iter();
        let mut tracing = tracing.filter_map(|key| self.properties.get(key));
        let enabled = tracing.find_map(|tracing| tracing.get("Enabled"));
        let is_on =
            |enabled: &Json| enabled.as_bool() == Some(true) || enabled.as_str() == Some("true");
        enabled.is_some_and(is_on) && self.has_own_role()
    }

    /// Whether the template names a role, instead of letting SAM make one.
    fn has_own_role(&self) -> bool {
        ["Role", "RoleArn"]
            .iter()
            .any(|key| self.properties.contains_key(*key))
    }

    /// Reads the policies of the role.
    ///
    /// # Errors
    ///
    /// If a policy is no policy document.
    pub fn policies(&self) -> Result<RolePolicies, RolePoliciesError> {
        let mut policies = RolePolicies::new();
        let role = ["Role", "RoleArn"].into_iter();
        let role = role.filter_map(|key| self.properties.get(key)).next();
        match role {
            Some(role) => self.add_role(role, &mut policies)?,
            None => self.add_sam_policies(&mut policies)?,
        }
        self.add_boundary(&self.properties, &mut policies)?;
        self.add_connectors(&mut policies);
        Ok(policies)
    }

    /// Adds the permissions boundary of a role, whose content may be in the template.
    fn add_boundary(
        &self,
        role: &Object,
        policies: &mut RolePolicies,
    ) -> Result<(), RolePoliciesError> {
        let Some(boundary) = role.get("PermissionsBoundary") else {
            return Ok(());
        };
        let id = self.resources.referenced(boundary);
        let document = id.as_deref().and_then(|id| {
            let policy = self.resources.properties(id, "AWS::IAM::ManagedPolicy")?;
            policy.get("PolicyDocument")
        });
        let content = document.map(|document| {
            let mut content = RolePolicies::new();
            self.add(document, &mut content)?;
            Ok(content)
        });
        policies.set_boundary(content.transpose()?);
        Ok(())
    }

    /// Adds the connectors of SAM, each of which becomes a policy of the role.
    fn add_connectors(&self, policies: &mut RolePolicies) {
        let inner = self.resources.member(&self.machine, "Connectors");
        let inner = inner.and_then(Json::as_object).into_iter().flatten();
        let inner = inner.filter_map(|(id, connector)| {
            Some((id.as_str(), connector.get("Properties")?.as_object()?))
        });
        let connectors = self.resources.of_type("AWS::Serverless::Connector");
        let is_source = |properties: &&Object| {
            let source = properties.get("Source").and_then(|source| source.get("Id"));
            source.and_then(Json::as_str) == Some(self.machine.as_str())
        };
        let connectors = connectors.filter(|(_, properties)| is_source(properties));
        for (id, properties) in inner.chain(connectors) {
            match sam_connector::statements(id, properties, &self.resources) {
                Some(statements) => policies.statements.extend(statements),
                None => policies.unknown.push(format!(
                    "the connector `{id}` has a destination that is not in the tables"
                )),
            }
        }
    }

    /// Adds a document, which may be a JSON text, or a list of them.
    fn add(&self, document: &Json, policies: &mut RolePolicies) -> Result<(), RolePoliciesError> {
        policies.add_document(document, &mut |value| self.resources.text(value))
    }

    /// Adds the policies of a role of the template.
    fn add_role(&self, role: &Json, policies: &mut RolePolicies) -> Result<(), RolePoliciesError> {
        let id = self.resources.referenced(role);
        let found = id
            .as_deref()
            .and_then(|id| Some((id, self.resources.properties(id, "AWS::IAM::Role")?)));
        let Some((id, properties)) = found else {
            let name = self.resources.text(role);
            policies.unknown.push(match name {
                Some(name) => format!("the policies of the role `{name}` are not in the template"),
                None => "the template computes the role".to_owned(),
            });
            return Ok(());
        };
        if let Some(inline) = properties.get("Policies") {
            self.add(inline, policies)?;
        }
        self.add_boundary(properties, policies)?;
        let managed = properties.get("ManagedPolicyArns");
        if managed.is_some_and(|managed| managed.as_array().is_none()) {
            policies.add_managed(None);
        }
        let managed = managed.and_then(Json::as_array);
        for policy in managed.into_iter().flatten() {
            let of_template = self.resources.referenced(policy).and_then(|id| {
                self.resources
                    .properties(&id, "AWS::IAM::ManagedPolicy")
                    .cloned()
            });
            match of_template
                .as_ref()
                .and_then(|policy| policy.get("PolicyDocument"))
            {
                Some(document) => self.add(document, policies)?,
                None => policies.add_managed(self.resources.text(policy).as_deref()),
            }
        }
        for kind in [
            "AWS::IAM::Policy",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::RolePolicy",
        ] {
            for (policy, properties) in self.resources.of_type(kind) {
                let roles = properties.get("Roles").and_then(Json::as_array);
                let one = properties.get("RoleName").into_iter();
                let mut roles = roles.into_iter().flatten().chain(one);
                let is_attached =
                    roles.any(|role| self.resources.referenced(role).as_deref() == Some(id));
                if !is_attached {
                    continue;
                }
                match properties.get("PolicyDocument") {
                    Some(document) if !self.resources.is_conditional(policy) => {
                        self.add(document, policies)?;
                    }
                    _ => policies
                        .unknown
                        .push(format!("the policy `{policy}` depends on a condition")),
                }
            }
        }
        Ok(())
    }

    /// Adds `Policies` of a state machine of SAM: names and ARNs of managed policies, policy
    /// templates, and documents.
    fn add_sam_policies(&self, policies: &mut RolePolicies) -> Result<(), RolePoliciesError> {
        let Some(given) = self.properties.get("Policies") else {
            return Ok(());
        };
        let one = std::slice::from_ref(given);
        for policy in given.as_array().unwrap_or(one) {
            let members = policy.as_object().filter(|members| members.len() == 1);
            let template = members.and_then(|members| members.iter().next());
            let statements = template.and_then(|(name, parameters)| {
                let parameters = parameters.as_object()?;
                sam_policy::statements(name, parameters, &mut |value| self.resources.text(value))
            });
            if let Some(statements) = statements {
                policies.statements.extend(statements);
            } else if policy
                .as_object()
                .is_some_and(|policy| policy.contains_key("Statement"))
            {
                self.add(policy, policies)?;
            } else if let Some((name, _)) =
                template.filter(|(name, _)| !name.starts_with("Fn::") && *name != "Ref")
            {
                policies
                    .unknown
                    .push(format!("`{name}` is an unknown policy template"));
            } else {
                policies.add_managed(self.resources.text(policy).as_deref());
            }
        }
        Ok(())
    }
}
