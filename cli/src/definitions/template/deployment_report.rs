//! The changes and the problems of a deployment.

use stepwright_server::LocalClientError;

use super::file::TemplateFile;
use super::problem::{TemplateProblem, problem};
use super::resource_location::ResourceLocation;
use super::template_set::TemplateReading;

/// The effect of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Updated,
    Unchanged,
}

/// The changes and the problems of a deployment.
#[derive(Debug, Default)]
pub(super) struct DeploymentReport {
    /// The changes, with the path of their template.
    pub(super) changes: Vec<String>,
    pub(super) problems: Vec<TemplateProblem>,
}

impl DeploymentReport {
    pub(super) fn change(&mut self, file: String, change: Change, what: &str) {
        let verb = match change {
            Change::Created => "created",
            Change::Updated => "updated",
            Change::Unchanged => return,
        };
        self.changes.push(format!("{file}: {verb} the {what}"));
    }

    /// Adds the problem of versions that change each other.
    pub(super) fn refuse_versions(&mut self, reading: &TemplateReading) {
        let Some(version) = reading.desired.versions.first() else {
            return;
        };
        let error = LocalClientError::new(
            "ConflictException",
            "the definitions name versions of each other, so that each new version changes the next one; name a state machine or an alias instead",
        );
        self.refuse(&reading.templates, &version.location, &error);
    }

    /// Adds the error of the API for a resource.
    pub(super) fn refuse(
        &mut self,
        templates: &[TemplateFile],
        location: &ResourceLocation,
        error: &LocalClientError,
    ) {
        let Some(template) = templates.get(location.template) else {
            return;
        };
        let diagnostic = problem(format!("`{}`: {error}", location.id));
        let diagnostic = match template.document.key_position(&location.pointer()) {
            Some(position) => diagnostic.position(position),
            None => diagnostic,
        };
        self.problems.push(TemplateProblem {
            diagnostic,
            source: template.source.clone(),
        });
    }
}

/// The path of a resource's template.
pub(super) fn shown(templates: &[TemplateFile], location: &ResourceLocation) -> String {
    let template = templates.get(location.template);
    template.map_or_else(String::new, |template| {
        template.source.origin().into_owned()
    })
}
