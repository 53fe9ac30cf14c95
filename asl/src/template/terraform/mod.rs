//! Terraform files: their locals, and their state machines.
//!
//! A caller reads the files; this module knows their texts only.
//!
//! ```
//! use stepwright_asl::template::terraform::{Module, TerraformDefinition, TerraformFile, machines};
//!
//! let text = r#"resource "aws_sfn_state_machine" "orders" {
//!   definition = jsonencode({ StartAt = "A", States = { A = { Type = "Succeed" } } })
//! }"#;
//! let module = Module::of(vec![TerraformFile::parse("main.tf", text.to_owned())?]);
//! let found = machines(&module);
//! let TerraformDefinition::Texts { texts, .. } = &found[0].definition else {
//!     panic!("the definition is in the file");
//! };
//! let json = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed" } } }"#;
//! assert_eq!((&*found[0].name, &*texts.texts[0].text), ("orders", json));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod arguments;
mod choices;
mod constants;
mod location;
mod machines;
mod module_role;
mod path;
mod rendering;
mod roles;
mod text;

pub use arguments::TemplateArguments;
pub use location::DeploymentLocation;
pub use machines::{
    FileKind, TerraformDefinition, TerraformMachine, TextEncoding, has_machines, machines,
};
pub use path::path_of;
pub use rendering::Renderings;
pub use roles::{TerraformRole, machine_role};
pub use text::DefinitionText;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Block, Body};

/// Maximum number of locals and text parts in a path.
pub const MOST_PARTS: usize = 256;

/// A Terraform file.
#[derive(Debug)]
#[non_exhaustive]
pub struct TerraformFile {
    /// The path.
    pub path: PathBuf,
    /// The text.
    pub text: String,
    /// The parsed text.
    pub body: Body,
}

impl TerraformFile {
    /// Parses a file.
    ///
    /// # Errors
    ///
    /// If the text is not valid.
    pub fn parse(
        path: impl Into<PathBuf>,
        text: String,
    ) -> Result<TerraformFile, hcl_edit::parser::Error> {
        let body = hcl_edit::parser::parse_body(&text)?;
        Ok(TerraformFile {
            path: path.into(),
            text,
            body,
        })
    }
}

/// The files of a folder, which may use each other's locals.
#[derive(Debug)]
#[non_exhaustive]
pub struct Module {
    /// The folder of the first file.
    pub folder: PathBuf,
    /// The files.
    pub files: Vec<TerraformFile>,
    /// Each local value: the index of its file and its expression.
    pub locals: HashMap<String, (usize, Expression)>,
    /// The variables with the definition of a state machine, by the source of each called module
    /// that a caller has read.
    pub definition_variables: HashMap<String, Vec<String>>,
}

impl Module {
    /// The module of the files of one folder.
    pub fn of(files: Vec<TerraformFile>) -> Module {
        let path = files.first().and_then(|file| file.path.parent());
        let folder = path.unwrap_or(Path::new("")).to_owned();
        let mut locals = HashMap::new();
        for (index, file) in files.iter().enumerate() {
            let blocks = file
                .body
                .blocks()
                .filter(|block| block.ident.as_str() == "locals");
            for attribute in blocks.flat_map(|block| block.body.attributes()) {
                let name = attribute.key.as_str().to_owned();
                locals.insert(name, (index, attribute.value.clone()));
            }
        }
        Module {
            folder,
            files,
            locals,
            definition_variables: HashMap::new(),
        }
    }

    /// The names and the sources of the modules that the first file calls.
    pub fn called_modules(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.first().into_iter();
        let blocks = files.flat_map(|file| file.body.blocks());
        blocks.filter_map(|block| Some((block.labels.first()?.as_str(), source_of(block)?)))
    }

    /// The variables of this module that are the definition of one of its state machines.
    pub fn variables_with_definitions(&self) -> Vec<String> {
        let blocks = self.files.iter().flat_map(|file| file.body.blocks());
        let definitions = blocks.filter(|block| machines::is_resource(block));
        let definitions =
            definitions.filter_map(|block| Some(&block.body.get_attribute("definition")?.value));
        let mut names: Vec<String> = definitions
            .filter_map(|value| self.variable_of(value, MOST_PARTS))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The name of the variable that an expression passes on.
    fn variable_of(&self, value: &Expression, left: usize) -> Option<String> {
        let left = left.checked_sub(1)?;
        match value {
            Expression::Parenthesis(inner) => self.variable_of(inner.inner(), left),
            Expression::FuncCall(call)
                if ["jsonencode", "jsondecode", "yamldecode", "tostring"]
                    .iter()
                    .any(|name| is_call(call, name)) =>
            {
                self.variable_of(call.args.iter().next()?, left)
            }
            other => match attribute_of(other)? {
                ("var", name) => Some(name.to_owned()),
                ("local", name) => self.variable_of(&self.locals.get(name)?.1, left),
                _ => None,
            },
        }
    }
}

/// The literal source of a called module.
fn source_of(block: &Block) -> Option<&str> {
    let source = block.body.get_attribute("source")?;
    let is_module = block.ident.as_str() == "module";
    source.value.as_str().filter(|_| is_module)
}

/// Whether a call is of a function of Terraform.
pub fn is_call(call: &FuncCall, name: &str) -> bool {
    let is_core = |space: &hcl_edit::Decorated<hcl_edit::Ident>| space.as_str() == "core";
    call.name.name.as_str() == name && call.name.namespace.iter().all(is_core)
}

/// The name of a key and its range; `None` if it is computed.
pub fn name_of(key: &ObjectKey) -> Option<(String, Range<usize>)> {
    match key {
        ObjectKey::Ident(name) => Some((name.as_str().to_owned(), name.span()?)),
        ObjectKey::Expression(Expression::String(name)) => {
            Some((name.as_str().to_owned(), name.span()?))
        }
        ObjectKey::Expression(_) => None,
    }
}

/// The value of `local.name`, of `local.name.member` or of `local.name["member"]`, with the index
/// of its file.
pub fn local<'m>(module: &'m Module, expression: &Expression) -> Option<(usize, &'m Expression)> {
    let Expression::Traversal(traversal) = expression else {
        return None;
    };
    let Expression::Variable(root) = &traversal.expr else {
        return None;
    };
    let (first, members) = traversal.operators.split_first()?;
    let TraversalOperator::GetAttr(name) = first.value() else {
        return None;
    };
    let (file, value) = module.locals.get(name.as_str())?;
    let value = members.iter().try_fold(value, |value, member| {
        let key = match member.value() {
            TraversalOperator::GetAttr(name) => name.as_str(),
            TraversalOperator::Index(key) => key.as_str()?,
            _ => return None,
        };
        let mut members = value.as_object()?.iter();
        let is_named = |name: &ObjectKey| name_of(name).is_some_and(|(name, _)| name == key);
        let (_, member) = members.find(|(name, _)| is_named(name))?;
        Some(member.expr())
    });
    Some((*file, value.filter(|_| root.as_str() == "local")?))
}

/// `path` and `module` for `path.module`.
pub fn attribute_of(expression: &Expression) -> Option<(&str, &str)> {
    let Expression::Traversal(traversal) = expression else {
        return None;
    };
    let Expression::Variable(root) = &traversal.expr else {
        return None;
    };
    match traversal.operators.as_slice() {
        [only] => match only.value() {
            TraversalOperator::GetAttr(name) => Some((root.as_str(), name.as_str())),
            _ => None,
        },
        _ => None,
    }
}
