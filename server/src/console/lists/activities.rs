//! The activities, with the tasks that wait for a worker.

use maud::html;
use stepwright_history::report::text;

use crate::console::form::params::Params;
use crate::console::http::error::PageResult;
use crate::console::live;
use crate::console::markup::layout::{Page, Section};
use crate::console::state::Console;

pub(crate) async fn render(console: Console, _: Params) -> PageResult {
    let console = &console;
    let live = live::url_of_lists(console);
    let activities = console.source.activities().await?;
    let statistics = console.service.engine.statistics();
    // The queues are in the memory of the engine.
    let has_queues = console.source.store().is_none();
    let waiting = |arn: &str| {
        let mut queues = statistics.activity_queues.iter();
        let queue = queues.find(|queue| queue.activity == arn);
        queue.map_or(0, |queue| queue.waiting)
    };
    Ok(Page::new("Activities", Section::Activities)
        .live(live)
        .render(
            console,
            html! {
                h1 { "Activities" }
                @if activities.is_empty() {
                    p class="panel" { "There is no activity. A client creates one with " code { "aws stepfunctions create-activity --name NAME" } "." }
                } @else {
                    div class="scroll" tabindex="0" role="region" aria-label="Activities" data-part="activities" { table {
                        thead { tr { th { "Name" } th { "ARN" } th { "Created (UTC)" } @if has_queues { th class="number" { "Waiting tasks" } } } }
                        tbody {
                            @for activity in &activities {
                                tr {
                                    th scope="row" { (activity.name) }
                                    td { code { (activity.arn) } }
                                    td { (text::time(activity.created)) }
                                    @if has_queues { td class="number" { (waiting(&activity.arn)) } }
                                }
                            }
                        }
                    } }
                }
            },
        ))
}
