//! Terraform files: their locals, and their state machines.

mod choices;
mod machines;
mod rendering;
mod text;

pub(crate) use self::machines::machines;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::template::Element;
use stepwright_asl::Diagnostic;

use crate::definitions::input;
use crate::failure::Failure;

/// Maximum number of locals and text parts in a path.
pub(crate) const MOST_PARTS: usize = 256;

/// Whether a file is a Terraform file.
pub(crate) fn is_terraform(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "tf")
}

/// A Terraform file.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) body: Body,
}

/// The files of a folder, which may use each other's locals.
pub(crate) struct Module {
    pub(crate) folder: PathBuf,
    pub(crate) files: Vec<File>,
    /// Each local value: the index of its file and its expression.
    pub(crate) locals: HashMap<String, (usize, Expression)>,
}

impl Module {
    /// Reads a file and the other files of its folder.
    pub(crate) fn read(path: &Path) -> Result<Module, Failure> {
        Module::around(parse(path)?)
    }

    /// Reads the other files of the file's folder.
    fn around(file: File) -> Result<Module, Failure> {
        let path = file.path.clone();
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut files = vec![file];
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &folder
        };
        let entries = here.read_dir().into_iter().flatten().flatten();
        let mut others: Vec<PathBuf> = entries
            .map(|entry| folder.join(entry.file_name()))
            .collect();
        others.sort();
        for other in others
            .iter()
            .filter(|other| is_terraform(other) && **other != path)
        {
            files.push(parse(other)?);
        }
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
        Ok(Module {
            folder,
            files,
            locals,
        })
    }
}

fn parse(path: &Path) -> Result<File, Failure> {
    let text = input::read(path)?;
    let body = hcl_edit::parser::parse_body(&text)
        .map_err(|error| Failure::Failed(format!("{} cannot be read:\n{error}", path.display())))?;
    Ok(File {
        path: path.to_owned(),
        text,
        body,
    })
}

pub(crate) fn is_call(call: &FuncCall, name: &str) -> bool {
    let is_core = |space: &hcl_edit::Decorated<hcl_edit::Ident>| space.as_str() == "core";
    call.name.name.as_str() == name && call.name.namespace.iter().all(is_core)
}

pub(crate) fn name_of(key: &ObjectKey) -> Option<(String, Range<usize>)> {
    match key {
        ObjectKey::Ident(name) => Some((name.as_str().to_owned(), name.span()?)),
        ObjectKey::Expression(Expression::String(name)) => {
            Some((name.as_str().to_owned(), name.span()?))
        }
        ObjectKey::Expression(_) => None,
    }
}

/// The name and the value of `local.name`.
pub(crate) fn local<'m, 'e>(
    module: &'m Module,
    expression: &'e Expression,
) -> Option<(&'e str, &'m (usize, Expression))> {
    let (root, name) = attribute_of(expression)?;
    let value = module.locals.get(name).filter(|_| root == "local")?;
    Some((name, value))
}

/// `path` and `module` for `path.module`.
pub(crate) fn attribute_of(expression: &Expression) -> Option<(&str, &str)> {
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

/// The path of a file, relative to the folder of the module, built from at most `left` more parts.
pub(crate) fn path_of(
    module: &Module,
    expression: &Expression,
    left: &mut usize,
) -> Option<String> {
    *left = left.checked_sub(1)?;
    match expression {
        Expression::String(path) => Some(path.as_str().to_owned()),
        Expression::Parenthesis(inner) => path_of(module, inner.inner(), left),
        Expression::StringTemplate(template) => {
            let mut path = String::new();
            for element in template.iter() {
                match element {
                    Element::Literal(text) => path.push_str(text),
                    Element::Interpolation(one) => {
                        path.push_str(&path_of(module, &one.expr, left)?)
                    }
                    Element::Directive(_) => return None,
                }
            }
            Some(path)
        }
        other => match attribute_of(other)? {
            ("path", "module" | "root" | "cwd") => Some(".".to_owned()),
            ("local", name) => path_of(module, &module.locals.get(name)?.1, left),
            _ => None,
        },
    }
}

/// Sets the position of the diagnostic in the text.
pub(crate) fn placed(mut diagnostic: Diagnostic, text: &str, offset: usize) -> Diagnostic {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    diagnostic.location.line = before.matches('\n').count() + 1;
    diagnostic.location.column = line.chars().count() + 1;
    diagnostic.location.offset = offset;
    diagnostic
}
