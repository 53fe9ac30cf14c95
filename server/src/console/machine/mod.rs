//! One state machine: its diagram, a form that starts it, its definition, policy, estimate and
//! versions.

mod definition;
mod start_form;

use std::sync::Arc;

use maud::{Markup, html};
use stepwright_asl::model::MachineType;

use super::form::params::Params;
use super::http::error::{PageError, PageResult};
use super::lists::executions::newest_of;
use super::live;
use super::markup::layout::{Page, Section};
use super::markup::link;
use super::state::Console;
use crate::control::Machine;

/// The views of the page.
const VIEWS: [(&str, &str); 5] = [
    ("", "Overview"),
    ("definition", "Definition"),
    ("policy", "IAM policy"),
    ("estimate", "Estimate"),
    ("versions", "Versions"),
];

pub(super) async fn render(console: Console, params: Params) -> PageResult {
    let (console, params) = (&console, &params);
    let name = params.required("name")?;
    let machine = console.service.control.machine(name).ok_or_else(|| {
        PageError::not_found(format!(
            "there is no state machine `{name}`: it was deleted, or it is a Map of another one"
        ))
    })?;
    let tab = params.text("tab");
    let live = live::url_of_lists(console);
    let mut page = Page::new(name, Section::Machines);
    let content = match tab {
        "definition" => definition::text(&machine, params),
        "policy" => definition::policy(console, &machine),
        "estimate" => definition::estimate(console, &machine),
        "versions" => definition::versions(console, &machine, params).await?,
        start_form::INPUTS_TAB => start_form::earlier_inputs(console, &machine).await?,
        _ => {
            page = page.live(live);
            overview(console, &machine, params).await?
        }
    };
    Ok(page.render(
        console,
        html! {
            nav class="crumbs" aria-label="Breadcrumbs" { a href=(link::MACHINES) { "State machines" } }
            h1 { (name) " " span class="tag" { (super::lists::machines::kind(machine.machine_type)) } }
            nav class="tabs" aria-label="Views" {
                @for (view, title) in VIEWS {
                    a href=(link::machine(name, view)) aria-current=[(view == tab).then_some("page")] { (title) }
                }
            }
            (content)
        },
    ))
}

async fn overview(console: &Console, machine: &Arc<Machine>, params: &Params) -> PageResult {
    let picture = console
        .pictures
        .of_revision(&machine.name, &machine.current);
    let picture = picture.await;
    let newest = newest_of(console, &machine.name).await?;
    Ok(html! {
        div class="split" {
            section class="panel" data-part="picture" { (picture) }
            div {
                @if let Some(state) = params.get("state") { (definition::of_state(machine, state)) }
                @if !console.is_read_only { (start_form::panel(console, machine, params).await?) }
                (started_by(console, machine))
                section class="panel" data-part="newest" {
                    h2 { "Newest executions" }
                    @if machine.machine_type == MachineType::Express {
                        p class="hint" { "Express executions are not stored. Their numbers are on the page of all state machines." }
                    } @else { (newest) }
                }
            }
        }
    })
}

/// The rules and schedules that start the state machine.
fn started_by(console: &Console, machine: &Machine) -> Markup {
    let starters = console.service.starters_of(&machine.name);
    html! {
        @if !starters.is_empty() {
            section class="panel" data-part="started-by" {
                h2 { "Started by" }
                ul {
                    @for starter in &starters {
                        li {
                            (starter.kind) " " b { (starter.name) }
                            @if let Some(bus) = &starter.bus { " of the bus " (bus) }
                            ": " code { (starter.starts_at) }
                        }
                    }
                }
            }
        }
    }
}
