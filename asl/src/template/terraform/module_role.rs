//! The role that the module `terraform-aws-modules/step-functions/aws` makes for its machine.

use super::roles::{FoundBlock, RoleReader, STATEMENT_MEMBERS, is_logging_level};
use crate::json::{Json, Object};

/// The statements of each service integration.
const INTEGRATIONS: &str = include_str!("step_functions_module.csv");

/// Source: <https://github.com/terraform-aws-modules/terraform-aws-step-functions>, `main.tf`.
const LOGGING: &[&str] = &[
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

impl<'m> RoleReader<'m> {
    /// Reads the role from the arguments of the module.
    pub(super) fn of_module_call(&mut self, call: FoundBlock<'m>) {
        self.name(call);
        let argument = |name: &str| self.json_of(call.file, call.value(name)?);
        let logging = argument("logging_configuration");
        let integrations = argument("service_integrations");
        let level = logging.as_ref().and_then(|logging| logging.get("level"));
        self.role.is_logged = is_logging_level(level.and_then(Json::as_str));
        let traced = integrations
            .as_ref()
            .and_then(|integrations| integrations.get("xray")?.get("xray"));
        self.role.is_traced = traced.and_then(Json::as_bool) == Some(true);
        let makes_role = (self.flag(call, "create_role", true))
            .zip(self.flag(call, "use_existing_role", false))
            .map(|(creates, uses_existing)| creates && !uses_existing);
        match makes_role {
            Some(true) => self.made_role(call, integrations),
            Some(false) => self.role_of(call),
            None => self.unknown("Terraform computes whether the module makes the role"),
        }
    }

    fn made_role(&mut self, call: FoundBlock<'m>, integrations: Option<Json>) {
        let boundary = call.value("role_permissions_boundary");
        self.role.has_boundary = boundary.is_some_and(|boundary| !boundary.is_null());
        if self.attaches(call, "attach_policies_for_integrations", true) {
            match &integrations {
                Some(Json::Object(integrations)) => self.integrations(integrations),
                Some(_) => self.unknown("Terraform computes `service_integrations`"),
                None => {}
            }
        }
        if self.role.is_logged && self.attaches(call, "attach_cloudwatch_logs_policy", true) {
            let actions = LOGGING.iter().map(|action| Json::from(*action));
            self.add_statement([
                ("Action", Json::Array(actions.collect())),
                ("Resource", Json::from("*")),
            ]);
        }
        if self.attaches(call, "attach_policy_statements", false) {
            let statements = call
                .value("policy_statements")
                .and_then(|statements| self.json_of(call.file, statements));
            match &statements {
                Some(Json::Object(statements)) => self.statements(statements.values()),
                Some(Json::Array(statements)) => self.statements(statements.iter()),
                _ => self.unknown("Terraform computes `policy_statements`"),
            }
        }
        if self.attaches(call, "attach_policy_json", false) {
            match call.value("policy_json") {
                Some(document) => self.add_document(call.file, document, "`policy_json`"),
                None => self.unknown("the module has no `policy_json`"),
            }
        }
        if self.attaches(call, "attach_policy_jsons", false) {
            let documents = call.value("policy_jsons").and_then(|list| list.as_array());
            match documents {
                Some(documents) => {
                    for document in documents.iter() {
                        self.add_document(call.file, document, "`policy_jsons`");
                    }
                }
                None => self.unknown("Terraform computes `policy_jsons`"),
            }
        }
        if self.attaches(call, "attach_policy", false) {
            match call.value("policy") {
                Some(arn) => self.managed(call.file, arn),
                None => self.unknown("the module has no `policy`"),
            }
        }
        if self.attaches(call, "attach_policies", false) {
            match call.value("policies") {
                Some(list) => self.managed_list(call.file, list),
                None => self.unknown("the module has no `policies`"),
            }
        }
    }

    /// Whether the module attaches the policies of an argument. A computed flag is unknown.
    fn attaches(&mut self, call: FoundBlock<'m>, flag: &str, default: bool) -> bool {
        let attaches = self.flag(call, flag, default);
        if attaches.is_none() {
            self.unknown(&format!("Terraform computes `{flag}`"));
        }
        attaches.unwrap_or(false)
    }

    /// Adds the statements of `service_integrations`.
    fn integrations(&mut self, integrations: &Object) {
        for (integration, parts) in integrations {
            let Some(parts) = parts.as_object() else {
                self.unknown(&format!(
                    "Terraform computes the integration `{integration}`"
                ));
                continue;
            };
            for (part, resources) in parts {
                self.integration(integration, part, resources);
            }
        }
    }

    fn integration(&mut self, integration: &str, part: &str, resources: &Json) {
        let rows = INTEGRATIONS
            .lines()
            .map(|row| row.split(';').collect::<Vec<_>>());
        let row = rows
            .into_iter()
            .find(|row| row.first() == Some(&integration) && row.get(1) == Some(&part));
        let Some([_, _, effect, actions, all, service]) = row.as_deref() else {
            self.unknown(&format!(
                "the integration `{integration}` of the module has no known part `{part}`"
            ));
            return;
        };
        let resources = match resources {
            Json::Bool(true) if !all.is_empty() => {
                let location = &self.role.location;
                let all = all
                    .replace("{region}", &location.region)
                    .replace("{account}", &location.account);
                Json::from(all)
            }
            Json::Array(resources) => Json::Array(resources.clone()),
            // A statement whose resources are unknown.
            _ => Json::Null,
        };
        let actions = actions.split(' ').map(Json::from);
        let mut members = vec![
            ("Effect", Json::from(*effect)),
            ("Action", Json::Array(actions.collect())),
            ("Resource", resources),
        ];
        if !service.is_empty() {
            let passed =
                Object::from_iter([("iam:PassedToService".to_owned(), Json::from(*service))]);
            let condition = Object::from_iter([("StringEquals".to_owned(), Json::Object(passed))]);
            members.push(("Condition", Json::Object(condition)));
        }
        self.add_statement(members);
    }

    /// Adds the statements of `policy_statements`.
    fn statements<'j>(&mut self, statements: impl Iterator<Item = &'j Json>) {
        for statement in statements {
            let given = |name: &str| statement.get(name).filter(|value| !value.is_null());
            let known = STATEMENT_MEMBERS
                .iter()
                .filter_map(|(argument, member)| Some((*member, given(argument)?.clone())));
            let mut members: Vec<(&str, Json)> = known.collect();
            let conditions = given("condition").or_else(|| given("conditions"));
            match conditions.map(condition_of) {
                Some(Some(condition)) => members.push(("Condition", condition)),
                Some(None) => {
                    self.unknown("Terraform computes a condition of `policy_statements`");
                    continue;
                }
                None => {}
            }
            if statement.as_object().is_some() {
                self.add_statement(members);
            } else {
                self.unknown("Terraform computes a statement of `policy_statements`");
            }
        }
    }

    /// Adds a statement, which allows unless it has another effect.
    fn add_statement(&mut self, members: impl IntoIterator<Item = (&'static str, Json)>) {
        let mut statement = Object::new();
        statement.insert("Effect".to_owned(), Json::from("Allow"));
        for (name, value) in members {
            statement.insert(name.to_owned(), value);
        }
        self.role.documents.push(Json::Object(statement));
    }
}

/// The condition of the blocks `condition`.
fn condition_of(blocks: &Json) -> Option<Json> {
    let mut condition = Object::new();
    for block in blocks.as_array()? {
        let test = block.get("test")?.as_str()?;
        let variable = block.get("variable")?.as_str()?;
        let keys = condition
            .entry(test.to_owned())
            .or_insert_with(|| Json::Object(Object::new()));
        keys.as_object_mut()?
            .insert(variable.to_owned(), block.get("values")?.clone());
    }
    Some(Json::Object(condition))
}
