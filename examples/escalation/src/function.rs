//! The escalation as an async function. The rota is part of the input, so one state calls
//! everybody's phone in a loop, and a change of the rota changes no state.

use super::{Incident, Person, Taken, page};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::function::*;

/// An incident, and the people whose phones ring for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Alert {
    pub incident: Incident,
    pub rota: Vec<Person>,
    /// Incidents that are less severe wait for the morning.
    pub least: u8,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum EscalationFailed {
    #[error("{service} is still broken")]
    #[task_error(name = "NobodyAnswered")]
    Nobody { service: String },
}

/// Rings one phone after the other until a person accepts the incident.
#[workflow(timeout = hours(24), lambda_retries)]
pub async fn escalation(alert: Alert) -> Result<Taken, EscalationFailed> {
    #[state(Triage)]
    if alert.incident.severity > alert.least {
        #[state(Morning)]
        return Ok(Taken {
            by: "the day shift".to_owned(),
        });
    }
    for person in &alert.rota {
        match page(&person.name, &alert.incident, task_token())
            .timeout(mins(u64::from(person.minutes)))
            .await
        {
            Ok(taken) => return Ok(taken),
            Err(Failed::Timeout) => {}
            Err(Failed::Task(never)) => match never {},
        }
    }
    Err(EscalationFailed::Nobody {
        service: alert.incident.service,
    })
}
