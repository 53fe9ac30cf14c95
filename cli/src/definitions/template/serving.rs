//! The templates of a server: the first deployment, and those after changes.

use std::path::PathBuf;
use std::time::Duration;

use stepwright_events::rule::Target;
use stepwright_server::{LocalClient, ScheduleRule, Schedules};

use super::deployment::Deployment;
use super::deployment_report::DeploymentReport;
use super::inputs::TemplateInputs;
use super::problem::TemplateProblem;
use super::resource_location::ResourceLocation;
use super::started::StartDeployment;
use super::starts::DesiredStarts;
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
    /// Deploys the templates to a server, and prints a summary. With schedules, to which those of
    /// the templates are added, the rules and schedules of the templates start executions.
    ///
    /// # Errors
    ///
    /// If a template has errors or the server refuses a resource, which have been printed; if an
    /// option names nothing of the templates.
    pub(crate) async fn deploy(
        paths: Vec<PathBuf>,
        inputs: TemplateInputs,
        client: LocalClient,
        starts: Option<Schedules>,
    ) -> Result<Self, Failure> {
        let templates = TemplateSet {
            paths,
            inputs,
            has_starts: starts.is_some(),
        };
        let starts = starts.map(StartDeployment::new);
        let mut deployment = Deployment::new(client, templates, starts);
        let (files, reading) = read(&deployment, &WatchedFiles::default());
        deployment.templates.refuse_unusable(&reading.templates)?;
        print_problems(&reading.desired.problems)?;
        let summary = summary(&reading, deployment.templates.has_starts);
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

/// A line for each template: `template.yaml: 3 state machines, 1 activity, 2 rules`. Then a line
/// for each rule and schedule.
fn summary(reading: &TemplateReading, has_starts: bool) -> Vec<String> {
    let TemplateReading { templates, desired } = reading;
    let starts = &desired.starts;
    let mut lines = Vec::new();
    for (index, template) in templates.iter().enumerate() {
        let origin = template.source.origin();
        let is_here = |location: &&ResourceLocation| location.template == index;
        let machines = desired.machines.iter().map(|one| &one.location);
        let machines = machines.filter(is_here).count();
        let activities = desired.activities.iter().map(|one| &one.location);
        let counts = [
            (activities.filter(is_here).count(), "activity", "activities"),
            (count(starts, "rule", index), "rule", "rules"),
            (count(starts, "schedule", index), "schedule", "schedules"),
        ];
        let machines = match machines {
            0 => "no state machine".to_owned(),
            1 => "1 state machine".to_owned(),
            count => format!("{count} state machines"),
        };
        let others = counts.iter().filter(|(count, ..)| *count > 0);
        let others = others.map(|(count, one, many)| {
            let noun = if *count == 1 { one } else { many };
            format!(", {count} {noun}")
        });
        lines.push(format!(
            "{origin}: {machines}{}",
            others.collect::<String>()
        ));
        if has_starts {
            lines.extend(started(starts, index));
        } else if counts[1].0 + counts[2].0 > 0 {
            lines.push(format!(
                "{origin}: its rules and schedules start nothing without --events"
            ));
        }
    }
    lines
}

fn count(starts: &DesiredStarts, noun: &str, template: usize) -> usize {
    let names = starts.names();
    let names = names.filter(|(one, _, location)| *one == noun && location.template == template);
    names.count()
}

/// A line for each rule and schedule of a template, and for what starts nothing.
fn started(starts: &DesiredStarts, template: usize) -> Vec<String> {
    let machine = |arn: &str| {
        let name = arn.splitn(7, ':').last().unwrap_or_default();
        format!("`{name}`")
    };
    let machines = |targets: &[Target]| {
        let names: Vec<String> = targets
            .iter()
            .map(|target| machine(&target.machine))
            .collect();
        names.join(" and ")
    };
    let mut lines = Vec::new();
    let is_here = |location: &ResourceLocation| location.template == template;
    for rule in starts.rules.iter().filter(|one| is_here(&one.location)) {
        let effect = if rule.start.is_enabled {
            format!("starts {}", machines(&rule.start.targets))
        } else {
            "is disabled".to_owned()
        };
        lines.push(format!(
            "rule `{}` of the bus `{}` {effect}",
            rule.name, rule.start.bus
        ));
    }
    let schedule_rules = starts.schedule_rules.iter();
    for rule in schedule_rules.filter(|one| is_here(&one.location)) {
        let ScheduleRule {
            expression,
            is_enabled,
            targets,
            ..
        } = &rule.start;
        let effect = if *is_enabled {
            format!("starts {} at {expression}", machines(targets))
        } else {
            "is disabled".to_owned()
        };
        lines.push(format!("rule `{}` {effect}", rule.name));
    }
    let schedules = starts.schedules.iter();
    for schedule in schedules.filter(|one| is_here(&one.location)) {
        lines.push(format!("schedule `{}` starts executions", schedule.name));
    }
    let unsupported = starts.unsupported.iter();
    for other in unsupported.filter(|one| is_here(&one.location)) {
        lines.push(format!(
            "`{}`: {} starts nothing here",
            other.location.id, other.name
        ));
    }
    lines
}
