//! The views of a definition: its text with diagnostics, its IAM policy, its estimate, and the
//! differences between versions.

use std::collections::BTreeMap;

use maud::{Markup, html};
use stepwright_asl::StateMachine;
use stepwright_asl::diff::Diff;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::validate::{Diagnostic, validate_text};
use stepwright_diagram::Diagram;
use stepwright_engine::ExecutionFilter;
use stepwright_engine::Status;
use stepwright_history::report::text as format;
use stepwright_tools::estimate::{Estimate, EstimateOptions};
use stepwright_tools::policy::{Policy, PolicyOptions};

use crate::console::form::params::Params;
use crate::console::http::error::PageResult;
use crate::console::markup::link;
use crate::console::state::Console;
use crate::control::Machine;

/// How many running executions are read to count those of each version.
const MOST_READ: usize = 2_000;

/// Returns a definition whose lines can be read: one that is written in one line is indented.
fn readable(text: &str) -> String {
    match text.lines().count() {
        0..=2 => match text.parse::<Asl>() {
            Ok(json) => json.to_pretty(),
            Err(_) => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// Shows the definition, as JSON or as YAML.
pub(crate) fn text(machine: &Machine, params: &Params) -> Markup {
    let is_yaml = params.text("format") == "yaml";
    let url = |format: &str| {
        let params = [
            ("name", machine.name.as_str()),
            ("tab", "definition"),
            ("format", format),
        ];
        link::with("/console/machine", &params)
    };
    html! {
        nav class="tabs" aria-label="Formats" {
            a href=(url("")) aria-current=[(!is_yaml).then_some("page")] { "JSON" }
            a href=(url("yaml")) aria-current=[is_yaml.then_some("page")] { "YAML" }
        }
        @if is_yaml { (yaml(machine)) } @else { (json(machine)) }
    }
}

/// Shows the fields of one state, without nested states.
pub(super) fn of_state(machine: &Machine, state: &str) -> Markup {
    let definition = machine.current.configuration.definition.parse::<Asl>();
    let diagram = definition.as_ref().ok().map(Diagram::of);
    let source = diagram.as_ref().and_then(|diagram| diagram.source(state));
    html! {
        section class="panel" id="state" {
            h2 { (state) }
            @match source {
                Some(source) => (format::code("Definition of the state", source)),
                None => p class="hint" { "The newest definition has no state with this name." },
            }
        }
    }
}

/// Shows the definition as YAML.
fn yaml(machine: &Machine) -> Markup {
    match machine.current.configuration.definition.parse::<Asl>() {
        Ok(json) => {
            html! { section class="panel" { (format::code("Definition as YAML", &json.to_yaml())) } }
        }
        Err(error) => html! { p class="message" { "The definition cannot be read: " (error) } },
    }
}

/// Shows the definition as JSON, with the diagnostics below their lines.
fn json(machine: &Machine) -> Markup {
    let text = readable(&machine.current.configuration.definition);
    let diagnostics = validate_text(&text, machine.machine_type);
    let mut of_line: BTreeMap<usize, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in diagnostics.iter() {
        let line = diagnostic.location.line.max(1);
        of_line.entry(line).or_default().push(diagnostic);
    }
    html! {
        section class="panel" {
            p {
                @if diagnostics.is_empty() { span class="status SUCCEEDED" { "no diagnostics" } }
                @else { @for line in of_line.keys() { a class="status CAUGHT" href={ "#line-" (line) } { "line " (line) } " " } }
            }
            code-view class="lines" tabindex="0" role="region" aria-label="Definition" { ol {
                @for (index, line) in text.lines().enumerate() {
                    li id={ "line-" (index + 1) } {
                        code { (line) }
                        @for diagnostic in of_line.get(&(index + 1)).into_iter().flatten() { (shown(diagnostic)) }
                    }
                }
            } }
        }
    }
}

fn shown(diagnostic: &Diagnostic) -> Markup {
    html! {
        div class="diagnostic" {
            strong { (diagnostic.severity.as_str()) @if let Some(code) = diagnostic.code { " " (code) } } ": " (diagnostic.message)
            @if let Some(help) = &diagnostic.help { br; "help: " (help) }
        }
    }
}

/// Parses the newest definition.
fn model(machine: &Machine) -> Result<StateMachine, Markup> {
    let text = &machine.current.configuration.definition;
    StateMachine::from_json(text)
        .map_err(|error| html! { p class="message" { "The definition cannot be read: " (error) } })
}

/// Shows the least-privilege policy of the role.
pub(crate) fn policy(console: &Console, machine: &Machine) -> Markup {
    let model = match model(machine) {
        Ok(model) => model,
        Err(message) => return message,
    };
    let engine = &console.service.engine;
    let options = PolicyOptions::new(machine.name.as_str())
        .region(engine.region())
        .account(engine.account());
    let policy = Policy::of(&model, &options);
    html! {
        section class="panel" {
            p { "The role of this state machine needs these permissions." }
            (format::code("Policy", &policy.to_json_pretty()))
            @for warning in policy.warnings() { p class="message" { (warning) } }
            @for role in policy.roles() {
                h2 { "Role " (role.role) }
                (format::code("Policy of the role", &role.to_value().to_pretty()))
            }
        }
    }
}

/// Shows the cost of executions and how close they come to the limits.
pub(crate) fn estimate(console: &Console, machine: &Machine) -> Markup {
    let model = match model(machine) {
        Ok(model) => model,
        Err(message) => return message,
    };
    let options = EstimateOptions::new().region(console.service.engine.region());
    let estimate = Estimate::of(&model, &options);
    html! {
        section class="panel" {
            (format::code("Estimate", &estimate.to_string()))
            @for warning in &estimate.warnings { p class="message" { (warning) } }
            p class="hint" { "With the numbers of recorded executions the estimate is exact: " code { "stepwright estimate --history" } "." }
        }
    }
}

/// Lists versions and aliases with their running executions, and compares two definitions.
///
/// # Errors
///
/// Those of the store.
pub(crate) async fn versions(console: &Console, machine: &Machine, params: &Params) -> PageResult {
    let mut rows = Vec::new();
    for (number, version) in machine.versions.iter().rev() {
        let arn = machine.version_arn(*number);
        let running = running(console, machine, ExecutionFilter::new().version(&arn)).await?;
        rows.push((*number, version, running));
    }
    let mut aliases = Vec::new();
    for (name, alias) in &machine.aliases {
        let arn = format!("{}:{name}", machine.arn);
        let running = running(console, machine, ExecutionFilter::new().alias(&arn)).await?;
        aliases.push((name, alias, running));
    }
    Ok(html! {
        section class="panel" {
            h2 { "Versions" }
            @if rows.is_empty() {
                p class="hint" { "No version is published. A client publishes one with " code { "aws stepfunctions publish-state-machine-version" } "." }
            } @else {
                div class="scroll" tabindex="0" role="region" aria-label="Versions" { table {
                    thead { tr { th { "Version" } th { "Published (UTC)" } th { "Description" } th class="number" { "Running executions" } } }
                    tbody { @for (number, version, running) in &rows {
                        tr {
                            th scope="row" { (number) }
                            td { (format::time(version.created)) }
                            td { (version.description.as_deref().unwrap_or_default()) }
                            td class="number" { (running) }
                        }
                    } }
                } }
            }
        }
        @if !aliases.is_empty() {
            section class="panel" {
                h2 { "Aliases" }
                div class="scroll" tabindex="0" role="region" aria-label="Aliases" { table {
                    thead { tr { th { "Alias" } th { "Routes to" } th { "Description" } th class="number" { "Running executions" } } }
                    tbody { @for (name, alias, running) in &aliases {
                        tr {
                            th scope="row" { (name) }
                            td { @for route in &alias.routing { "version " (route.version) ": " (route.weight) " % " } }
                            td { (alias.description.as_deref().unwrap_or_default()) }
                            td class="number" { (running) }
                        }
                    } }
                } }
            }
        }
        (compare(machine, params))
    })
}

/// Returns the number of running executions that a filter selects, as text.
async fn running(
    console: &Console,
    machine: &Machine,
    filter: ExecutionFilter,
) -> Result<String, crate::console::http::error::PageError> {
    let filter = filter
        .machine(machine.name.as_str())
        .status(Status::Running)
        .limit(MOST_READ);
    let page = console.executions(filter).await?;
    let more = if page.next.is_some() { " or more" } else { "" };
    Ok(format!("{}{more}", page.executions.len()))
}

fn compare(machine: &Machine, params: &Params) -> Markup {
    let revisions = revisions(machine);
    if revisions.len() < 2 {
        return html! {};
    }
    let chosen = |name: &str, default: usize| {
        let title = params.get(name);
        let found = revisions
            .iter()
            .position(|(known, _)| Some(known.as_str()) == title);
        found.unwrap_or(default)
    };
    let (old, new) = (chosen("old", 1), chosen("new", 0));
    let parsed = |index: usize| revisions[index].1.parse::<Asl>().ok();
    html! {
        section class="panel" {
            h2 { "Differences" }
            form class="filters" method="get" action="/console/machine" {
                input type="hidden" name="name" value=(machine.name);
                input type="hidden" name="tab" value="versions";
                @for (name, label, chosen) in [("old", "From", old), ("new", "To", new)] {
                    label { (label) select name=(name) {
                        @for (index, (title, _)) in revisions.iter().enumerate() { option value=(title) selected[index == chosen] { (title) } }
                    } }
                }
                div class="buttons" { button type="submit" class="primary" { "Compare" } }
            }
            @if let (Some(old), Some(new)) = (parsed(old), parsed(new)) {
                @let diff = Diff::of(&old, &new);
                @if diff.is_empty() { p { "The definitions are equal." } } @else { (format::code("Differences", &diff.to_string())) }
            }
            p { a href=(link::machine(&machine.name, "definition")) { "Newest definition" } }
        }
    }
}

/// Returns the texts of the newest revision and of each version, with their titles, the newest
/// first.
fn revisions(machine: &Machine) -> Vec<(String, &str)> {
    let current = machine.current.configuration.definition.as_str();
    let versions = machine.versions.iter().rev().map(|(number, version)| {
        let text = version.revision.configuration.definition.as_str();
        (format!("version {number}"), text)
    });
    std::iter::once(("newest revision".to_owned(), current))
        .chain(versions)
        .collect()
}
