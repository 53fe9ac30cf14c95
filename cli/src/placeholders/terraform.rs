//! Calls of `templatefile` in Terraform's files.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Attribute, Body};
use hcl_edit::template::Element;
use hcl_edit::visit::{self, Visit};
use stepwright_asl::placeholder::{Mismatch, mismatches};
use stepwright_asl::template::Use;
use stepwright_asl::{Finding, Severity};

use super::check::{Wanted, is_terraform};
use super::machine::{Machine, is_definition};
use super::supplied::{Supplied, Wrong};
use crate::failure::Failure;
use crate::input;
use crate::report;

/// A file of Terraform.
struct File {
    path: PathBuf,
    text: String,
    body: Body,
}

/// The files of a folder, which may use the locals of each other.
pub(super) struct Module {
    folder: PathBuf,
    files: Vec<File>,
    /// Each local value: its file and its attribute.
    locals: HashMap<String, (usize, Expression)>,
}

impl Module {
    /// Reads a file and the other files of its folder.
    pub(super) fn read(path: &Path) -> Result<Module, Failure> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut files = vec![parse(path)?];
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
            .filter(|other| is_terraform(other) && *other != path)
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

    /// Checks the calls in one of the files.
    pub(super) fn check(
        &self,
        path: &Path,
        wanted: Option<&Wanted>,
    ) -> Result<Vec<Supplied>, Failure> {
        let Some(index) = self.files.iter().position(|file| file.path == path) else {
            return Ok(Vec::new());
        };
        let mut calls = Calls::default();
        calls.visit_body(&self.files[index].body);
        let mut checked = Vec::new();
        for call in calls.found {
            checked.extend(of_call(self, index, &call, wanted)?);
        }
        Ok(checked)
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

/// A call that reads a definition.
struct Call {
    call: FuncCall,
    /// Whether it is `file(..)`, which fills nothing in.
    is_plain: bool,
}

/// Finds the calls.
#[derive(Default)]
struct Calls {
    found: Vec<Call>,
}

impl Visit for Calls {
    fn visit_attr(&mut self, attribute: &Attribute) {
        // `file(..)` alone may read anything; as the definition of a machine it does not fill in what is to be filled in.
        if attribute.key.as_str() == "definition"
            && let Expression::FuncCall(call) = &attribute.value
            && is_call(call, "file")
        {
            self.found.push(Call {
                call: FuncCall::clone(call),
                is_plain: true,
            });
        }
        visit::visit_attr(self, attribute);
    }

    fn visit_func_call(&mut self, call: &FuncCall) {
        if is_call(call, "templatefile") {
            self.found.push(Call {
                call: call.clone(),
                is_plain: false,
            });
        }
        visit::visit_func_call(self, call);
    }
}

fn is_call(call: &FuncCall, name: &str) -> bool {
    let is_core = |space: &hcl_edit::Decorated<hcl_edit::Ident>| space.as_str() == "core";
    call.name.name.as_str() == name && call.name.namespace.iter().all(is_core)
}

fn of_call(
    module: &Module,
    index: usize,
    call: &Call,
    wanted: Option<&Wanted>,
) -> Result<Option<Supplied>, Failure> {
    let file = &module.files[index];
    let arguments: Vec<&Expression> = call.call.args.iter().collect();
    let mut left = MOST_PARTS;
    let Some(path) = arguments
        .first()
        .and_then(|path| path_of(module, path, &mut left))
    else {
        return Ok(None);
    };
    let named = module.folder.join(path);
    let own;
    let machine = match wanted {
        Some(wanted) if wanted.is(&named) => &wanted.machine,
        Some(_) => return Ok(None),
        None => {
            if !named.is_file() {
                let (file, named) = (file.path.display(), named.display());
                report::note(&format!(
                    "{file}: {named} is not checked: there is no such file"
                ));
                return Ok(None);
            }
            let text = input::read(&named)?;
            if !is_definition(&named, &text) {
                return Ok(None);
            }
            own = Machine::of(&named, text)?;
            &own
        }
    };
    let uses = machine.uses();
    let place = arguments
        .get(1)
        .and_then(|variables| variables.span())
        .or_else(|| call.call.span());
    let at = Place {
        file: index,
        span: place.unwrap_or_default(),
    };
    let mut variables = Variables::default();
    if let Some(given) = arguments.get(1) {
        variables.read(module, index, given, 0);
    }
    let name = named
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    if variables.is_open {
        let shown = file.path.display();
        report::note(&format!(
            "{shown}: what is missing of {name} is not told: Terraform computes a part of the variables"
        ));
    }
    let wrong = variables
        .check(&uses, call.is_plain, &at)
        .into_iter()
        .map(|(place, finding)| {
            let file = &module.files[place.file];
            Wrong::new(
                placed(finding, &file.text, place.span.start),
                &file.path,
                &file.text,
            )
        });
    Ok(Some(Supplied {
        machine: name,
        template: file.path.clone(),
        wanted: uses.len(),
        wrong: wrong.collect(),
    }))
}

/// A place in a file of the module.
#[derive(Clone)]
struct Place {
    file: usize,
    span: Range<usize>,
}

/// The variables that a call gives.
#[derive(Default)]
struct Variables {
    given: Vec<(String, Place)>,
    /// Whether there may be others.
    is_open: bool,
    /// The locals that were read: one that is merged again gives the same again.
    read: HashSet<String>,
}

/// How many locals and calls of `merge` are followed into each other.
const MOST_STEPS: usize = 32;
/// How many locals and parts of texts a path may be made of.
const MOST_PARTS: usize = 256;

impl Variables {
    fn read(&mut self, module: &Module, file: usize, expression: &Expression, steps: usize) {
        if steps > MOST_STEPS {
            self.is_open = true;
            return;
        }
        match expression {
            Expression::Object(object) => {
                for (key, _) in object.iter() {
                    match name_of(key) {
                        Some((name, span)) => self.given.push((name, Place { file, span })),
                        None => self.is_open = true,
                    }
                }
            }
            Expression::Parenthesis(inner) => self.read(module, file, inner.inner(), steps + 1),
            Expression::FuncCall(call) if is_call(call, "merge") && !call.args.expand_final() => {
                for argument in call.args.iter() {
                    self.read(module, file, argument, steps + 1);
                }
            }
            other => match local(module, other) {
                Some((name, (file, value))) => {
                    if self.read.insert(name.to_owned()) {
                        self.read(module, *file, value, steps + 1);
                    }
                }
                None => self.is_open = true,
            },
        }
    }

    fn check(&self, uses: &[Use], is_plain: bool, at: &Place) -> Vec<(Place, Finding)> {
        let wanted: Vec<&str> = uses.iter().map(|one| one.name.as_str()).collect();
        let given: Vec<&str> = self.given.iter().map(|(name, _)| name.as_str()).collect();
        let error = |kind, message: String| Finding::new(kind, Severity::Error, message);
        let mut found = Vec::new();
        for mismatch in mismatches(&wanted, &given) {
            found.push(match mismatch {
                Mismatch::Missing { .. } if self.is_open => continue,
                Mismatch::Missing { wanted } => {
                    let (message, mend) = missing(&uses[wanted], is_plain);
                    (at.clone(), error("missing", message).suggest(mend))
                }
                Mismatch::Misspelt {
                    given,
                    wanted: meant,
                } => {
                    let (name, place) = &self.given[given];
                    let finding = error(
                        "misspelt",
                        format!("the definition has no placeholder `${{{name}}}`"),
                    );
                    (
                        place.clone(),
                        finding.suggest(format!("did you mean `{}`?", wanted[meant])),
                    )
                }
                Mismatch::Unknown { given } => {
                    let (name, place) = &self.given[given];
                    // It changes nothing.
                    let message = format!("the definition has no placeholder `${{{name}}}`");
                    let finding = Finding::new("unknown", Severity::Warning, message);
                    (place.clone(), finding.suggest("take the variable out"))
                }
                _ => continue,
            });
        }
        found
    }
}

fn missing(one: &Use, is_plain: bool) -> (String, String) {
    let name = one.described();
    if is_plain {
        let message = format!("the definition has {name}, and `file` gives it no value");
        return (
            message,
            "read it by `templatefile`, with its variables".to_owned(),
        );
    }
    let message = format!("the definition has {name}, and `templatefile` gives it no value");
    (message, format!("add `{}` to its variables", one.name))
}

fn name_of(key: &ObjectKey) -> Option<(String, Range<usize>)> {
    match key {
        ObjectKey::Ident(name) => Some((name.as_str().to_owned(), name.span()?)),
        ObjectKey::Expression(Expression::String(name)) => {
            Some((name.as_str().to_owned(), name.span()?))
        }
        ObjectKey::Expression(_) => None,
    }
}

/// The name and the value of `local.name`.
fn local<'m, 'e>(
    module: &'m Module,
    expression: &'e Expression,
) -> Option<(&'e str, &'m (usize, Expression))> {
    let (root, name) = attribute_of(expression)?;
    let value = module.locals.get(name).filter(|_| root == "local")?;
    Some((name, value))
}

/// `path` and `module` of `path.module`.
fn attribute_of(expression: &Expression) -> Option<(&str, &str)> {
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

/// The path of a file, from the folder of the module, as far as `left` more parts make it up.
fn path_of(module: &Module, expression: &Expression, left: &mut usize) -> Option<String> {
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

/// The same at a place of a text.
fn placed(mut finding: Finding, text: &str, offset: usize) -> Finding {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    finding.line = before.matches('\n').count() + 1;
    finding.column = line.chars().count() + 1;
    finding.offset = offset;
    finding
}
