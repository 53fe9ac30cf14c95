//! `stepwright history --explain`: the values of the expressions of each visited state.

use serde_json::{Value as Json, json};
use stepwright_asl::StateMachine;
use stepwright_asl::validate::Validator;
use stepwright_engine::{ExecutionDescription, Redaction};
use stepwright_history::timeline::{FieldExplanation, FieldOutcome, Timeline, Visit};

use crate::args::{HistoryArguments, HistoryFormat};
use crate::commands::graph::{drawable, read_history};
use crate::definitions::definition::LoadedDefinition;
use crate::failure::Failure;
use crate::terminal::heading::heading;
use crate::terminal::output;
use crate::terminal::table::{cell, table};

/// A visit of a state, and its fields.
struct ExplainedVisit<'t> {
    visit: &'t Visit,
    fields: Vec<FieldExplanation>,
}

/// Explains an execution of a store.
///
/// # Errors
///
/// If its definition cannot be read.
pub(crate) fn of_stored(
    arguments: &HistoryArguments,
    found: &ExecutionDescription,
) -> Result<(), Failure> {
    let definition = StateMachine::from_json(&found.machine.definition)
        .map_err(|diagnostics| Failure::Usage(diagnostics.to_string()))?;
    let timeline = Timeline::of(&found.history);
    let redaction = found.history.redaction();
    print(
        arguments,
        &timeline,
        &definition,
        redaction,
        &heading(found),
    )
}

/// Explains the history in a file.
///
/// # Errors
///
/// If a file cannot be read, or the definition has errors or is not that of the history.
pub(crate) fn of_recorded(arguments: &HistoryArguments) -> Result<(), Failure> {
    let (Some(history), Some(file)) = (&arguments.history, &arguments.definition) else {
        return Err(Failure::Usage(
            "give a store with --store PATH and --name NAME, or a history with --history FILE and --definition FILE"
                .to_owned(),
        ));
    };
    let validator = Validator::new(stepwright_asl::MachineType::Standard);
    let definition = LoadedDefinition::read(file, &validator)?;
    let machine = definition.machine()?;
    let recorded = read_history(history, drawable(&definition)?, &Redaction::new())?;
    let redaction = arguments.redact.redaction();
    print(arguments, &recorded.timeline(), &machine, &redaction, "")
}

fn print(
    arguments: &HistoryArguments,
    timeline: &Timeline,
    definition: &StateMachine,
    redaction: &Redaction,
    head: &str,
) -> Result<(), Failure> {
    let mut visits = Vec::new();
    for (index, visit) in timeline.visits().iter().enumerate() {
        let fields = timeline.explain(definition, index);
        let fields = fields.map_err(|error| Failure::Usage(error.to_string()))?;
        let fields = fields.iter().map(|field| field.redact(redaction));
        visits.push(ExplainedVisit {
            visit,
            fields: fields.collect(),
        });
    }
    if arguments.reverse {
        visits.reverse();
    }
    match arguments.format {
        HistoryFormat::Json => {
            let visits: Vec<Json> = visits.iter().map(ExplainedVisit::to_json).collect();
            output::line(format_args!("{:#}", json!({"visits": visits})));
        }
        HistoryFormat::Test => {
            return Err(Failure::Usage(
                "`--explain` has no test; omit `--format test`, or `--explain`".to_owned(),
            ));
        }
        HistoryFormat::Text => {
            let rows: Vec<_> = visits.iter().flat_map(ExplainedVisit::rows).collect();
            let headings = ["ID", "STATE", "FIELD", "EXPRESSION", "VALUE"];
            output::print(format_args!("{head}{}", table(headings, &rows)));
        }
    }
    Ok(())
}

impl ExplainedVisit<'_> {
    /// Returns a row for each field; one without a field if the state has none.
    fn rows(&self) -> Vec<[String; 5]> {
        let mut path = self.visit.scope().to_vec();
        path.push(self.visit.state().to_owned());
        let begin = [
            self.visit.first_event().to_string(),
            cell(&path.join(" > ")),
        ];
        let row = |[field, expression, value]: [&str; 3]| {
            let [id, state] = begin.clone();
            [id, state, cell(field), cell(expression), cell(value)]
        };
        if self.fields.is_empty() {
            return vec![row(["", "", ""])];
        }
        let fields = self.fields.iter();
        let fields = fields.map(|field| {
            let name = field.field.trim_start_matches('/');
            row([name, &field.expression, &value(&field.outcome)])
        });
        fields.collect()
    }

    fn to_json(&self) -> Json {
        let fields: Vec<Json> = self.fields.iter().map(field_json).collect();
        json!({
            "event": self.visit.first_event(),
            "state": self.visit.state(),
            "scope": self.visit.scope(),
            "fields": fields,
        })
    }
}

fn value(outcome: &FieldOutcome) -> String {
    match outcome {
        FieldOutcome::Value(value) => value.to_text(),
        FieldOutcome::Failed { error, cause, .. } => format!("{error}: {cause}"),
        FieldOutcome::NotEvaluated { reason, .. } => format!("not evaluated: {reason}"),
        FieldOutcome::Unknown {
            reason, recorded, ..
        } => match recorded {
            Some(recorded) => format!("{}, not computed again: {reason}", recorded.to_text()),
            None => format!("not computed again: {reason}"),
        },
        _ => String::new(),
    }
}

fn field_json(field: &FieldExplanation) -> Json {
    let mut json = json!({"field": field.field, "expression": field.expression});
    match &field.outcome {
        FieldOutcome::Value(value) => json["value"] = value.to_json(),
        FieldOutcome::Failed { error, cause, .. } => {
            json["error"] = error.as_str().into();
            json["cause"] = cause.as_str().into();
        }
        FieldOutcome::NotEvaluated { reason, .. } => json["notEvaluated"] = reason.as_str().into(),
        FieldOutcome::Unknown {
            reason, recorded, ..
        } => {
            json["notComputed"] = reason.as_str().into();
            if let Some(recorded) = recorded {
                json["recorded"] = recorded.to_json();
            }
        }
        _ => {}
    }
    json
}
