//! Escalates an incident along a rota, in process and on virtual time:
//! `cargo run --bin escalation`.

use std::error::Error;

use escalation::{Incident, Person, Phones, Taken, escalation};
use stepwright_runtime::clock::{Clock, VIRTUAL_START};
use stepwright_runtime::{Engine, StartOptions};
use tokio::sync::mpsc::unbounded_channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // In production this is a file: the workflow has one state for each person in it.
    let rota: Vec<Person> = serde_json::from_str(
        r#"[{"name": "Ada", "minutes": 5}, {"name": "Grace", "minutes": 10}, {"name": "Edsger", "minutes": 30}]"#,
    )?;
    let escalation = match escalation(&rota, 3) {
        Ok(escalation) => escalation,
        Err(faults) => {
            for fault in &faults {
                eprintln!("{fault}");
            }
            return Err("the rota cannot become a workflow".into());
        }
    };
    println!("{escalation}", escalation = escalation.definition());

    let (calls, mut ringing) = unbounded_channel();
    let clock = Clock::virtual_from(VIRTUAL_START);
    let phones = Phones {
        calls,
        clock: clock.clone(),
    };
    let engine = Engine::builder()
        .register_built(&escalation)
        .state(phones)
        .clock(clock)
        .build()?;
    let incident = Incident {
        service: "checkout".to_owned(),
        severity: 1,
    };
    let run = engine
        .start_built(&escalation, incident, StartOptions::new())
        .await?;
    // Ada is asleep.
    while let Some(call) = ringing.recv().await {
        println!("{}'s phone rings: {}", call.name, call.incident.service);
        if call.name != "Ada" {
            let taken = Taken { by: call.name };
            engine.send_task_success(&call.task_token, &taken).await?;
            break;
        }
    }
    println!("{} takes care", run.await?.by);
    Ok(())
}
