//! The role of a state machine in Terraform files: its policy documents, as far as text decides.

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::Element;

use super::constants::Constants;
use super::location::DeploymentLocation;
use super::text::DefinitionText;
use super::{MOST_PARTS, Module, TerraformFile, is_call, local, source_of as module_source};
use crate::json::{Document, Json, Object};

/// The policies of a role in Terraform files. References are placeholders
/// (`${aws_lambda_function.charge.arn}`), as in definitions of the same files.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct TerraformRole {
    /// The label of the machine's resource.
    pub machine: String,
    /// The name of the machine, with placeholders for what Terraform computes; `None` if Terraform
    /// makes the name.
    pub machine_name: Option<String>,
    /// The policy documents.
    pub documents: Vec<Json>,
    /// The ARNs of managed policies.
    pub managed: Vec<String>,
    /// The policies whose content is unknown, each with its reason.
    pub unknown: Vec<String>,
    /// Whether the role has a permissions boundary.
    pub has_boundary: bool,
    /// Whether the machine writes logs.
    pub is_logged: bool,
    /// Whether the machine sends traces to X-Ray.
    pub is_traced: bool,
    /// The region and the account of the deployment.
    pub location: DeploymentLocation,
    /// Placeholders of the names of resources, such as
    /// `${aws_lambda_function.charge.function_name}`, with the names that the files give them.
    pub resource_names: Vec<(String, String)>,
}

/// Maximum depth of nested source documents.
const MOST_NESTED: usize = 16;

/// The arguments of a statement, and the members of its JSON.
pub(super) const STATEMENT_MEMBERS: [(&str, &str); 6] = [
    ("sid", "Sid"),
    ("effect", "Effect"),
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
];

/// A block with its file.
#[derive(Clone, Copy)]
pub(super) struct FoundBlock<'m> {
    pub(super) file: &'m TerraformFile,
    body: &'m Body,
}

pub(super) struct RoleReader<'m> {
    module: &'m Module,
    constants: Constants<'m>,
    with_defaults: Constants<'m>,
    pub(super) role: TerraformRole,
}

/// Returns the role of the machine `aws_sfn_state_machine.NAME`, or of the call `NAME` of the
/// module `terraform-aws-modules/step-functions/aws`; `None` if the files have neither.
pub fn machine_role(module: &Module, machine: &str) -> Option<TerraformRole> {
    let mut reader = RoleReader {
        module,
        constants: Constants::of_module(module, false),
        with_defaults: Constants::of_module(module, true),
        role: TerraformRole {
            machine: machine.to_owned(),
            location: DeploymentLocation::of(module),
            ..TerraformRole::default()
        },
    };
    match find(module, "resource", "aws_sfn_state_machine", machine) {
        Some(found) => reader.of_machine(found),
        None => reader.of_module_call(module_call(module, machine)?),
    }
    reader.name_resources();
    Some(reader.role)
}

/// Returns the call of the module for Step Functions with a name.
fn module_call<'m>(module: &'m Module, name: &str) -> Option<FoundBlock<'m>> {
    module.files.iter().find_map(|file| {
        let mut blocks = file.body.blocks();
        let block = blocks.find(|block| {
            let label = block.labels.first().map(|label| label.as_str());
            let source = module_source(block).unwrap_or_default();
            label == Some(name) && source.contains("terraform-aws-modules/step-functions/aws")
        })?;
        let body = &block.body;
        Some(FoundBlock { file, body })
    })
}

fn find<'m>(module: &'m Module, block: &str, kind: &str, name: &str) -> Option<FoundBlock<'m>> {
    blocks(module, block, kind).find_map(|(found, of)| (found == name).then_some(of))
}

/// Returns the blocks of a type, with their names.
fn blocks<'m>(
    module: &'m Module,
    block: &str,
    kind: &str,
) -> impl Iterator<Item = (&'m str, FoundBlock<'m>)> {
    let is_of = move |found: &&Block| {
        let label = found.labels.first().map(|label| label.as_str());
        found.ident.as_str() == block && label == Some(kind)
    };
    let files = module.files.iter();
    files.flat_map(move |file| {
        let blocks = file.body.blocks().filter(is_of);
        blocks.filter_map(move |block| {
            let name = block.labels.get(1)?.as_str();
            let body = &block.body;
            Some((name, FoundBlock { file, body }))
        })
    })
}

impl<'m> FoundBlock<'m> {
    pub(super) fn value(&self, name: &str) -> Option<&'m Expression> {
        let attribute = self.body.get_attribute(name)?;
        Some(&attribute.value)
    }

    /// The block in this block.
    fn inner(&self, name: &'m str) -> Option<FoundBlock<'m>> {
        let block = self.body.get_blocks(name).next()?;
        let body = &block.body;
        let file = self.file;
        Some(FoundBlock { file, body })
    }
}

impl<'m> RoleReader<'m> {
    fn of_machine(&mut self, machine: FoundBlock<'m>) {
        self.name(machine);
        let constant = |block: &str, name: &str| {
            let value = machine.inner(block)?.value(name)?;
            self.with_defaults.value(value)
        };
        let level = constant("logging_configuration", "level");
        let is_traced = constant("tracing_configuration", "enabled");
        self.role.is_logged = level.is_some_and(|level| is_logging_level(level.as_str()));
        self.role.is_traced = is_traced.is_some_and(|enabled| enabled.as_bool() == Some(true));
        self.role_of(machine);
    }

    /// Reads the names of all resources. References to one of several have an index.
    fn name_resources(&mut self) {
        for file in &self.module.files {
            let resources = file
                .body
                .blocks()
                .filter(|block| block.ident.as_str() == "resource");
            for block in resources {
                let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
                for attribute in ["name", "function_name", "bucket"] {
                    let Some(value) = block.body.get_attribute(attribute) else {
                        continue;
                    };
                    if let Some(Json::String(name)) = &self.json_of(file, &value.value) {
                        let placeholder = format!("${{{}.{attribute}}}", labels.join("."));
                        self.role.resource_names.push((placeholder, name.clone()));
                    }
                }
            }
        }
    }

    /// Reads the name of a machine.
    pub(super) fn name(&mut self, machine: FoundBlock<'m>) {
        let name = machine
            .value("name")
            .and_then(|name| self.json_of(machine.file, name));
        self.role.machine_name = name.and_then(|name| name.as_str().map(str::to_owned));
    }

    /// Reads the policies of the role that `role_arn` names.
    pub(super) fn role_of(&mut self, machine: FoundBlock<'m>) {
        let Some(role) = machine.value("role_arn") else {
            self.unknown("the state machine has no `role_arn`");
            return;
        };
        let (file, role) = self.resolved(machine.file, role);
        let source = source_of(file, role);
        let Some(name) = reference(&source, "aws_iam_role", &["arn"]) else {
            self.unknown(&format!(
                "the policies of the role `{source}` are not in these files"
            ));
            return;
        };
        let Some(found) = find(self.module, "resource", "aws_iam_role", &name) else {
            self.unknown(&format!("the role `{source}` is not in these files"));
            return;
        };
        self.role.has_boundary = found.value("permissions_boundary").is_some();
        for block in found.body.blocks() {
            match block.ident.as_str() {
                "inline_policy" => {
                    let body = &block.body;
                    let inline = FoundBlock {
                        file: found.file,
                        body,
                    };
                    self.policy(inline, "an inline policy");
                }
                "dynamic" => self.unknown("Terraform computes blocks of the role"),
                _ => {}
            }
        }
        if let Some(managed) = found.value("managed_policy_arns") {
            self.managed_list(found.file, managed);
        }
        let role_name = found.value("name").map(|name| source_of(found.file, name));
        let is_role = |file: &TerraformFile, value: &Expression| {
            let source = source_of(file, value);
            reference(&source, "aws_iam_role", &["name", "id", "arn"]).as_ref() == Some(&name)
                || role_name
                    .as_ref()
                    .is_some_and(|role_name| *role_name == source)
        };
        for kind in ["aws_iam_role_policy", "aws_iam_role_policy_attachment"] {
            for (policy, block) in blocks(self.module, "resource", kind) {
                let role = block
                    .value("role")
                    .map(|role| self.resolved(block.file, role));
                if !role.is_some_and(|(file, role)| is_role(file, role)) {
                    continue;
                }
                let exists = self.exists(block);
                if exists == Some(false) {
                    continue;
                }
                if exists.is_none() && !self.each(block, kind) {
                    self.unknown(&format!("`{kind}.{policy}` depends on a condition"));
                } else if exists.is_none() {
                    // `each` has added the policies.
                } else if kind == "aws_iam_role_policy" {
                    self.policy(block, &format!("`{kind}.{policy}`"));
                } else if let Some(arn) = block.value("policy_arn") {
                    self.managed(block.file, arn);
                }
            }
        }
        for (policy, block) in blocks(self.module, "resource", "aws_iam_policy_attachment") {
            let roles = block
                .value("roles")
                .map(|roles| source_of(block.file, roles));
            if roles.is_some_and(|roles| roles.contains(&format!("aws_iam_role.{name}."))) {
                match block
                    .value("policy_arn")
                    .filter(|_| self.exists(block) == Some(true))
                {
                    Some(arn) => self.managed(block.file, arn),
                    None => self.unknown(&format!(
                        "`aws_iam_policy_attachment.{policy}` depends on a condition"
                    )),
                }
            }
        }
    }

    pub(super) fn unknown(&mut self, reason: &str) {
        self.role.unknown.push(reason.to_owned());
    }

    /// Whether Terraform creates a block; `None` if it may create none, or several.
    fn exists(&self, block: FoundBlock<'m>) -> Option<bool> {
        if block.value("for_each").is_some() {
            return None;
        }
        match block.value("count") {
            Some(count) => Some(self.constants.value(count)?.as_u64()? > 0),
            None => Some(true),
        }
    }

    /// Adds the managed policies of an attachment for each ARN of a constant list
    /// (`policy_arn = each.value`). Returns whether it is one.
    fn each(&mut self, block: FoundBlock<'m>, kind: &str) -> bool {
        let arn = block
            .value("policy_arn")
            .map(|arn| source_of(block.file, arn));
        let is_item = arn.is_some_and(|arn| ["each.value", "each.key"].contains(&&*arn));
        let list = block.value("for_each").map(|list| match list {
            Expression::FuncCall(call) if is_call(call, "toset") => {
                call.args.iter().next().unwrap_or(list)
            }
            list => list,
        });
        let arns = list.and_then(|list| self.constants.value(list));
        let arns = arns.as_ref().and_then(|arns| arns.as_array());
        let arns: Option<Vec<String>> = arns.and_then(|arns| {
            let arns = arns.iter().map(|arn| arn.as_str().map(str::to_owned));
            arns.collect()
        });
        let Some(arns) = arns.filter(|_| is_item && kind == "aws_iam_role_policy_attachment")
        else {
            return false;
        };
        self.role.managed.extend(arns);
        true
    }

    /// Returns a value as JSON, with placeholders for what Terraform computes.
    pub(super) fn json_of(&self, file: &'m TerraformFile, value: &'m Expression) -> Option<Json> {
        let (file, value) = self.resolved(file, value);
        parsed(&DefinitionText::of_value(&file.text, value, &self.constants)?.text)
    }

    /// Whether an argument that is `default` otherwise is true; `None` if Terraform computes it.
    pub(super) fn flag(&self, block: FoundBlock<'m>, name: &str, default: bool) -> Option<bool> {
        match block.value(name) {
            Some(value) => self.with_defaults.value(value)?.as_bool(),
            None => Some(default),
        }
    }

    /// Follows locals.
    fn resolved(
        &self,
        mut file: &'m TerraformFile,
        mut value: &'m Expression,
    ) -> (&'m TerraformFile, &'m Expression) {
        for _ in 0..MOST_PARTS {
            let next = match value {
                Expression::Parenthesis(inner) => Some((file, inner.inner())),
                other => local(self.module, other)
                    .and_then(|(index, value)| Some((self.module.files.get(index)?, value))),
            };
            match next {
                Some(next) => (file, value) = next,
                None => break,
            }
        }
        (file, value)
    }

    pub(super) fn managed_list(&mut self, file: &'m TerraformFile, list: &'m Expression) {
        let (file, list) = self.resolved(file, list);
        match list {
            Expression::Array(items) => {
                for item in items.iter() {
                    self.managed(file, item);
                }
            }
            _ => self.unknown("Terraform computes the managed policies of the role"),
        }
    }

    /// Adds a policy by its ARN.
    pub(super) fn managed(&mut self, file: &'m TerraformFile, arn: &'m Expression) {
        let (file, arn) = self.resolved(file, arn);
        if let Expression::String(_) | Expression::StringTemplate(_) = arn
            && let Some(Json::String(arn)) = &self.json_of(file, arn)
        {
            self.role.managed.push(arn.clone());
            return;
        }
        let source = source_of(file, arn);
        if let Some(arn) = self.managed_data(&source) {
            self.role.managed.push(arn);
            return;
        }
        let policy = reference(&source, "aws_iam_policy", &["arn"]);
        let found = policy
            .as_deref()
            .and_then(|name| find(self.module, "resource", "aws_iam_policy", name));
        match found {
            Some(block) if self.exists(block) == Some(true) => {
                self.policy(block, &format!("`{source}`"));
            }
            Some(_) => self.unknown(&format!("`{source}` depends on a condition")),
            None => self.unknown(&format!(
                "the content of the policy `{source}` is not in these files"
            )),
        }
    }

    /// The ARN or the name of the policy that `data.aws_iam_policy.NAME.arn` finds.
    fn managed_data(&self, source: &str) -> Option<String> {
        let name = reference(source.strip_prefix("data.")?, "aws_iam_policy", &["arn"])?;
        let found = find(self.module, "data", "aws_iam_policy", &name)?;
        let given = found.value("arn").or_else(|| found.value("name"))?;
        self.constants.text(given)
    }

    /// Adds the document in the attribute `policy` of a block.
    fn policy(&mut self, block: FoundBlock<'m>, name: &str) {
        let Some(value) = block.value("policy") else {
            self.unknown(&format!("{name} has no `policy`"));
            return;
        };
        self.add_document(block.file, value, name);
    }

    /// Adds the document in an expression; `name` is that of its policy in messages.
    pub(super) fn add_document(
        &mut self,
        file: &'m TerraformFile,
        value: &'m Expression,
        name: &str,
    ) {
        match self.document(file, value, MOST_NESTED) {
            Some(document) => self.role.documents.push(document),
            None => self.unknown(&format!("Terraform computes the document of {name}")),
        }
    }

    /// Returns the document in an expression.
    fn document(
        &self,
        file: &'m TerraformFile,
        value: &'m Expression,
        left: usize,
    ) -> Option<Json> {
        let (file, value) = self.resolved(file, value);
        match value {
            Expression::FuncCall(call) if is_call(call, "jsonencode") => {
                self.json_of(file, call.args.iter().next()?)
            }
            Expression::String(text) => parsed(text.as_str()),
            Expression::HeredocTemplate(heredoc) => {
                parsed(&self.text_of(file, heredoc.template.iter())?)
            }
            Expression::StringTemplate(template) => parsed(&self.text_of(file, template.iter())?),
            other => {
                let source = source_of(file, other);
                let data = source.strip_prefix("data.").unwrap_or_default();
                let data = reference(data, "aws_iam_policy_document", &["json", "minified_json"]);
                self.data_document(&data?, left)
            }
        }
    }

    /// Returns the document of `data.aws_iam_policy_document.NAME`, with the statements of its
    /// source documents.
    fn data_document(&self, name: &str, left: usize) -> Option<Json> {
        let left = left.checked_sub(1)?;
        let found = find(self.module, "data", "aws_iam_policy_document", name)?;
        let computed = ["override_policy_documents", "source_json", "override_json"];
        let is_computed = computed.iter().any(|name| found.value(name).is_some());
        if is_computed || self.exists(found) != Some(true) {
            return None;
        }
        let mut statements = Vec::new();
        if let Some(sources) = found.value("source_policy_documents") {
            let (file, sources) = self.resolved(found.file, sources);
            for source in sources.as_array()?.iter() {
                let source = self.document(file, source, left)?;
                match source.get("Statement")? {
                    Json::Array(list) => statements.extend(list.iter().cloned()),
                    one => statements.push(one.clone()),
                }
            }
        }
        for block in found.body.blocks() {
            match block.ident.as_str() {
                "statement" => statements.push(self.statement(found.file, &block.body)?),
                _ => return None,
            }
        }
        let mut document = Object::new();
        document.insert("Statement".to_owned(), Json::Array(statements));
        Some(Json::Object(document))
    }

    /// Joins the elements of a text, with placeholders for what Terraform computes; `None` for
    /// directives.
    fn text_of<'e>(
        &self,
        file: &TerraformFile,
        elements: impl Iterator<Item = &'e Element>,
    ) -> Option<String> {
        let mut text = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.as_str()),
                Element::Interpolation(one) => {
                    let placeholder = || format!("${{{}}}", source_of(file, &one.expr));
                    text.push_str(&self.constants.text(&one.expr).unwrap_or_else(placeholder));
                }
                Element::Directive(_) => return None,
            }
        }
        Some(text)
    }

    fn statement(&self, file: &'m TerraformFile, body: &'m Body) -> Option<Json> {
        let block = FoundBlock { file, body };
        let mut members = Object::new();
        members.insert("Effect".to_owned(), Json::from("Allow"));
        for (attribute, member) in STATEMENT_MEMBERS {
            if let Some(value) = block.value(attribute) {
                members.insert(member.to_owned(), self.json_of(file, value)?);
            }
        }
        let mut conditions = Object::new();
        for inner in body.blocks() {
            match inner.ident.as_str() {
                "condition" => {
                    let block = FoundBlock {
                        file,
                        body: &inner.body,
                    };
                    let of = |name: &str| self.json_of(file, block.value(name)?);
                    let (test, variable) = (of("test")?, of("variable")?);
                    let (test, variable) =
                        (test.as_str()?.to_owned(), variable.as_str()?.to_owned());
                    let keys = conditions
                        .entry(test)
                        .or_insert_with(|| Json::Object(Object::new()));
                    keys.as_object_mut()?.insert(variable, of("values")?);
                }
                // The principals of the policy of a role are those of the role.
                "principals" | "not_principals" => {}
                _ => return None,
            }
        }
        if !conditions.is_empty() {
            members.insert("Condition".to_owned(), Json::Object(conditions));
        }
        Some(Json::Object(members))
    }
}

/// Returns the name in a reference to an attribute of a resource: `orders` in
/// `aws_iam_role.orders.arn`. A reference to one of several (`[0]`, `[each.key]`) has none.
fn reference(source: &str, kind: &str, attributes: &[&str]) -> Option<String> {
    let rest = source.strip_prefix(kind)?.strip_prefix('.')?;
    let (name, attribute) = rest.split_once('.')?;
    let is_name = name
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    (is_name && attributes.contains(&attribute)).then(|| name.to_owned())
}

/// Returns the text of an expression in its file.
fn source_of(file: &TerraformFile, value: &Expression) -> String {
    let span = value.span().unwrap_or_default();
    let text = file.text.get(span).unwrap_or_default();
    text.trim().to_owned()
}

/// Whether a logging level writes logs.
pub(super) fn is_logging_level(level: Option<&str>) -> bool {
    level.is_some_and(|level| level != "OFF")
}

fn parsed(text: &str) -> Option<Json> {
    let document = Document::parse_with_placeholders(text).ok()?;
    Some(document.json().clone())
}
