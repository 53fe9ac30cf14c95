//! The state machines in a Terraform file.

use std::path::Path;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall};
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::Template;
use stepwright_asl::Diagnostics;
use stepwright_asl::json::Document;
use stepwright_asl::model::MachineType;
use stepwright_asl::template;
use stepwright_asl::validate::Validator;
use stepwright_asl::yaml::Format;

use super::choices::Literals;
use super::rendering::{Renderings, combined};
use super::text::DefinitionText;
use super::{File, MOST_PARTS, Module, is_call, local, parse, path_of, placed};
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded_machine::EmbeddedMachine;
use crate::definitions::named_file;
use crate::failure::Failure;
use crate::source::SourceFile;

/// Maximum number of locals and templates on the way to a definition.
const MOST_STEPS: usize = 32;

/// Reads the state machines of a file: its `aws_sfn_state_machine` resources, and modules with a
/// `definition`.
///
/// # Errors
///
/// If the file is not valid Terraform, or a separate definition file cannot be read.
pub(crate) fn machines(
    path: &Path,
    validator: &Validator,
) -> Vec<Result<EmbeddedMachine, Failure>> {
    let file = match parse(path) {
        Ok(file) => file,
        Err(failure) => return vec![Err(failure)],
    };
    if !file.body.blocks().any(is_machine) {
        return Vec::new();
    }
    let module = match Module::around(file) {
        Ok(module) => module,
        Err(failure) => return vec![Err(failure)],
    };
    let blocks = module.files[0].body.blocks();
    let machines = blocks.filter(|block| is_machine(block)).map(|block| {
        let machine = TerraformMachine {
            module: &module,
            name: name_of(block),
            validator: validator.clone().of_type(type_of(&block.body)),
        };
        match block.body.get_attribute("definition") {
            // `Module::around` puts its file first.
            Some(definition) => machine.read(0, &definition.value, 0, TextEncoding::Json),
            None => machine.unread("it has no `definition`"),
        }
    });
    machines.collect()
}

/// Whether a block creates a state machine.
fn is_machine(block: &Block) -> bool {
    match block.ident.as_str() {
        "resource" => {
            let kind = block.labels.first();
            kind.is_some_and(|kind| kind.as_str() == "aws_sfn_state_machine")
        }
        "module" => {
            let source = block.body.get_attribute("source");
            let source = source.and_then(|source| source.value.as_str());
            source.is_some_and(|source| source.contains("step-functions"))
                && block.body.has_attribute("definition")
        }
        _ => false,
    }
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
    match body.get_attribute("type").is_some_and(express) {
        true => MachineType::Express,
        false => MachineType::Standard,
    }
}

/// A state machine whose definition is being located.
struct TerraformMachine<'m> {
    module: &'m Module,
    name: String,
    validator: Validator,
}

impl TerraformMachine<'_> {
    fn unread(&self, reason: &str) -> Result<EmbeddedMachine, Failure> {
        Ok(EmbeddedMachine::Unread {
            machine: self.name.clone(),
            reason: reason.to_owned(),
        })
    }

    /// Reads the definition in an expression with a text; `file` is the index of the file with the
    /// expression.
    fn read(
        &self,
        file: usize,
        value: &Expression,
        steps: usize,
        encoding: TextEncoding,
    ) -> Result<EmbeddedMachine, Failure> {
        if steps > MOST_STEPS {
            return self.unread("it uses too many nested locals");
        }
        let at = &self.module.files[file];
        let text = match value {
            Expression::Parenthesis(inner) => {
                return self.read(file, inner.inner(), steps + 1, encoding);
            }
            // As of `Fn::If`, the first value is read.
            Expression::Conditional(condition) => {
                return self.read(file, &condition.true_expr, steps + 1, encoding);
            }
            Expression::FuncCall(call) if is_call(call, "jsonencode") => {
                return match call.args.iter().next() {
                    Some(value) => self.encoded(file, value, steps + 1),
                    None => self.computed(),
                };
            }
            Expression::FuncCall(call) if is_call(call, "file") => {
                return self.file(call, FileKind::Plain, encoding);
            }
            Expression::FuncCall(call) if is_call(call, "templatefile") => {
                return self.file(call, FileKind::Template, encoding);
            }
            Expression::HeredocTemplate(heredoc) => {
                Renderings::of_elements(&at.text, || heredoc.template.iter(), Literals::Heredoc)
            }
            Expression::String(string) => {
                let span = string.span().unwrap_or_default();
                Renderings::single(DefinitionText::of_string(&at.text, string, span))
            }
            Expression::StringTemplate(template) => {
                Renderings::of_elements(&at.text, || template.iter(), Literals::Quoted)
            }
            other => {
                if let Some((_, (file, value))) = local(self.module, other) {
                    return self.read(*file, value, steps + 1, encoding);
                }
                return match self.template(at, other) {
                    // The data source replaces placeholders also in the text of a file.
                    Some((_, Expression::FuncCall(call))) if is_call(call, "file") => {
                        self.file(call, FileKind::Template, encoding)
                    }
                    Some((file, value)) => self.read(file, value, steps + 1, encoding),
                    None => self.computed(),
                };
            }
        };
        self.rendered(&at.path, &at.text, &text, encoding)
    }

    /// Reads the definition in the argument of `jsonencode`.
    fn encoded(
        &self,
        file: usize,
        value: &Expression,
        steps: usize,
    ) -> Result<EmbeddedMachine, Failure> {
        if steps > MOST_STEPS {
            return self.unread("it uses too many nested locals");
        }
        match value {
            Expression::Parenthesis(inner) => self.encoded(file, inner.inner(), steps + 1),
            Expression::FuncCall(call) if is_call(call, "yamldecode") => {
                match call.args.iter().next() {
                    Some(text) => self.read(file, text, steps + 1, TextEncoding::Yaml),
                    None => self.computed(),
                }
            }
            Expression::FuncCall(call) if is_call(call, "jsondecode") => {
                match call.args.iter().next() {
                    Some(text) => self.read(file, text, steps + 1, TextEncoding::Json),
                    None => self.computed(),
                }
            }
            Expression::Object(_) => self.object(file, value),
            Expression::FuncCall(call) if is_call(call, "merge") => self.object(file, value),
            other => match local(self.module, other) {
                Some((_, (file, value))) => self.encoded(*file, value, steps + 1),
                None => self.computed(),
            },
        }
    }

    /// Reads the definition in an object, or in the call that returns one.
    fn object(&self, file: usize, value: &Expression) -> Result<EmbeddedMachine, Failure> {
        let at = &self.module.files[file];
        match DefinitionText::of_value(&at.text, value) {
            Some(text) if !text.is_placeholder() => {
                let text = Renderings::single(text);
                self.rendered(&at.path, &at.text, &text, TextEncoding::Object)
            }
            _ => self.computed(),
        }
    }

    fn computed(&self) -> Result<EmbeddedMachine, Failure> {
        self.unread("Terraform computes its definition")
    }

    /// The `template` of `data.template_file.name.rendered`.
    fn template(&self, at: &File, value: &Expression) -> Option<(usize, &Expression)> {
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
            blocks.filter_map(move |block| {
                Some((index, &block.body.get_attribute("template")?.value))
            })
        });
        templates.next()
    }

    /// Reads the definition from the separate file that a call names.
    fn file(
        &self,
        call: &FuncCall,
        kind: FileKind,
        encoding: TextEncoding,
    ) -> Result<EmbeddedMachine, Failure> {
        let mut left = MOST_PARTS;
        let path = call.args.iter().next();
        let Some(path) = path.and_then(|path| path_of(self.module, path, &mut left)) else {
            return self.computed();
        };
        let named = self.module.folder.join(path);
        if !named.is_file() {
            return self.unread(&format!("there is no file {}", named.display()));
        }
        let text = named_file::of_module(&self.module.folder, &named)?;
        let has_directives = kind == FileKind::Template && text.contains("%{");
        let parsed = match (kind, encoding.parse(&text)) {
            (FileKind::Plain, Ok(document)) if !document.unknown_values().is_empty() => {
                encoding.parse_complete(&text)
            }
            // The file may have expressions with braces and quotes, which only the parser of
            // Terraform's templates can read.
            (FileKind::Template, parsed) if has_directives || parsed.is_err() => {
                match text.parse::<Template>() {
                    Ok(template) => {
                        let texts =
                            Renderings::of_elements(&text, || template.iter(), Literals::Parsed);
                        return self.rendered(&named, &text, &texts, encoding);
                    }
                    Err(_) => parsed,
                }
            }
            (_, parsed) => parsed,
        };
        let format = Format::of(&named, &text);
        let definition = LoadedDefinition {
            machine: Some(self.name.clone()),
            ..LoadedDefinition::parsed(&named, text, format, parsed, &self.validator)
        };
        Ok(EmbeddedMachine::Definition(
            Box::new(definition),
            Some(named),
        ))
    }

    /// Reads the definition in the texts that a template can have. In YAML, a loop has no
    /// placeholder for its further items, and directives change blanks, which have a meaning there.
    fn rendered(
        &self,
        path: &Path,
        file: &str,
        texts: &Renderings<'_>,
        encoding: TextEncoding,
    ) -> Result<EmbeddedMachine, Failure> {
        let is_yaml = encoding == TextEncoding::Yaml;
        if is_yaml && texts.has_loop {
            return self.computed();
        }
        let read = |text: &DefinitionText<'_>| self.definition(path, file, text, encoding);
        match combined(texts, read) {
            Some(definition)
                if is_yaml && texts.texts.len() > 1 && definition.document().is_none() =>
            {
                self.computed()
            }
            Some(definition) => Ok(EmbeddedMachine::Definition(Box::new(definition), None)),
            None => self.computed(),
        }
    }

    /// The definition in a text. Its diagnostics have positions in the file of the text.
    fn definition(
        &self,
        path: &Path,
        file: &str,
        text: &DefinitionText<'_>,
        encoding: TextEncoding,
    ) -> LoadedDefinition {
        let parsed = encoding.parse(&text.text);
        let validated = LoadedDefinition::parsed(
            path,
            text.text.clone(),
            Format::Json,
            parsed,
            &self.validator,
        );
        let diagnostics: Diagnostics = (validated.diagnostics.into_iter())
            .map(|diagnostic| {
                let offset = text
                    .offsets
                    .get(diagnostic.location.offset)
                    .or(text.offsets.last());
                placed(diagnostic, file, offset.copied().unwrap_or_default())
            })
            .collect();
        let source = SourceFile {
            path: path.to_owned(),
            text: file.to_owned(),
            format: Format::Json,
            document: None,
        };
        LoadedDefinition {
            source,
            diagnostics,
            machine: Some(self.name.clone()),
            inner: validated.source.document,
            unfixable: Some("files of Terraform are not edited"),
            has_comments: false,
            is_object: encoding == TextEncoding::Object,
            values: Vec::new(),
        }
    }
}

/// The help for a text in YAML.
const YAML_ADVICE: &str = "write `jsonencode(yamldecode(..))` around the text, or write it as JSON";

/// The encoding of a definition's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextEncoding {
    /// A text that the resource or `jsondecode` reads.
    Json,
    /// A text that `yamldecode` reads.
    Yaml,
    /// The JSON of an object that `jsonencode` reads.
    Object,
}

impl TextEncoding {
    fn parse(self, text: &str) -> Result<Document, Diagnostics> {
        match self {
            TextEncoding::Json | TextEncoding::Object => template::parse_text(text, YAML_ADVICE),
            TextEncoding::Yaml => Document::parse_yaml(text).map_err(Diagnostics::from),
        }
    }

    /// Parses a text in which Terraform replaces no placeholders.
    fn parse_complete(self, text: &str) -> Result<Document, Diagnostics> {
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
enum FileKind {
    Plain,
    Template,
}
