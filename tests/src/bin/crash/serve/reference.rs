//! The outputs of the machines on an undisturbed server.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::api::{Api, Outcome};
use super::control;
use super::inventory;
use super::machines::{self, Family, MACHINE_ARN, kind};
use crate::verdict::Broken;

/// The id in the inputs, which no execution of the run has.
const ID: u64 = 7_000_001;
/// The origin in the input of a nested machine.
const ORIGIN: &str = "client/reference";

/// The outputs by the kinds of the machines, as text with the id and the origin of the reference.
pub(crate) struct Outputs(HashMap<String, String>);

impl Outputs {
    /// Returns the output of a machine for an input.
    pub(crate) fn of(&self, kind: &str, input: &Value) -> Option<Value> {
        let id = input["id"].to_string();
        let origin = input["origin"].as_str().unwrap_or(ORIGIN);
        let output = self.0.get(kind)?;
        let output = output.replace(&ID.to_string(), &id).replace(ORIGIN, origin);
        serde_json::from_str(&output).ok()
    }
}

/// Runs each machine once, on a server that has nothing yet.
pub(crate) async fn outputs(api: &Api) -> Result<Outputs, Broken> {
    let family = Family { number: 1 };
    control::add_family(api, &family).await;
    let victim = ("victim-0".to_owned(), machines::victim(0));
    let request = control::create(&victim.0, &victim.1);
    api.read("CreateStateMachine", &request).await?;
    let names = machines::static_machines()
        .into_iter()
        .chain(family.machines())
        .chain([victim]);
    let names: Vec<String> = names.map(|(name, _)| name).collect();
    let [child, ..] = family.targets();
    let mut started = Vec::new();
    for name in names.iter().filter(|name| kind(name) != "faulty") {
        let input = json!({"id": ID, "origin": ORIGIN, "child": child});
        let request =
            json!({"stateMachineArn": format!("{MACHINE_ARN}{name}"), "input": input.to_string()});
        match api.call("StartExecution", &request).await {
            Outcome::Success(response) => {
                let arn = response["executionArn"].as_str().unwrap_or_default();
                started.push((kind(name).to_owned(), arn.to_owned()));
            }
            outcome => return Err(format!("{name} was not started: {outcome:?}")),
        }
    }
    let left = inventory::drain(api, super::PATIENCE).await?;
    if !left.is_empty() {
        return Err(format!(
            "executions do not end on an undisturbed server: {left:?}"
        ));
    }
    let mut outputs = HashMap::new();
    for (kind, arn) in started {
        let described = api
            .read("DescribeExecution", &json!({"executionArn": arn}))
            .await?;
        let Some(output) = described["output"].as_str() else {
            return Err(format!(
                "{kind} fails on an undisturbed server: {described}"
            ));
        };
        outputs.insert(kind, output.to_owned());
    }
    Ok(Outputs(outputs))
}
