//! The rules and schedules of templates in a server.

use std::collections::BTreeMap;

use stepwright_events::rule::DEFAULT_BUS;
use stepwright_server::{LocalClient, LocalClientError, Schedules};

use super::deployment_report::{Change, DeploymentReport, shown};
use super::template_set::TemplateReading;

/// Starts state machines by the rules and schedules of templates.
pub(super) struct StartDeployment {
    /// The schedules of the file of `--schedules`.
    file: Schedules,
    /// The rules and schedules in the server, as messages name them.
    deployed: BTreeMap<String, DeployedStart>,
}

/// A rule or a schedule in the server.
struct DeployedStart {
    /// The path of its template.
    template: String,
    /// All that it is, as text.
    content: String,
}

impl StartDeployment {
    pub(super) fn new(file: Schedules) -> Self {
        Self {
            file,
            deployed: BTreeMap::new(),
        }
    }

    /// Replaces the rules and schedules of the server by those of a reading.
    pub(super) fn apply(
        &mut self,
        client: &LocalClient,
        reading: &TemplateReading,
        report: &mut DeploymentReport,
    ) {
        let starts = &reading.desired.starts;
        let mut schedules = self.file.clone();
        for rule in &starts.schedule_rules {
            let added = schedules.clone().with_rule(rule.start.clone());
            // The reading has reported a wrong rule.
            schedules = added.unwrap_or(schedules);
        }
        for schedule in &starts.schedules {
            match schedules.clone().merge(schedule.start.clone()) {
                Ok(merged) => schedules = merged,
                Err(name) => report.refuse(
                    &reading.templates,
                    &schedule.location,
                    &LocalClientError::new(
                        "ConflictException",
                        format!("the file of --schedules has a schedule `{name}`, too; remove it from one of them"),
                    ),
                ),
            }
        }
        let rules = starts.rules.iter().map(|rule| rule.start.clone());
        // The server may refuse the schedules. Then the rules do not change, either.
        let applied = client
            .set_schedules(schedules)
            .and_then(|()| client.set_event_rules(rules.collect()));
        if let Err(error) = applied {
            let locations = starts.names().map(|(_, _, location)| location);
            if let Some(location) = locations.last() {
                report.refuse(&reading.templates, location, &error);
            }
            return;
        }
        self.report_changes(reading, report);
    }

    fn report_changes(&mut self, reading: &TemplateReading, report: &mut DeploymentReport) {
        let before = std::mem::replace(&mut self.deployed, deployed(reading));
        for (what, start) in &self.deployed {
            let change = match before.get(what) {
                None => Change::Created,
                Some(old) if old.content != start.content => Change::Updated,
                Some(_) => Change::Unchanged,
            };
            report.change(start.template.clone(), change, what);
        }
        for (what, start) in &before {
            if !self.deployed.contains_key(what) {
                let template = &start.template;
                report.changes.push(format!(
                    "{template}: the {what} is no longer in the template, and starts nothing more"
                ));
            }
        }
    }
}

fn deployed(reading: &TemplateReading) -> BTreeMap<String, DeployedStart> {
    let starts = &reading.desired.starts;
    let rules = starts.rules.iter().map(|one| {
        let what = match one.start.bus.as_str() {
            DEFAULT_BUS => format!("rule `{}`", one.name),
            bus => format!("rule `{}` of the bus `{bus}`", one.name),
        };
        (what, &one.location, format!("{:?}", one.start))
    });
    let schedule_rules = starts.schedule_rules.iter().map(|one| {
        let content = format!("{:?}", one.start);
        (format!("rule `{}`", one.name), &one.location, content)
    });
    let schedules = starts.schedules.iter().map(|one| {
        let content = format!("{:?}", one.start);
        (format!("schedule `{}`", one.name), &one.location, content)
    });
    let mut deployed: BTreeMap<String, DeployedStart> = BTreeMap::new();
    for (what, location, content) in rules.chain(schedule_rules).chain(schedules) {
        let start = deployed.entry(what).or_insert_with(|| DeployedStart {
            template: shown(&reading.templates, location),
            content: String::new(),
        });
        // A rule can have a pattern and a schedule expression.
        start.content.push_str(&content);
    }
    deployed
}
