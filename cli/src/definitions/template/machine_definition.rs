//! The definition of a state machine of a template.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use stepwright_asl::json::{Document, Json, segments};
use stepwright_asl::model::MachineType;
use stepwright_asl::template;
use stepwright_asl::validate::Validator;
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostic, Diagnostics, Severity, TextLocation};
use stepwright_tools::types::WrittenSchemas;

use super::evaluator::{Evaluator, Reported};
use super::node::TemplateNode;
use super::problem::TemplateProblem;
use super::substitutions::SubstitutedText;
use crate::definitions::named_file;
use crate::definitions::written_schemas;
use crate::failure::Failure;
use crate::source::SourceFile;

/// The code of the validator for a placeholder without a value.
const UNKNOWN_PLACEHOLDER: &str = "SW005";

/// How many characters of a value are shown in a help.
const MAX_SHOWN: usize = 100;

/// The location of a definition's text.
enum DefinitionOrigin<'t> {
    /// An object of the template.
    Object(TemplateNode<'t>),
    /// A text of the template.
    Text(TemplateNode<'t>),
    /// A file.
    File(Arc<SourceFile>),
}

/// The definition of a state machine after its substitutions.
pub(super) struct EvaluatedDefinition {
    /// The definition as JSON.
    pub(super) text: String,
    /// The JSON Schema of the input, from the file next to the definition.
    pub(super) input_schema: Option<serde_json::Value>,
}

/// The definition of a state machine before its substitutions.
struct DefinitionText<'t> {
    text: String,
    format: Format,
    origin: DefinitionOrigin<'t>,
}

impl<'t> Evaluator<'t> {
    /// Returns the definition of a state machine. Adds the file that the template names, and the
    /// one with its schemas, to `files`.
    pub(super) fn definition(
        &self,
        machine: &TemplateNode<'t>,
        id: &str,
        machine_type: MachineType,
        files: &mut Vec<PathBuf>,
    ) -> Result<EvaluatedDefinition, Reported> {
        let source = self.definition_text(machine, id, files);
        let values = self.substitutions(machine, id);
        let (source, values) = match (source, values) {
            (Ok(source), Ok(values)) => (source, values),
            _ => {
                // The definition may have errors that do not depend on the values.
                self.report_written(machine, id, machine_type);
                return Err(Reported);
            }
        };
        let substituted = SubstitutedText::of(&source.text, &values);
        let document = source.format.parse(&substituted.text);
        let diagnostics = match &document {
            Ok(document) => {
                let names = values.iter().map(|(name, _)| name.as_str());
                Validator::new(machine_type)
                    .with_known_placeholders(names)
                    .check(document)
            }
            // For an empty text, the validator's diagnostics are more useful than a syntax error.
            Err(_) if substituted.text.trim().is_empty() => {
                Validator::new(machine_type).check_text(&substituted.text)
            }
            Err(error) => Diagnostics::from(error.clone()),
        };
        let has_errors = diagnostics.has_errors();
        let shown = diagnostics.into_iter().filter(|one| {
            one.severity == Severity::Error || one.code == Some(UNKNOWN_PLACEHOLDER) && !has_errors
        });
        let shown: Vec<Diagnostic> = shown.map(described).collect();
        self.report_definition(
            id,
            machine_type,
            &source,
            &substituted,
            document.as_ref().ok(),
            shown,
        );
        match document {
            Ok(document) if !has_errors => Ok(EvaluatedDefinition {
                text: match source.format {
                    Format::Json => substituted.text,
                    Format::Yaml => document.json().to_pretty(),
                },
                input_schema: self.input_schema(machine, &source, files),
            }),
            _ => Err(Reported),
        }
    }

    /// The schema of the input in the file next to a definition file. A file that cannot be read is
    /// a warning: the executions do not need it.
    fn input_schema(
        &self,
        machine: &TemplateNode<'t>,
        definition: &DefinitionText<'t>,
        files: &mut Vec<PathBuf>,
    ) -> Option<serde_json::Value> {
        let DefinitionOrigin::File(file) = &definition.origin else {
            return None;
        };
        let path = written_schemas::file_next_to(file)?;
        files.push(path.clone());
        let template = &self.template(machine).source.path;
        let text = named_file::of_template(template, &path).map_err(|failure| match failure {
            Failure::Usage(reason) | Failure::Failed(reason) => reason,
            _ => format!("cannot read {}", path.display()),
        });
        let schemas = text.and_then(|text| {
            let schemas = WrittenSchemas::of_text(&text);
            schemas.map_err(|reason| format!("{}: {reason}", path.display()))
        });
        match schemas {
            Ok(schemas) => schemas.input.as_ref().map(Into::into),
            Err(reason) => {
                let mut diagnostic = Diagnostic::new("", Severity::Warning, reason);
                diagnostic.code = None;
                let help =
                    "fix or delete the file; without it, the console has no form for the input";
                let pointer = machine.pointer.to_string();
                self.report_at_key(machine.template, &pointer, diagnostic.with_help(help));
                None
            }
        }
    }

    /// The values of `DefinitionSubstitutions`.
    fn substitutions(
        &self,
        machine: &TemplateNode<'t>,
        id: &str,
    ) -> Result<Vec<(String, String)>, Reported> {
        let Some(node) = self.property(machine, id, "DefinitionSubstitutions") else {
            return Ok(Vec::new());
        };
        if node.json.as_object().is_none() || node.function().is_some() {
            return Err(self.report(
                &node,
                "the value is not an object of names and texts",
                "write it as in `{TableName: !Ref Table}`",
            ));
        }
        let mut values = Vec::new();
        let mut failed = None;
        for (name, value) in node.members() {
            let text = match self.evaluate(&value) {
                Ok(None) => continue,
                Ok(Some(json)) => self.as_text(&value, &json),
                Err(reported) => Err(reported),
            };
            match text {
                Ok(text) => values.push((name.to_owned(), text)),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(values), Err)
    }

    fn definition_text(
        &self,
        machine: &TemplateNode<'t>,
        id: &str,
        files: &mut Vec<PathBuf>,
    ) -> Result<DefinitionText<'t>, Reported> {
        if let Some(node) = self.property(machine, id, "Definition") {
            let json = self.evaluate(&node)?;
            let Some(json) = json.filter(|json| json.as_object().is_some()) else {
                return Err(self.report(
                    &node,
                    "the definition is not an object",
                    "write the definition here, or a text in `DefinitionString`",
                ));
            };
            return Ok(DefinitionText {
                text: json.to_pretty(),
                format: Format::Json,
                origin: DefinitionOrigin::Object(node),
            });
        }
        if let Some(node) = self.property(machine, id, "DefinitionString") {
            let text = self.text(&node)?;
            return Ok(DefinitionText {
                // CloudFormation accepts YAML only in a file.
                format: Format::Json,
                text,
                origin: DefinitionOrigin::Text(node),
            });
        }
        let location = ["DefinitionUri", "DefinitionS3Location"];
        let location = location
            .iter()
            .find_map(|name| self.property(machine, id, name));
        let Some(node) = location else {
            return Err(self.report(
                machine,
                "the state machine has no definition",
                "add `Definition`, `DefinitionString`, or for SAM `DefinitionUri`",
            ));
        };
        let path = self.definition_path(machine, &node)?;
        files.push(path.clone());
        let template = &self.template(&node).source.path;
        let text = named_file::of_template(template, &path).map_err(|failure| {
            let reason = match failure {
                Failure::Usage(reason) | Failure::Failed(reason) => reason,
                _ => format!("cannot read {}", path.display()),
            };
            self.report(
                &node,
                reason,
                "the path is relative to the folder of the template",
            )
        })?;
        let format = Format::of(&path, &text);
        let source = SourceFile {
            path,
            text: text.as_str().into(),
            format,
            document: None,
        };
        Ok(DefinitionText {
            text,
            format,
            origin: DefinitionOrigin::File(Arc::new(source)),
        })
    }

    /// The local file of a definition.
    fn definition_path(
        &self,
        machine: &TemplateNode<'t>,
        node: &TemplateNode<'t>,
    ) -> Result<PathBuf, Reported> {
        let template = &self.template(node).source.path;
        let folder = template.parent().unwrap_or(Path::new(""));
        let value = self.evaluate(node)?.unwrap_or(Json::Null);
        match &value {
            Json::String(path) if !path.starts_with("s3://") && !path.starts_with("https://") => {
                return Ok(folder.join(path));
            }
            _ => {}
        }
        let key = value.get("Key").and_then(Json::as_str).unwrap_or_default();
        // CDK writes what it uploads next to the template.
        let asset =
            Some(format!("asset.{key}")).filter(|_| !key.is_empty() && !key.contains(['/', '\\']));
        let metadata = machine.json.get("Metadata");
        let path = metadata.and_then(|metadata| metadata.get("aws:asset:path"));
        let named = path.and_then(Json::as_str).map(str::to_owned);
        let files = [asset, named]
            .into_iter()
            .flatten()
            .map(|file| folder.join(file));
        let mut existing = files.into_iter().filter(|file| file.is_file());
        existing.next().ok_or_else(|| {
            self.report(
                node,
                "the definition is in S3",
                "give the template before `sam package` or `aws cloudformation package`, or the one in `cdk.out` with its assets",
            )
        })
    }

    /// Reports the diagnostics of a definition at their locations in the template or the file.
    fn report_definition(
        &self,
        id: &str,
        machine_type: MachineType,
        source: &DefinitionText<'t>,
        substituted: &SubstitutedText,
        document: Option<&Document>,
        mut diagnostics: Vec<Diagnostic>,
    ) {
        if let DefinitionOrigin::Text(node) = &source.origin
            && diagnostics
                .iter()
                .any(|one| one.severity == Severity::Error)
            && self.report_written(node, id, machine_type)
        {
            return;
        }
        let printed = Document::unparsed(&source.text);
        for diagnostic in &mut diagnostics {
            // Fixes are those of `stepwright validate`.
            diagnostic.fix = None;
            if let Some((placeholder, value)) = substituted.replacement(diagnostic.location.offset)
                && diagnostic.help.is_none()
            {
                let value: String = value.chars().take(MAX_SHOWN).collect();
                diagnostic.help = Some(format!("the value of `{placeholder}` is `{value}`"));
            }
            let related = diagnostic
                .related
                .iter_mut()
                .map(|related| &mut related.location);
            for location in related.chain([&mut diagnostic.location]) {
                match &source.origin {
                    DefinitionOrigin::File(_) => {
                        let offset = substituted.original_offset(location.offset);
                        set_position(location, &printed, offset);
                    }
                    DefinitionOrigin::Object(node) => {
                        let file = &self.template(node).document;
                        let offset = self.object_offset(node, location, document);
                        set_position(location, file, offset);
                    }
                    DefinitionOrigin::Text(node) => {
                        let file = &self.template(node).document;
                        let position = file.position(&node.pointer.to_string());
                        let offset = position.map_or(0, |position| position.offset);
                        set_position(location, file, offset);
                    }
                }
            }
        }
        let file = match &source.origin {
            DefinitionOrigin::File(file) => file,
            DefinitionOrigin::Object(node) | DefinitionOrigin::Text(node) => {
                &self.template(node).source
            }
        };
        for diagnostic in diagnostics {
            self.add_problem(TemplateProblem {
                diagnostic,
                source: file.clone(),
            });
        }
    }

    /// Reports the errors of a definition as the template has it, with unknown values, as
    /// `stepwright validate` does. Returns whether there are any.
    fn report_written(&self, node: &TemplateNode<'t>, id: &str, machine_type: MachineType) -> bool {
        let source = &self.template(node).source;
        let Ok(file) = template::read(&source.path, &source.text) else {
            return false;
        };
        let machines = template::machines(&file).into_iter().flatten();
        let Some(mut machine) = machines.into_iter().find(|machine| machine.name == id) else {
            return false;
        };
        // The evaluation reports errors in functions itself.
        machine.problems.clear();
        let found = machine.check(&file, &Validator::new(machine_type));
        let mut has_errors = false;
        for mut diagnostic in found.into_iter().flatten() {
            if diagnostic.severity == Severity::Error {
                has_errors = true;
                diagnostic.fix = None;
                self.add_problem(TemplateProblem {
                    diagnostic,
                    source: source.clone(),
                });
            }
        }
        has_errors
    }

    /// The offset in the template of a location in an evaluated object: of the same value, or of
    /// the function that computes it.
    fn object_offset(
        &self,
        definition: &TemplateNode<'t>,
        location: &TextLocation,
        document: Option<&Document>,
    ) -> usize {
        let silent = self.silent();
        let mut node = definition.clone();
        let mut is_reached = true;
        for segment in segments(&location.pointer).into_iter().flatten() {
            node = silent.chosen(node);
            let next = match node.json {
                _ if node.function().is_some() => None,
                Json::Object(members) => {
                    let key = members.get_key_value(segment.as_ref());
                    key.and_then(|(key, _)| node.member(key))
                }
                // `AWS::NoValue` removes items, so that the others have lower indices.
                Json::Array(items) if items.iter().all(|item| item.get("Fn::If").is_none()) => {
                    segment.parse().ok().and_then(|index| node.item(index))
                }
                _ => None,
            };
            let Some(next) = next else {
                is_reached = false;
                break;
            };
            node = next;
        }
        let file = &self.template(definition).document;
        let pointer = node.pointer.to_string();
        let is_key = is_reached
            && document.is_some_and(|document| {
                let key = document.key_position(&location.pointer);
                let value = document.position(&location.pointer);
                key != value && key.is_some_and(|key| key.offset == location.offset)
            });
        let position = if is_key {
            file.key_position(&pointer)
        } else {
            file.position(&pointer)
        };
        position.map_or(0, |position| position.offset)
    }

    /// The chosen value of `Fn::If`; other values are themselves.
    fn chosen(&self, node: TemplateNode<'t>) -> TemplateNode<'t> {
        let Some(("Fn::If", argument)) = node.function() else {
            return node;
        };
        let Some(Json::String(name)) = argument.item(0).map(|name| name.json) else {
            return node;
        };
        let index = match self.condition(&argument, name) {
            Ok(true) => 1,
            Ok(false) => 2,
            Err(_) => return node,
        };
        match argument.item(index) {
            Some(chosen) => self.chosen(chosen),
            None => node,
        }
    }
}

/// Describes a placeholder without a value as the template's author knows it.
fn described(mut diagnostic: Diagnostic) -> Diagnostic {
    if diagnostic.code == Some(UNKNOWN_PLACEHOLDER) {
        let name = diagnostic.message.split('`').nth(1).unwrap_or_default();
        diagnostic.message = format!("`{name}` has no value in `DefinitionSubstitutions`");
        let help = diagnostic.help.take();
        let help = help.unwrap_or_else(|| "add the name to `DefinitionSubstitutions`".to_owned());
        diagnostic.help = Some(help);
    }
    diagnostic
}

fn set_position(location: &mut TextLocation, document: &Document, offset: usize) {
    let position = document.position_at(offset);
    location.line = position.line;
    location.column = position.column;
    location.offset = position.offset;
}
