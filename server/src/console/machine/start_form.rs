//! The form that starts an execution of a state machine, and the choice of an earlier input.

use maud::{Markup, html};
use serde_json::Value as Json;
use stepwright_asl::model::MachineType;
use stepwright_engine::value::Value;
use stepwright_engine::{ExecutionFilter, ExecutionSummary};
use stepwright_history::report::text;

use crate::console::execution::editable::is_editable;
use crate::console::form::name_field::name_field;
use crate::console::form::params::Params;
use crate::console::form::schema_form::SchemaForm;
use crate::console::form::sent_forms::request_field;
use crate::console::http::error::PageResult;
use crate::console::http::guard::no_implicit_submission;
use crate::console::markup::link;
use crate::console::state::Console;
use crate::control::Machine;

/// The view of a state machine's page with earlier inputs.
pub(super) const INPUTS_TAB: &str = "inputs";
/// How many earlier inputs it shows.
const MOST_INPUTS: usize = 10;
/// How many executions it reads to find them.
const MOST_READ: usize = 100;
/// The most bytes of an input that it shows.
const SHOWN_BYTES: u64 = 2_000;

/// Shows the form: made from the schema of the input, if the state machine has one, and with the
/// input as JSON.
pub(crate) async fn panel(console: &Console, machine: &Machine, params: &Params) -> PageResult {
    let chosen = match params.get("input_of") {
        Some(arn) => {
            let input = console.run(arn).await?.execution().input().clone();
            console.check_editable(&input)?;
            Some(input)
        }
        None => None,
    };
    let schema = console.service.input_schemas.of(machine);
    let schema = schema.or_else(|| console.service.engine.input_schema(&machine.name));
    let form = schema.as_ref().and_then(SchemaForm::of);
    let input = chosen.as_ref().map(Value::to_json);
    let has_inputs = machine.machine_type == MachineType::Standard;
    Ok(html! {
        section class="panel" {
            h2 { "Start an execution" }
            @match form {
                None => (start_form(console, machine, &json_field(chosen.as_ref(), schema.as_ref(), None))),
                Some(form) => {
                    @let is_shown = input.as_ref().is_none_or(|input| form.shows(input));
                    @if !is_shown {
                        p class="message" role="alert" { "The chosen input does not have the form of the type that the workflow declares, so the fields lack parts of it. The JSON below is complete." }
                    }
                    (start_form(console, machine, &form.render("input", input.as_ref())))
                    details class="act" open[!is_shown] {
                        summary { "Write the input as JSON" }
                        (start_form(console, machine, &json_field(chosen.as_ref(), schema.as_ref(), Some(form.example()))))
                    }
                },
            }
            @if has_inputs {
                p class="pages" { a class="button" href=(link::machine(&machine.name, INPUTS_TAB)) { "Choose an earlier input" } }
            }
        }
    })
}

/// The input as JSON, with its schema and an example.
fn json_field(input: Option<&Value>, schema: Option<&Json>, example: Option<Json>) -> Markup {
    let example = || example.map_or_else(|| "{}".to_owned(), |example| format!("{example:#}"));
    let input = input.map_or_else(example, text::pretty);
    html! {
        label { "Input, as JSON" textarea name="input" rows="8" spellcheck="false" required data-json { (input) } }
        @if let Some(schema) = schema {
            details { summary { "JSON Schema of the input" } pre tabindex="0" { (format!("{schema:#}")) } }
        }
    }
}

fn start_form(console: &Console, machine: &Machine, input: &Markup) -> Markup {
    html! {
        form method="post" action="/console/start" {
            (no_implicit_submission())
            (console.form_field())
            (request_field())
            @if machine.aliases.is_empty() && machine.versions.is_empty() {
                input type="hidden" name="stateMachineArn" value=(machine.arn);
            } @else {
                label { "Version or alias"
                    select name="stateMachineArn" {
                        option value=(machine.arn) { "Newest revision" }
                        @for alias in machine.aliases.keys() { option value={ (machine.arn) ":" (alias) } { "Alias " (alias) } }
                        @for version in machine.versions.keys().rev() { option value=(machine.version_arn(*version)) { "Version " (version) } }
                    }
                }
            }
            (input)
            (name_field("Name", "generated", ""))
            div class="buttons" {
                button type="submit" class="primary" { "Start" }
                button type="submit" formaction=(link::NEW_DEBUGGER) { "Debug" }
            }
        }
    }
}

/// An input, and the newest execution that had it.
struct EarlierInput {
    input: Value,
    execution: ExecutionSummary,
    /// How many of the executions that were read had it.
    count: usize,
}

/// Shows the newest different inputs of a state machine's executions.
///
/// # Errors
///
/// Those of the store.
pub(super) async fn earlier_inputs(console: &Console, machine: &Machine) -> PageResult {
    let filter = ExecutionFilter::new().machine(machine.name.as_str());
    let list = console.executions(filter.limit(MOST_READ)).await?;
    let read = list.executions.len();
    let mut inputs: Vec<EarlierInput> = Vec::new();
    let mut hidden = 0;
    for execution in list.executions {
        // An execution may be deleted concurrently.
        let found = console.service.engine.execution(&execution.id).await?;
        let Some(run) = found else { continue };
        let input = run.execution().input();
        if !is_editable(console.source.redaction(), &input.to_json()) {
            hidden += 1;
            continue;
        }
        match inputs.iter().position(|known| known.input == *input) {
            Some(known) => inputs[known].count += 1,
            None if inputs.len() < MOST_INPUTS => inputs.push(EarlierInput {
                input: input.clone(),
                execution,
                count: 1,
            }),
            None => {}
        }
    }
    Ok(html! {
        section class="panel" {
            h2 { "Earlier inputs" }
            @if hidden > 0 {
                p { "The inputs of " (text::count(hidden, "execution")) " have masked fields or task tokens, so the console cannot show them for editing." }
            }
            @if inputs.is_empty() && hidden == 0 {
                p { "No execution of this state machine is stored." }
            } @else if !inputs.is_empty() {
                p class="hint" { "The newest different inputs of " (text::count(read, "execution")) ", which were read." }
                @for earlier in &inputs { (earlier.render(console, machine)) }
            }
        }
    })
}

impl EarlierInput {
    fn render(&self, console: &Console, machine: &Machine) -> Markup {
        let execution = &self.execution;
        let url = link::with(
            "/console/machine",
            &[("name", &machine.name), ("input_of", &execution.id)],
        );
        let shown = (self.input.json_len() <= SHOWN_BYTES).then(|| text::pretty(&self.input));
        html! {
            section {
                h3 { a href=(link::execution(&execution.id)) { (execution.name) } " " (text::status(execution.status)) " " (text::time(execution.started)) }
                @match shown {
                    Some(shown) => pre tabindex="0" { (shown) },
                    None => p class="hint" { "The input has " (self.input.json_len()) " bytes, too many for this page." },
                }
                p class="pages" {
                    @if !console.is_read_only { a class="button" href=(url) { "Use this input" } }
                    @if self.count > 1 { span class="hint" { "of " (text::count(self.count, "execution")) } }
                }
            }
        }
    }
}
