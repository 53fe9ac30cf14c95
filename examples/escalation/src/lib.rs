//! Escalates an incident along a rota. The workflow has one state for each person on the rota, so a
//! program builds it.

pub mod function;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::builder::{AnyInput, BuiltWorkflow, FlowBuilder, States};
use stepwright::prelude::*;
use stepwright::{InvalidWorkflow, expr};
use stepwright_runtime::clock::{Clock, Hold};
use tokio::sync::mpsc::UnboundedSender;

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Incident {
    pub service: String,
    /// 1 is the worst.
    pub severity: u8,
}

/// A person accepts the incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Taken {
    pub by: String,
}

/// A person of the rota, as the configuration file describes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Person {
    pub name: String,
    /// Minutes before the next person's phone rings.
    pub minutes: u32,
}

/// The connection to the phones.
#[derive(Debug, Clone)]
pub struct Phones {
    pub calls: UnboundedSender<Call>,
    pub clock: Clock,
}

/// A ringing phone. The person who picks it up sends the result with the token.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    pub incident: Incident,
    pub task_token: String,
    /// Stops virtual time until the call is handled.
    pub hold: Hold,
}

/// Calls a person's phone.
#[task]
pub async fn page(context: &TaskContext, name: String, incident: Incident, task_token: String) {
    if let Some(phones) = context.state::<Phones>() {
        // Without a receiver, the state times out.
        let _ = phones.calls.send(Call {
            name,
            incident,
            task_token,
            hold: phones.clock.hold(),
        });
    }
}

/// Builds the workflow for a rota. Incidents that are less severe than `least` wait for the
/// morning.
///
/// # Errors
///
/// Returns the problems of the definition, for example two people of the same name on the rota.
pub fn escalation(
    rota: &[Person],
    least: u8,
) -> Result<BuiltWorkflow<Incident, Taken>, InvalidWorkflow> {
    let flow = FlowBuilder::<Incident, Taken>::new("Escalation")
        .comment("Rings one phone after the other until a person accepts the incident.")
        .timeout(24 * 60 * 60)
        .lambda_retries();
    let incident = flow.parameter("incident");
    let triage = flow.step("Triage");
    let morning = flow.step("Morning");
    let nobody = flow.step("Nobody");
    let pages: Vec<_> = rota
        .iter()
        .map(|person| flow.step(format!("Page {}", person.name)))
        .collect();

    flow.start_at(&triage);
    flow.choice(&triage)
        .when(expr!([incident] || incident.severity > least), &morning)
        .otherwise(pages.first().unwrap_or(&nobody));
    for (index, person) in rota.iter().enumerate() {
        let name = person.name.clone();
        let after = pages.get(index + 1).unwrap_or(&nobody);
        flow.wait_for_task_token(
            &pages[index],
            page {},
            expr!([incident] |_: AnyInput, token: String| (name, incident, token)),
        )
        .timeout(60 * person.minutes)
        .catch(States::TIMEOUT, after)
        .end();
    }
    flow.pass(
        &morning,
        expr!(|_: AnyInput| Taken {
            by: String::from("the day shift")
        }),
    )
    .end();
    flow.fail(
        &nobody,
        "NobodyAnswered",
        expr!([incident] || format!("{} is still broken", incident.service)),
    );
    flow.build()
}
