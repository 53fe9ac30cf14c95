//! An incident is escalated along a rota: one state for each person on it, so the workflow is computed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::builder::{Anything, Built, FlowBuilder, States};
use stepwright::prelude::*;
use stepwright::{Faults, expr};
use stepwright_runtime::clock::{Clock, Hold};
use tokio::sync::mpsc::UnboundedSender;

/// Something is broken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Incident {
    pub service: String,
    /// 1 is the worst.
    pub severity: u8,
}

/// Somebody takes care.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Taken {
    pub by: String,
}

/// Somebody on the rota, as it stands in a configuration file.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    pub name: String,
    /// How long their phone may ring before the next one's does.
    pub minutes: u32,
}

/// The line to people's phones.
#[derive(Debug, Clone)]
pub struct Phones {
    pub calls: UnboundedSender<Call>,
    pub clock: Clock,
}

/// A phone that rings. Whoever picks it up answers with the token.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    pub incident: Incident,
    pub task_token: String,
    /// Virtual time stands still until somebody has looked at the phone.
    pub hold: Hold,
}

/// Lets somebody's phone ring.
#[task]
pub async fn page(context: &TaskContext, name: String, incident: Incident, task_token: String) {
    if let Some(phones) = context.state::<Phones>() {
        // When nobody listens any more, the state's timeout decides.
        let _ = phones.calls.send(Call {
            name,
            incident,
            task_token,
            hold: phones.clock.hold(),
        });
    }
}

/// The workflow for a rota. Incidents that are less severe than `least` wait for the morning.
///
/// # Errors
///
/// What cannot be built: two people of one name on the rota, say.
pub fn escalation(rota: &[Person], least: u8) -> Result<Built<Incident, Taken>, Faults> {
    let flow = FlowBuilder::<Incident, Taken>::new("Escalation")
        .comment("Rings one phone after the other until somebody takes care.")
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
            expr!([incident] |_: Anything, token: String| (name, incident, token)),
        )
        .timeout(60 * person.minutes)
        .catch(States::TIMEOUT, after)
        .end();
    }
    flow.pass(
        &morning,
        expr!(|_: Anything| Taken {
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
