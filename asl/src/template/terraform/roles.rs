//! The role of a state machine in Terraform files: its policy documents, as far as text decides.

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::Element;

use super::text::DefinitionText;
use super::{MOST_PARTS, Module, TerraformFile, is_call, local};
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
}

/// A block with its file.
#[derive(Clone, Copy)]
struct FoundBlock<'m> {
    file: &'m TerraformFile,
    body: &'m Body,
}

struct RoleReader<'m> {
    module: &'m Module,
    role: TerraformRole,
}

/// Returns the role of the machine `aws_sfn_state_machine.NAME`; `None` if the files lack it.
pub fn machine_role(module: &Module, machine: &str) -> Option<TerraformRole> {
    let found = find(module, "resource", "aws_sfn_state_machine", machine)?;
    let mut reader = RoleReader {
        module,
        role: TerraformRole {
            machine: machine.to_owned(),
            ..TerraformRole::default()
        },
    };
    reader.of_machine(found);
    Some(reader.role)
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
    fn value(&self, name: &str) -> Option<&'m Expression> {
        let attribute = self.body.get_attribute(name)?;
        Some(&attribute.value)
    }

    /// Whether Terraform may create none of it, or several.
    fn is_conditional(&self) -> bool {
        ["count", "for_each"]
            .iter()
            .any(|name| self.value(name).is_some())
    }
}

impl<'m> RoleReader<'m> {
    fn of_machine(&mut self, machine: FoundBlock<'m>) {
        if let Some(name) = machine.value("name") {
            let (file, name) = self.resolved(machine.file, name);
            let name = json_of(file, name);
            self.role.machine_name = name.and_then(|name| name.as_str().map(str::to_owned));
        }
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
                if block.is_conditional() {
                    self.unknown(&format!("`{kind}.{policy}` depends on a condition"));
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
                    .filter(|_| !block.is_conditional())
                {
                    Some(arn) => self.managed(block.file, arn),
                    None => self.unknown(&format!(
                        "`aws_iam_policy_attachment.{policy}` depends on a condition"
                    )),
                }
            }
        }
    }

    fn unknown(&mut self, reason: &str) {
        self.role.unknown.push(reason.to_owned());
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
                    .and_then(|(_, (index, value))| Some((self.module.files.get(*index)?, value))),
            };
            match next {
                Some(next) => (file, value) = next,
                None => break,
            }
        }
        (file, value)
    }

    fn managed_list(&mut self, file: &'m TerraformFile, list: &'m Expression) {
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
    fn managed(&mut self, file: &'m TerraformFile, arn: &'m Expression) {
        let (file, arn) = self.resolved(file, arn);
        if let Expression::String(arn) = arn {
            self.role.managed.push(arn.as_str().to_owned());
            return;
        }
        let source = source_of(file, arn);
        let policy = reference(&source, "aws_iam_policy", &["arn"]);
        let found = policy
            .as_deref()
            .and_then(|name| find(self.module, "resource", "aws_iam_policy", name));
        match found {
            Some(block) if !block.is_conditional() => self.policy(block, &format!("`{source}`")),
            Some(_) => self.unknown(&format!("`{source}` depends on a condition")),
            None => self.unknown(&format!(
                "the content of the policy `{source}` is not in these files"
            )),
        }
    }

    /// Adds the document in the attribute `policy` of a block.
    fn policy(&mut self, block: FoundBlock<'m>, name: &str) {
        let Some(value) = block.value("policy") else {
            self.unknown(&format!("{name} has no `policy`"));
            return;
        };
        let (file, value) = self.resolved(block.file, value);
        let document = match value {
            Expression::FuncCall(call) if is_call(call, "jsonencode") => {
                let argument = call.args.iter().next();
                let argument = argument.map(|argument| self.resolved(file, argument));
                argument.and_then(|(file, argument)| json_of(file, argument))
            }
            Expression::String(text) => parsed(text.as_str()),
            Expression::HeredocTemplate(heredoc) => {
                text_of(file, heredoc.template.iter()).and_then(|text| parsed(&text))
            }
            Expression::StringTemplate(template) => {
                text_of(file, template.iter()).and_then(|text| parsed(&text))
            }
            other => {
                let source = source_of(file, other);
                let data = source.strip_prefix("data.").unwrap_or_default();
                let data = reference(data, "aws_iam_policy_document", &["json", "minified_json"]);
                data.and_then(|name| self.data_document(&name))
            }
        };
        match document {
            Some(document) => self.role.documents.push(document),
            None => self.unknown(&format!("Terraform computes the document of {name}")),
        }
    }

    /// Returns the document of `data.aws_iam_policy_document.NAME`.
    fn data_document(&self, name: &str) -> Option<Json> {
        let found = find(self.module, "data", "aws_iam_policy_document", name)?;
        let computed = [
            "source_policy_documents",
            "override_policy_documents",
            "source_json",
            "override_json",
        ];
        let is_computed = computed.iter().any(|name| found.value(name).is_some());
        if is_computed || found.is_conditional() {
            return None;
        }
        let mut statements = Vec::new();
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

    fn statement(&self, file: &'m TerraformFile, body: &'m Body) -> Option<Json> {
        const MEMBERS: [(&str, &str); 6] = [
            ("sid", "Sid"),
            ("effect", "Effect"),
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ];
        let block = FoundBlock { file, body };
        let mut members = Object::new();
        members.insert("Effect".to_owned(), Json::from("Allow"));
        for (attribute, member) in MEMBERS {
            if let Some(value) = block.value(attribute) {
                let (file, value) = self.resolved(file, value);
                members.insert(member.to_owned(), json_of(file, value)?);
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
                    let of = |name: &str| json_of(file, block.value(name)?);
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

/// Returns a value as JSON, with placeholders for what Terraform computes.
fn json_of(file: &TerraformFile, value: &Expression) -> Option<Json> {
    parsed(&DefinitionText::of_value(&file.text, value)?.text)
}

/// Joins the elements of a text, with placeholders for interpolations; `None` for directives.
fn text_of<'e>(
    file: &TerraformFile,
    elements: impl Iterator<Item = &'e Element>,
) -> Option<String> {
    let mut text = String::new();
    for element in elements {
        match element {
            Element::Literal(literal) => text.push_str(literal.as_str()),
            Element::Interpolation(one) => {
                text.push_str(&format!("${{{}}}", source_of(file, &one.expr)));
            }
            Element::Directive(_) => return None,
        }
    }
    Some(text)
}

fn parsed(text: &str) -> Option<Json> {
    let document = Document::parse_with_placeholders(text).ok()?;
    Some(document.json().clone())
}
