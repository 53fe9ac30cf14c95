//! `examples/escalation`, whose states are computed: for a rota of two people it is this workflow.

use super::domain::same;
use escalation::{Incident, Person, Taken, escalation, page};
use stepwright::prelude::*;

workflow! {
    /// Rings one phone after the other until a person accepts the incident.
    workflow Escalation(incident: Incident) -> Taken {
        timeout 24h;
        lambda_retries;
        choice Triage {
            when incident.severity > 2 => Morning;
            otherwise => PageAnn;
        }
        #[name = "Page Ann"]
        task PageAnn {
            let taken: Taken = wait_for_task_token page("Ann".to_string(), incident, task_token);
            timeout 5m;
            catch States::Timeout => PageBen;
            end taken;
        }
        #[name = "Page Ben"]
        task PageBen {
            let taken: Taken = wait_for_task_token page("Ben".to_string(), incident, task_token);
            timeout 10m;
            catch States::Timeout => Nobody;
            end taken;
        }
        pass Morning { end Taken { by: "the day shift".to_string() }; }
        fail Nobody { "NobodyAnswered", format!("{} is still broken", incident.service) }
    }
}

#[test]
fn builder_and_macro_agree_on_the_escalation() {
    let person = |name: &str, minutes| Person {
        name: name.to_owned(),
        minutes,
    };
    let rota = [person("Ann", 5), person("Ben", 10)];
    same::<Escalation, _, _>(&escalation(&rota, 2).unwrap());
}
