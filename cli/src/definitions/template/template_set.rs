//! The templates that the command line names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use stepwright_asl::similar::did_you_mean;
use stepwright_asl::yaml::Format;

use super::desired::DesiredResources;
use super::evaluator::VersionNumbers;
use super::file::TemplateFile;
use super::inputs::TemplateInputs;
use super::problem::{TemplateProblem, problem};
use crate::definitions::input;
use crate::failure::Failure;
use crate::source::SourceFile;
use crate::terminal::diagnostics;

/// Templates that are deployed together, and the values for their evaluation.
#[derive(Debug)]
pub(super) struct TemplateSet {
    pub(super) paths: Vec<PathBuf>,
    pub(super) inputs: TemplateInputs,
    /// Whether rules and schedules start executions. Otherwise their problems are none.
    pub(super) has_starts: bool,
}

/// The templates at one moment, and their resources.
pub(super) struct TemplateReading {
    pub(super) templates: Vec<TemplateFile>,
    pub(super) desired: DesiredResources,
}

impl TemplateSet {
    /// Reads the templates and evaluates their resources. The problems are those of `desired`.
    pub(super) fn read(&self, versions: &VersionNumbers) -> TemplateReading {
        let mut templates = Vec::new();
        let mut problems = Vec::new();
        for path in &self.paths {
            let parsed = match input::read(path) {
                Ok(text) => TemplateFile::parse(path, text),
                Err(failure) => Err(Box::new(unreadable(path.clone(), failure))),
            };
            match parsed {
                Ok(template) => {
                    problems.extend(template.warnings());
                    templates.push(template);
                }
                Err(problem) => problems.push(*problem),
            }
        }
        // References to a template that cannot be read would be reported as missing.
        let is_complete = templates.len() == self.paths.len();
        let evaluated = if is_complete { &templates[..] } else { &[] };
        let mut desired = DesiredResources::of(evaluated, &self.inputs, versions, self.has_starts);
        problems.append(&mut desired.problems);
        desired.problems = problems;
        TemplateReading { templates, desired }
    }

    /// Refuses standard input, and values of options that no template uses, because they are
    /// misspelt.
    ///
    /// # Errors
    ///
    /// Wrong usage.
    pub(super) fn refuse_unusable(&self, templates: &[TemplateFile]) -> Result<(), Failure> {
        if self.paths.iter().any(|path| path == Path::new("-")) {
            return Err(Failure::Usage(
                "--template -: standard input cannot be read again after a change; give the path of a file".to_owned(),
            ));
        }
        let names = |section: &'static str| {
            let sections = templates
                .iter()
                .filter_map(move |template| template.section(section));
            sections.flat_map(|section| section.keys().map(String::as_str))
        };
        let unused = |option: &str, name: &str, section: &'static str, noun: &str| {
            let hint = did_you_mean(name, names(section)).map(|hint| diagnostics::hint(&hint));
            Failure::Usage(format!(
                "--{option} {name}: no template has {noun} `{name}`{}",
                hint.unwrap_or_default()
            ))
        };
        for name in self
            .inputs
            .parameters
            .keys()
            .filter(|name| !name.starts_with("AWS::"))
        {
            if !names("Parameters").any(|other| other == name) {
                return Err(unused("parameter", name, "Parameters", "a parameter"));
            }
        }
        // SAM adds resources that are not in the template.
        let is_sam = templates.iter().any(|template| template.is_sam);
        for name in self
            .inputs
            .resources
            .keys()
            .filter(|name| !name.starts_with("{{"))
        {
            let id = name.split('.').next().unwrap_or_default();
            if !is_sam && !names("Resources").any(|other| other == id) {
                return Err(unused("resource", id, "Resources", "a resource"));
            }
        }
        Ok(())
    }
}

fn unreadable(path: PathBuf, failure: Failure) -> TemplateProblem {
    let message = match failure {
        Failure::Usage(reason) | Failure::Failed(reason) => reason,
        _ => format!("cannot read {}", path.display()),
    };
    let source = SourceFile {
        path,
        text: "".into(),
        format: Format::Yaml,
        document: None,
    };
    TemplateProblem {
        diagnostic: problem(message).with_help("check the path of `--template`"),
        source: Arc::new(source),
    }
}
