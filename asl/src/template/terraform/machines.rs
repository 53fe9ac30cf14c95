//! The state machines in a Terraform file.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall};
use hcl_edit::structure::{Block, Body};

use super::arguments::TemplateArguments;
use super::choices::Literals;
use super::rendering::{KnownNames, Renderings};
use super::text::DefinitionText;
use super::{MOST_PARTS, Module, TerraformFile, is_call, local, path_of, source_of};
use crate::diagnostic::Diagnostics;
use crate::json::Document;
use crate::model::MachineType;
use crate::template;

/// Maximum number of locals and templates on the way to a definition.
const MOST_STEPS: usize = 32;

/// A state machine of a Terraform file.
#[derive(Debug)]
#[non_exhaustive]
pub struct TerraformMachine<'m> {
    /// The last label of its block.
    pub name: String,
    /// The type.
    pub machine_type: MachineType,
    /// The definition.
    pub definition: TerraformDefinition<'m>,
}

/// The location of a definition.
#[derive(Debug)]
#[non_exhaustive]
pub enum TerraformDefinition<'m> {
    /// In a file of the module.
    Texts {
        /// The index of the file.
        file: usize,
        /// The texts that the definition can have.
        texts: Renderings<'m>,
        /// The encoding of the texts.
        encoding: TextEncoding,
    },
    /// In a separate file.
    File {
        /// The path, relative to the folder of the module.
        path: String,
        /// Whether Terraform replaces placeholders in it.
        kind: FileKind,
        /// The variables that Terraform passes to it.
        arguments: TemplateArguments,
        /// The encoding of its text.
        encoding: TextEncoding,
    },
    /// In a location that cannot be read.
    Elsewhere {
        /// The reason.
        reason: String,
    },
}

/// Whether a file may have state machines.
pub fn has_machines(file: &TerraformFile) -> bool {
    let is_module = |block: &Block| block.ident.as_str() == "module";
    file.body
        .blocks()
        .any(|block| is_resource(block) || is_module(block))
}

/// The state machines of the first file of a module: its `aws_sfn_state_machine` resources, and
/// the definitions that are arguments of other modules.
pub fn machines(module: &Module) -> Vec<TerraformMachine<'_>> {
    let Some(file) = module.files.first() else {
        return Vec::new();
    };
    let locator = DefinitionLocator {
        module,
        names: KnownNames::of_module(module),
    };
    let machines = file.body.blocks().flat_map(|block| {
        if is_resource(block) {
            let definition = match block.body.get_attribute("definition") {
                Some(definition) => locator.read(0, &definition.value, 0, TextEncoding::Json),
                None => elsewhere("it has no `definition`"),
            };
            return vec![(name_of(block), block, definition)];
        }
        let mut found: Vec<_> = locator.arguments(block).collect();
        let is_only = found.len() == 1;
        let found = found.drain(..).map(|(argument, definition)| {
            let name = if is_only {
                name_of(block)
            } else {
                format!("{}.{argument}", name_of(block))
            };
            (name, block, definition)
        });
        found.collect()
    });
    let machines = machines.map(|(name, block, definition)| TerraformMachine {
        name,
        machine_type: type_of(&block.body),
        definition,
    });
    machines.collect()
}

/// Whether a block is the resource of a state machine.
pub(super) fn is_resource(block: &Block) -> bool {
    let kind = block.labels.first();
    block.ident.as_str() == "resource"
        && kind.is_some_and(|kind| kind.as_str() == "aws_sfn_state_machine")
}

/// The last label: the name of a resource, after its type, or of a module.
fn name_of(block: &Block) -> String {
    let label = block.labels.last();
    label.map_or_else(String::new, |label| label.as_str().to_owned())
}

fn type_of(body: &Body) -> MachineType {
    let express = |attribute: &hcl_edit::structure::Attribute| {
        let value = attribute.value.as_str();
        value.is_some_and(|value| value.eq_ignore_ascii_case("EXPRESS"))
    };
    // Arguments of modules have names such as `state_machine_type`.
    let mut types = body.attributes().filter(|attribute| {
        let name = attribute.key.as_str();
        name == "type" || name.ends_with("_type")
    });
    if types.any(express) {
        MachineType::Express
    } else {
        MachineType::Standard
    }
}

fn elsewhere<'m>(reason: &str) -> TerraformDefinition<'m> {
    TerraformDefinition::Elsewhere {
        reason: reason.to_owned(),
    }
}

/// Whether a file that is an argument of a module is a definition, by the names of both.
fn is_definition_file(argument: &str, path: &str) -> bool {
    let path = path.to_lowercase();
    let is_asl = [
        ".asl.json",
        ".asl.yaml",
        ".asl.yml",
        ".asl.json.tftpl",
        ".asl.json.tpl",
    ];
    let machine = ["state_machine", "sfn", "step_function", "workflow", "asl"];
    let is_named = argument == "definition"
        || argument.contains("definition") && machine.iter().any(|word| argument.contains(word));
    is_named || is_asl.iter().any(|end| path.ends_with(end))
}

/// A definition that only Terraform knows.
fn computed<'m>() -> TerraformDefinition<'m> {
    elsewhere("Terraform computes its definition")
}

/// Finds the definition of a state machine.
struct DefinitionLocator<'m> {
    module: &'m Module,
    names: KnownNames<'m>,
}

impl<'m> DefinitionLocator<'m> {
    /// The arguments of a called module that are definitions, with their names.
    fn arguments(
        &self,
        block: &'m Block,
    ) -> impl Iterator<Item = (&'m str, TerraformDefinition<'m>)> {
        let source = source_of(block);
        let known = source.and_then(|source| self.module.definition_variables.get(source));
        let is_registry = source.is_some_and(|source| source.contains("step-functions"));
        let attributes = block.body.attributes().filter(move |_| source.is_some());
        attributes.filter_map(move |attribute| {
            let name = attribute.key.as_str();
            let is_known = is_registry && name == "definition"
                || known.is_some_and(|known| known.iter().any(|one| one == name));
            let value = &attribute.value;
            let definition = match value {
                Expression::Object(_) => self.encoded(0, value, 0),
                value => self.read(0, value, 0, TextEncoding::Json),
            };
            let is_definition = match &definition {
                TerraformDefinition::Texts { texts, .. } => {
                    let mut texts = texts.texts.iter();
                    let has = |word: &str, text: &str| text.contains(word);
                    texts.any(|one| has("StartAt", &one.text) && has("States", &one.text))
                }
                TerraformDefinition::File { path, .. } => is_definition_file(name, path),
                _ => false,
            };
            (is_known || is_definition).then_some((name, definition))
        })
    }

    /// Reads the definition in an expression with a text; `file` is the index of the file with the
    /// expression.
    fn read(
        &self,
        file: usize,
        value: &'m Expression,
        steps: usize,
        encoding: TextEncoding,
    ) -> TerraformDefinition<'m> {
        if steps > MOST_STEPS {
            return elsewhere("it uses too many nested locals");
        }
        let at = &self.module.files[file];
        let texts = match value {
            Expression::Parenthesis(inner) => {
                return self.read(file, inner.inner(), steps + 1, encoding);
            }
            // As of `Fn::If`, the first value of an unknown condition is read.
            Expression::Conditional(condition) => {
                let is_true = self.names.with_defaults.value(&condition.cond_expr);
                let chosen = match is_true.and_then(|value| value.as_bool()) {
                    Some(false) => &condition.false_expr,
                    Some(true) | None => &condition.true_expr,
                };
                return self.read(file, chosen, steps + 1, encoding);
            }
            Expression::FuncCall(call) if is_call(call, "jsonencode") => {
                return match call.args.iter().next() {
                    Some(value) => self.encoded(file, value, steps + 1),
                    None => computed(),
                };
            }
            Expression::FuncCall(call) if is_call(call, "file") => {
                return self.file(
                    call,
                    FileKind::Plain,
                    TemplateArguments::default(),
                    encoding,
                );
            }
            Expression::FuncCall(call) if is_call(call, "templatefile") => {
                let arguments = TemplateArguments::of(self.module, file, call);
                return self.file(call, FileKind::Template, arguments, encoding);
            }
            Expression::HeredocTemplate(heredoc) => Renderings::of_elements(
                &at.text,
                || heredoc.template.iter(),
                Literals::Heredoc,
                &self.names,
            ),
            Expression::String(string) => {
                let span = string.span().unwrap_or_default();
                Renderings::single(DefinitionText::of_string(&at.text, string, span), None)
            }
            Expression::StringTemplate(template) => {
                Renderings::of_elements(&at.text, || template.iter(), Literals::Quoted, &self.names)
            }
            other => {
                if let Some((file, value)) = local(self.module, other) {
                    return self.read(file, value, steps + 1, encoding);
                }
                let Some((file, block)) = self.template(at, other) else {
                    return computed();
                };
                let value = |name: &str| Some(&block.body.get_attribute(name)?.value);
                return match value("template") {
                    // The data source replaces placeholders also in the text of a file.
                    Some(Expression::FuncCall(call)) if is_call(call, "file") => {
                        let mut arguments = TemplateArguments::default();
                        if let Some(variables) = value("vars") {
                            arguments.read(self.module, file, variables, 0);
                        }
                        self.file(call, FileKind::Template, arguments, encoding)
                    }
                    Some(value) => self.read(file, value, steps + 1, encoding),
                    None => computed(),
                };
            }
        };
        self.rendered(file, texts, encoding)
    }

    /// Reads the definition in the argument of `jsonencode`.
    fn encoded(&self, file: usize, value: &'m Expression, steps: usize) -> TerraformDefinition<'m> {
        if steps > MOST_STEPS {
            return elsewhere("it uses too many nested locals");
        }
        match value {
            Expression::Parenthesis(inner) => self.encoded(file, inner.inner(), steps + 1),
            Expression::FuncCall(call) if is_call(call, "yamldecode") => {
                match call.args.iter().next() {
                    Some(text) => self.read(file, text, steps + 1, TextEncoding::Yaml),
                    None => computed(),
                }
            }
            Expression::FuncCall(call) if is_call(call, "jsondecode") => {
                match call.args.iter().next() {
                    Some(text) => self.read(file, text, steps + 1, TextEncoding::Json),
                    None => computed(),
                }
            }
            Expression::Object(_) => self.object(file, value),
            Expression::FuncCall(call) if is_call(call, "merge") => self.object(file, value),
            other => match local(self.module, other) {
                Some((file, value)) => self.encoded(file, value, steps + 1),
                None => computed(),
            },
        }
    }

    /// Reads the definition in an object, or in the call that returns one.
    fn object(&self, file: usize, value: &'m Expression) -> TerraformDefinition<'m> {
        let at = &self.module.files[file];
        let text = |names| DefinitionText::of_value(&at.text, value, names);
        match text(&self.names.constants) {
            Some(found) if !found.is_placeholder() => {
                let texts = Renderings::single(found, text(&self.names.with_defaults));
                self.rendered(file, texts, TextEncoding::Object)
            }
            _ => computed(),
        }
    }

    /// The block of `data.template_file.name.rendered`, with the index of its file.
    fn template(&self, at: &TerraformFile, value: &Expression) -> Option<(usize, &'m Block)> {
        let span = value.span()?;
        let name = at.text.get(span)?.trim();
        let name = name.strip_prefix("data.template_file.")?;
        let name = name.strip_suffix(".rendered")?;
        let files = self.module.files.iter().enumerate();
        let mut templates = files.flat_map(|(index, file)| {
            let blocks = file.body.blocks().filter(|block| {
                let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
                block.ident.as_str() == "data" && labels == ["template_file", name]
            });
            blocks.map(move |block| (index, block))
        });
        templates.next()
    }

    /// Finds the separate file that a call names.
    fn file(
        &self,
        call: &'m FuncCall,
        kind: FileKind,
        arguments: TemplateArguments,
        encoding: TextEncoding,
    ) -> TerraformDefinition<'m> {
        let mut left = MOST_PARTS;
        let path = call.args.iter().next();
        match path.and_then(|path| path_of(self.module, path, &mut left)) {
            Some(path) => TerraformDefinition::File {
                path,
                kind,
                arguments,
                encoding,
            },
            None => computed(),
        }
    }

    /// The definition in the texts that a template can have.
    fn rendered(
        &self,
        file: usize,
        texts: Renderings<'m>,
        encoding: TextEncoding,
    ) -> TerraformDefinition<'m> {
        TerraformDefinition::Texts {
            file,
            texts,
            encoding,
        }
    }
}

/// The help for a text in YAML.
const YAML_ADVICE: &str = "write `jsonencode(yamldecode(..))` around the text, or write it as JSON";

/// The encoding of a definition's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// A text that the resource or `jsondecode` reads.
    Json,
    /// A text that `yamldecode` reads.
    Yaml,
    /// The JSON of an object that `jsonencode` reads.
    Object,
}

impl TextEncoding {
    /// Parses a text.
    ///
    /// # Errors
    ///
    /// If the text is invalid.
    pub fn parse(self, text: &str) -> Result<Document, Diagnostics> {
        match self {
            TextEncoding::Json | TextEncoding::Object => template::parse_text(text, YAML_ADVICE),
            TextEncoding::Yaml => Document::parse_yaml(text).map_err(Diagnostics::from),
        }
    }

    /// Parses a text in which Terraform replaces no placeholders.
    ///
    /// # Errors
    ///
    /// If the text is invalid.
    pub fn parse_complete(self, text: &str) -> Result<Document, Diagnostics> {
        match self {
            TextEncoding::Json | TextEncoding::Object => {
                Document::parse(text).map_err(Diagnostics::from)
            }
            TextEncoding::Yaml => self.parse(text),
        }
    }
}

/// Whether Terraform replaces placeholders in the text of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// It does not, as for `file(..)`.
    Plain,
    /// It does, as for `templatefile(..)`.
    Template,
}
