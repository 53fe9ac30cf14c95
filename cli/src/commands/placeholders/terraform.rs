//! Calls of `templatefile` in Terraform files.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall};
use hcl_edit::structure::Attribute;
use hcl_edit::visit::{self, Visit};
use stepwright_asl::placeholder::{Mismatch, mismatches};
use stepwright_asl::template::NameUse;
use stepwright_asl::{Diagnostic, Severity};

use super::checked_machine::{CheckedMachine, PlaceholderProblem};
use super::checked_scope::CheckedScope;
use super::machine::{PlaceholderMachine, is_definition};
use crate::definitions::named_file;
use crate::definitions::terraform::{MOST_PARTS, Module, is_call, local, name_of, path_of, placed};
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// Checks the calls in one of the files of a module.
pub(super) fn check(
    module: &Module,
    path: &Path,
    wanted: Option<&CheckedScope>,
) -> Result<Vec<CheckedMachine>, Failure> {
    let Some(index) = module.files.iter().position(|file| file.path == path) else {
        return Ok(Vec::new());
    };
    let mut calls = Calls::default();
    calls.visit_body(&module.files[index].body);
    let mut checked = Vec::new();
    for call in calls.found {
        checked.extend(of_call(module, index, &call, wanted)?);
    }
    Ok(checked)
}

/// A call that reads a definition.
struct TemplatefileCall {
    call: FuncCall,
    /// Whether it is `file(..)`, which replaces no placeholders.
    is_plain: bool,
}

/// Finds the calls.
#[derive(Default)]
struct Calls {
    found: Vec<TemplatefileCall>,
}

impl Visit for Calls {
    fn visit_attr(&mut self, attribute: &Attribute) {
        // `file(..)` may read any file. As the definition of a machine, it does not replace the
        // placeholders.
        if attribute.key.as_str() == "definition"
            && let Expression::FuncCall(call) = &attribute.value
            && is_call(call, "file")
        {
            self.found.push(TemplatefileCall {
                call: FuncCall::clone(call),
                is_plain: true,
            });
        }
        visit::visit_attr(self, attribute);
    }

    fn visit_func_call(&mut self, call: &FuncCall) {
        if is_call(call, "templatefile") {
            self.found.push(TemplatefileCall {
                call: call.clone(),
                is_plain: false,
            });
        }
        visit::visit_func_call(self, call);
    }
}

fn of_call(
    module: &Module,
    index: usize,
    call: &TemplatefileCall,
    wanted: Option<&CheckedScope>,
) -> Result<Option<CheckedMachine>, Failure> {
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
                diagnostics::note(&format!(
                    "{file}: {named} is not checked: there is no such file"
                ));
                return Ok(None);
            }
            let text = named_file::of_module(&module.folder, &named)?;
            if !is_definition(&named, &text) {
                return Ok(None);
            }
            own = PlaceholderMachine::of(&named, text)?;
            &own
        }
    };
    let uses = machine.uses(|_| false);
    let place = arguments
        .get(1)
        .and_then(|variables| variables.span())
        .or_else(|| call.call.span());
    let at = ModulePosition {
        file: index,
        span: place.unwrap_or_default(),
    };
    let mut variables = TerraformVariables::default();
    if let Some(given) = arguments.get(1) {
        variables.read(module, index, given, 0);
    }
    let name = named
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    if variables.is_open {
        let shown = file.path.display();
        diagnostics::note(&format!(
            "{shown}: missing variables of {name} are not reported, because Terraform computes some of the variables"
        ));
    }
    let wrong =
        variables
            .check(&uses, call.is_plain, &at)
            .into_iter()
            .map(|(place, diagnostic)| {
                let file = &module.files[place.file];
                PlaceholderProblem::new(
                    placed(diagnostic, &file.text, place.span.start),
                    &file.path,
                    &file.text,
                )
            });
    Ok(Some(CheckedMachine {
        machine: name,
        template: file.path.clone(),
        wanted: uses.len(),
        wrong: wrong.collect(),
    }))
}

/// A position in a file of the module.
#[derive(Clone)]
struct ModulePosition {
    file: usize,
    span: Range<usize>,
}

/// The variables that a call passes.
#[derive(Default)]
struct TerraformVariables {
    given: Vec<(String, ModulePosition)>,
    /// Whether there may be other variables.
    is_open: bool,
    /// The locals already read: merging one again adds nothing.
    read: HashSet<(usize, usize)>,
}

/// Maximum depth of nested locals and calls of `merge`.
const MOST_STEPS: usize = 32;

impl TerraformVariables {
    fn read(&mut self, module: &Module, file: usize, expression: &Expression, steps: usize) {
        if steps > MOST_STEPS {
            self.is_open = true;
            return;
        }
        match expression {
            Expression::Object(object) => {
                for (key, _) in object.iter() {
                    match name_of(key) {
                        Some((name, span)) => {
                            self.given.push((name, ModulePosition { file, span }))
                        }
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
                Some((file, value)) => {
                    let place = (file, value.span().unwrap_or_default().start);
                    if self.read.insert(place) {
                        self.read(module, file, value, steps + 1);
                    }
                }
                None => self.is_open = true,
            },
        }
    }

    fn check(
        &self,
        uses: &[NameUse],
        is_plain: bool,
        at: &ModulePosition,
    ) -> Vec<(ModulePosition, Diagnostic)> {
        let wanted: Vec<&str> = uses.iter().map(|one| one.name.as_str()).collect();
        let given: Vec<&str> = self.given.iter().map(|(name, _)| name.as_str()).collect();
        let error = |kind, message: String| Diagnostic::new(kind, Severity::Error, message);
        let mut found = Vec::new();
        for mismatch in mismatches(&wanted, &given) {
            found.push(match mismatch {
                Mismatch::Missing { .. } if self.is_open => continue,
                Mismatch::Missing { wanted } => {
                    let (message, mend) = missing(&uses[wanted], is_plain);
                    (at.clone(), error("missing", message).with_help(mend))
                }
                Mismatch::Misspelt {
                    given,
                    wanted: meant,
                } => {
                    let (name, place) = &self.given[given];
                    let diagnostic = error(
                        "misspelt",
                        format!("the definition has no placeholder `${{{name}}}`"),
                    );
                    (
                        place.clone(),
                        diagnostic.with_help(format!("did you mean `{}`?", wanted[meant])),
                    )
                }
                Mismatch::Unknown { given } => {
                    let (name, place) = &self.given[given];
                    // An unused variable has no effect.
                    let message = format!("the definition has no placeholder `${{{name}}}`");
                    let diagnostic = Diagnostic::new("unknown", Severity::Warning, message);
                    (place.clone(), diagnostic.with_help("remove the variable"))
                }
                _ => continue,
            });
        }
        found
    }
}

fn missing(one: &NameUse, is_plain: bool) -> (String, String) {
    let name = one.described();
    if is_plain {
        let message = format!("the definition has {name}, but `file` sets no variables");
        return (
            message,
            "read it with `templatefile`, and pass its variables".to_owned(),
        );
    }
    let message = format!("the definition has {name}, but `templatefile` passes no value for it");
    (message, format!("add `{}` to its variables", one.name))
}
