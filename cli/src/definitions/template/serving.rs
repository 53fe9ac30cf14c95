//! The templates of a server: the first deployment, and those after changes.

use std::path::PathBuf;
use std::time::Duration;

use stepwright_server::LocalClient;

use super::deployment::{Deployment, DeploymentReport};
use super::desired::DesiredResources;
use super::inputs::TemplateInputs;
use super::problem::TemplateProblem;
use super::template_set::{TemplateReading, TemplateSet};
use super::watched_files::WatchedFiles;
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// How often the files are checked for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// How long files must be unchanged before they are read, because an editor may write a file in
/// several steps.
const SETTLE_TIME: Duration = Duration::from_millis(100);
/// How often that time begins again. A file that changes all the time is then read as it is.
const MAX_SETTLES: usize = 20;

/// Templates whose resources are in a server.
pub(crate) struct ServedTemplates {
    deployment: Deployment,
    files: WatchedFiles,
}

impl ServedTemplates {
    /// Deploys the templates to a server, and prints a summary.
    ///
    /// # Errors
    ///
    /// If a template has errors or the server refuses a resource, which have been printed; if an
    /// option names nothing of the templates.
    pub(crate) async fn deploy(
        paths: Vec<PathBuf>,
        inputs: TemplateInputs,
        client: LocalClient,
    ) -> Result<Self, Failure> {
        let mut deployment = Deployment::new(client, TemplateSet { paths, inputs });
        let (files, reading) = read(&deployment, &WatchedFiles::default());
        deployment.templates.refuse_unusable(&reading.templates)?;
        print_problems(&reading.desired.problems)?;
        let summary = summary(&reading);
        let report = deployment.apply(reading).await;
        print_problems(&report.problems)?;
        for line in summary {
            diagnostics::note(&line);
        }
        Ok(Self { deployment, files })
    }

    /// Deploys the templates again whenever a file has changed. This future never ends.
    pub(crate) async fn watch(mut self) {
        loop {
            tokio::time::sleep(POLL_INTERVAL).await;
            if self.files.has_changed() {
                self.settle().await;
                self.update().await;
            }
        }
    }

    /// Waits until no file changes any more.
    async fn settle(&self) {
        let mut files = WatchedFiles::of(self.files.paths().cloned());
        for _ in 0..MAX_SETTLES {
            tokio::time::sleep(SETTLE_TIME).await;
            if !files.has_changed() {
                return;
            }
            files = WatchedFiles::of(self.files.paths().cloned());
        }
    }

    /// Reads the files again and deploys them. With errors, everything stays as it is.
    async fn update(&mut self) {
        let (files, reading) = read(&self.deployment, &self.files);
        self.files = files;
        if print_problems(&reading.desired.problems).is_err() {
            diagnostics::note(
                "the server still has the state machines from before; they are updated when the errors are fixed",
            );
            return;
        }
        let DeploymentReport { changes, problems } = self.deployment.apply(reading).await;
        for change in changes {
            diagnostics::note(&change);
        }
        // The problems have been printed; the other resources are deployed.
        let _ = print_problems(&problems);
    }
}

/// Reads the templates. A file that changes after its signature was recorded is found by the next
/// check.
fn read(deployment: &Deployment, before: &WatchedFiles) -> (WatchedFiles, TemplateReading) {
    let templates = deployment.templates.paths.iter();
    let known = WatchedFiles::of(templates.chain(before.paths()).cloned());
    let reading = deployment.read();
    let new = reading.desired.files.iter();
    let new: Vec<PathBuf> = new
        .filter(|file| known.paths().all(|other| other != *file))
        .cloned()
        .collect();
    if new.is_empty() {
        return (known, reading);
    }
    // Signatures of the new definition files, too; then everything is read again.
    let files = WatchedFiles::of(known.paths().cloned().chain(new));
    (files, deployment.read())
}

/// Prints problems.
///
/// # Errors
///
/// If one of them is an error.
fn print_problems(problems: &[TemplateProblem]) -> Result<(), Failure> {
    for problem in problems {
        problem.print();
    }
    if problems.iter().any(TemplateProblem::is_error) {
        Err(Failure::Diagnostics)
    } else {
        Ok(())
    }
}

/// A line for each template: `template.yaml: 3 state machines, 1 activity`.
fn summary(reading: &TemplateReading) -> Vec<String> {
    let TemplateReading { templates, desired } = reading;
    let DesiredResources {
        machines,
        activities,
        ..
    } = desired;
    let lines = templates.iter().enumerate().map(|(index, template)| {
        let machines = machines
            .iter()
            .filter(|one| one.location.template == index)
            .count();
        let activities = activities
            .iter()
            .filter(|one| one.location.template == index)
            .count();
        let machines = match machines {
            0 => "no state machine".to_owned(),
            1 => "1 state machine".to_owned(),
            count => format!("{count} state machines"),
        };
        let activities = match activities {
            0 => String::new(),
            1 => ", 1 activity".to_owned(),
            count => format!(", {count} activities"),
        };
        format!("{}: {machines}{activities}", template.source.origin())
    });
    lines.collect()
}
