//! A template and its text.

use std::path::Path;
use std::sync::Arc;

use stepwright_asl::json::{Document, Json, Object};
use stepwright_asl::template::read_for_evaluation;
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostics, Severity};

use super::problem::{TemplateProblem, problem};
use crate::source::SourceFile;

/// The transform of SAM.
const SAM: &str = "AWS::Serverless-2016-10-31";
/// The transform of functions that CloudFormation has only with it, such as `Fn::ToJsonString`.
const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

/// A template of CloudFormation, SAM or the CDK.
#[derive(Debug)]
pub(super) struct TemplateFile {
    pub(super) source: Arc<SourceFile>,
    /// The content, with functions in their long form.
    pub(super) document: Document,
    /// The value of `AWS::StackName`.
    pub(super) stack_name: String,
    /// Whether SAM transforms the template.
    pub(super) is_sam: bool,
}

impl TemplateFile {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// The problem of a text that is not a template.
    pub(super) fn parse(path: &Path, text: String) -> Result<Self, Box<TemplateProblem>> {
        let parsed = read_for_evaluation(path, &text);
        let format = Format::of(path, &text);
        let source = Arc::new(SourceFile {
            path: path.to_owned(),
            text: text.into(),
            format,
            document: None,
        });
        let document = match parsed {
            Ok(document) => document,
            Err(error) => {
                let diagnostic = Diagnostics::from(error).into_iter().next();
                let diagnostic =
                    diagnostic.unwrap_or_else(|| problem("the template cannot be parsed"));
                return Err(Box::new(TemplateProblem { diagnostic, source }));
            }
        };
        if document
            .json()
            .get("Resources")
            .and_then(Json::as_object)
            .is_none()
        {
            let diagnostic = problem("the file is not a template: it has no `Resources`")
                .with_help("give a template of CloudFormation, SAM or the CDK (cdk.out/NAME.template.json); `CreateStateMachine` takes a definition");
            return Err(Box::new(TemplateProblem { diagnostic, source }));
        }
        let transforms = transforms(document.json());
        Ok(Self {
            stack_name: stack_name(&source),
            is_sam: transforms.contains(&SAM),
            source,
            document,
        })
    }

    /// The warnings about the whole template: macros, which only AWS runs, and duplicate keys, of
    /// which CloudFormation uses the last one.
    pub(super) fn warnings(&self) -> Vec<TemplateProblem> {
        let known = [SAM, LANGUAGE_EXTENSIONS];
        let transforms = transforms(self.document.json()).into_iter();
        let macros = transforms.filter(|name| !known.contains(name)).map(|name| {
            let warning = problem(format!(
                "the macro `{name}` is not run: resources that it adds or changes differ from those on AWS"
            ));
            match self.document.position("/Transform") {
                Some(position) => warning.position(position),
                None => warning,
            }
        });
        let duplicates = self.document.duplicates().iter().map(|duplicate| {
            problem(format!(
                "duplicate key `{}`; its first occurrence is at line {}, and this one is used",
                duplicate.key, duplicate.first.line
            ))
            .position(duplicate.again)
            .with_help("rename or remove one of them")
        });
        let warnings = macros.chain(duplicates).map(|mut diagnostic| {
            diagnostic.severity = Severity::Warning;
            TemplateProblem {
                diagnostic,
                source: self.source.clone(),
            }
        });
        warnings.collect()
    }

    /// A section of the template, such as `Resources`.
    pub(super) fn section(&self, name: &str) -> Option<&Object> {
        self.document.json().get(name)?.as_object()
    }

    /// The type and the content of a resource.
    pub(super) fn resource(&self, id: &str) -> Option<(&str, &Json)> {
        let resource = self.section("Resources")?.get(id)?;
        Some((resource.get("Type")?.as_str()?, resource))
    }
}

fn transforms(template: &Json) -> Vec<&str> {
    match template.get("Transform") {
        Some(Json::String(one)) => vec![one.as_str()],
        Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The name of the stack: the file's title with the letters that a stack may have. CDK writes
/// `Orders.template.json` for the stack `Orders`.
fn stack_name(source: &SourceFile) -> String {
    let title = source.title();
    let title = title.strip_suffix(".template").unwrap_or(&title);
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || char == '-';
    let name: String = title
        .chars()
        .map(|char| if is_allowed(char) { char } else { '-' })
        .collect();
    let name = name.trim_matches('-');
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.to_owned()
    } else {
        format!("stack-{name}").trim_end_matches('-').to_owned()
    }
}
