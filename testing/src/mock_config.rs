//! AWS's mock file: `MockConfigFile.json` of Step Functions Local.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;
use stepwright_asl::words::quoted_or_none;
use stepwright_engine::TestCases;
use stepwright_engine::task::{Answer, DefinedState, TaskCall, TaskSource};
use stepwright_interpreter::value::Value;

use super::matcher::Matcher;

/// The answers of a `MockConfigFile.json` to Task states, by machine and test case.
///
/// The format is that of Step Functions Local ([AWS documentation]); its machines, cases and
/// responses keep their names.
///
/// ```
/// use stepwright_runtime::testing::MockConfig;
///
/// let file = r#"{
///   "StateMachines": {"Orders": {"TestCases": {"Declined": {"Charge": "CardDeclined"}}}},
///   "MockedResponses": {"CardDeclined": {"0": {"Throw": {"Error": "CardDeclined", "Cause": "no funds"}}}}
/// }"#;
/// let case = MockConfig::parse(file)?.case("Orders", "Declined")?;
/// # let _ = case;
/// # Ok::<(), stepwright_runtime::testing::MockConfigError>(())
/// ```
///
/// Starts on an engine with the file choose a test case:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::testing::MockConfig;
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let mocks = MockConfig::parse(r#"{
///     "StateMachines": {"Orders": {"TestCases": {"Paid": {"Charge": "Paid"}}}},
///     "MockedResponses": {"Paid": {"0": {"Return": {"id": "ch-1"}}}}
/// }"#)?;
/// let text = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": true,
///     "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge"}}}"#;
/// let engine = Engine::builder().register_json("Orders", text, MachineType::Standard).test_cases(mocks).build()?;
/// let run = engine.start_machine("Orders", json!({}), StartOptions::new().test_case("Paid")).await?;
/// assert_eq!(run.await?.to_text(), r#"{"id":"ch-1"}"#);
/// # Ok(()) }
/// ```
///
/// [AWS documentation]: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
#[derive(Debug)]
pub struct MockConfig {
    machines: IndexMap<String, IndexMap<String, IndexMap<String, String>>>,
    responses: IndexMap<String, Vec<AttemptRange>>,
}

/// One test case: the answers of the Task states that it names.
#[derive(Debug, Clone)]
pub struct MockCase {
    name: String,
    states: HashMap<String, Vec<AttemptRange>>,
}

/// An invalid mock file, or an unknown machine or test case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MockConfigError(String);

/// The answer of the attempts `first..=last`.
#[derive(Debug, Clone)]
struct AttemptRange {
    first: u32,
    last: u32,
    reply: Reply,
}

#[derive(Debug, Clone, Deserialize)]
enum Reply {
    Return(Json),
    Throw {
        #[serde(rename = "Error")]
        error: String,
        #[serde(rename = "Cause", default)]
        cause: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    state_machines: IndexMap<String, Machine>,
    #[serde(default)]
    mocked_responses: IndexMap<String, IndexMap<String, Json>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Machine {
    #[serde(default)]
    test_cases: IndexMap<String, IndexMap<String, String>>,
}

impl MockConfig {
    /// Parses a mock file.
    ///
    /// # Errors
    ///
    /// Text that is not a valid mock file: invalid JSON, a response that is neither `Return` nor
    /// `Throw`, attempts with gaps or that do not start at 0, or a case that names a missing
    /// response.
    pub fn parse(text: &str) -> Result<Self, MockConfigError> {
        let file: File = serde_json::from_str(text)
            .map_err(|error| MockConfigError(format!("not a mock file: {error}")))?;
        let responses = file
            .mocked_responses
            .into_iter()
            .map(|(name, attempts)| Ok((name.clone(), in_order(&name, attempts)?)))
            .collect::<Result<IndexMap<_, _>, MockConfigError>>()?;
        let machines: IndexMap<_, _> = file
            .state_machines
            .into_iter()
            .map(|(name, machine)| (name, machine.test_cases))
            .collect();
        for (machine, cases) in &machines {
            for (case, states) in cases {
                if let Some((state, response)) = states
                    .iter()
                    .find(|(_, response)| !responses.contains_key(*response))
                {
                    return Err(MockConfigError(format!(
                        "case `{case}` of machine `{machine}` gives state `{state}` the response `{response}`, which is not among the `MockedResponses` ({})",
                        quoted_or_none(responses.keys())
                    )));
                }
            }
        }
        Ok(Self {
            machines,
            responses,
        })
    }

    /// Returns the names of the machines.
    pub fn machines(&self) -> impl Iterator<Item = &str> {
        self.machines.keys().map(String::as_str)
    }

    /// Returns whether a test case of a machine names this state.
    pub(crate) fn may_answer(&self, state: &DefinedState) -> bool {
        let cases = self.machines.get(state.machine());
        let mut cases = cases.into_iter().flat_map(IndexMap::values);
        cases.any(|states| states.contains_key(state.name()))
    }

    /// Returns one test case of one machine.
    ///
    /// # Errors
    ///
    /// A machine or case that the file does not have; the message lists the existing ones.
    pub fn case(&self, machine: &str, case: &str) -> Result<MockCase, MockConfigError> {
        let cases = self.machines.get(machine).ok_or_else(|| {
            MockConfigError(format!(
                "the mock file has no machine `{machine}`; it has {}",
                quoted_or_none(self.machines.keys())
            ))
        })?;
        let states = cases.get(case).ok_or_else(|| {
            MockConfigError(format!(
                "machine `{machine}` has no test case `{case}`; it has {}",
                quoted_or_none(cases.keys())
            ))
        })?;
        let states = states
            .iter()
            .map(|(state, response)| {
                (
                    state.clone(),
                    self.responses.get(response).cloned().unwrap_or_default(),
                )
            })
            .collect();
        Ok(MockCase {
            name: case.to_owned(),
            states,
        })
    }
}

impl MockCase {
    /// Returns the Task states that the case answers.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }
}

/// Attempts are counted over all visits of the state in one execution; a state that the case does
/// not name is not answered here.
///
/// Assumption: AWS does not document what counts as an attempt when a loop enters the state again;
/// Step Functions Local continues to count.
impl TaskSource for MockCase {
    /// A case may name states of any definition, because a nested execution has the mocks of its
    /// parent.
    fn check(&self, states: &[DefinedState]) -> Vec<String> {
        let mut names: Vec<&String> = self.states.keys().collect();
        names.sort();
        let problems = names.into_iter().filter_map(|state| {
            let problem = Matcher::State(state.clone()).problem(states)?;
            Some(format!("test case `{}`: {problem}", self.name))
        });
        problems.collect()
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let attempts = self.states.get(call.state())?;
        let attempt = call.call();
        let mocked = attempts
            .iter()
            .find(|mocked| (mocked.first..=mocked.last).contains(&attempt));
        Some(match mocked.map(|mocked| &mocked.reply) {
            Some(Reply::Return(output)) => Answer::output(Value::from(output.clone())),
            Some(Reply::Throw { error, cause }) => Answer::failure(error.as_str(), cause.as_str()),
            None => Answer::refused(format!(
                "test case `{}` has no response for attempt {attempt} of state `{}`",
                self.name,
                call.state()
            )),
        })
    }
}

/// Sorts the attempts of a response and checks that none is missing.
fn in_order(
    name: &str,
    attempts: IndexMap<String, Json>,
) -> Result<Vec<AttemptRange>, MockConfigError> {
    let mut mocked = attempts
        .into_iter()
        .map(|(key, reply)| {
            let (first, last) = range(&key).ok_or_else(|| {
                MockConfigError(format!("response `{name}`: `{key}` is not an attempt; write \"0\", or \"1-3\" for several"))
            })?;
            let reply = serde_json::from_value(reply).map_err(|error| {
                MockConfigError(format!("response `{name}`: \"{key}\" has no answer ({error}); write {{\"Return\": ..}} or {{\"Throw\": {{\"Error\": .., \"Cause\": ..}}}}"))
            })?;
            Ok(AttemptRange { first, last, reply })
        })
        .collect::<Result<Vec<_>, MockConfigError>>()?;
    mocked.sort_by_key(|mocked| mocked.first);
    let mut next = 0;
    for attempt in &mocked {
        if attempt.first != next {
            return Err(MockConfigError(format!(
                "response `{name}`: attempts must follow on each other from 0; after {next} attempts comes \"{}\"",
                attempt.first
            )));
        }
        next = attempt.last.saturating_add(1);
    }
    Ok(mocked)
}

fn range(key: &str) -> Option<(u32, u32)> {
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

impl TestCases for MockConfig {
    fn case(&self, machine: &str, case: &str) -> Result<Arc<dyn TaskSource>, String> {
        let found: Result<MockCase, MockConfigError> = Self::case(self, machine, case);
        found
            .map(TaskSource::into_shared)
            .map_err(|error| error.to_string())
    }

    fn may_answer(&self, state: &DefinedState) -> bool {
        Self::may_answer(self, state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        MockConfig::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn attempts_must_be_consecutive_from_zero() {
        let file = |attempts: &str| {
            format!(r#"{{"StateMachines": {{}}, "MockedResponses": {{"R": {attempts}}}}}"#)
        };
        assert!(MockConfig::parse(&file(r#"{"1-2": {"Return": 1}, "0": {"Return": 0}}"#)).is_ok());
        assert!(error(&file(r#"{"1": {"Return": 1}}"#)).contains("from 0"));
        assert!(
            error(&file(r#"{"0": {"Return": 0}, "2": {"Return": 1}}"#))
                .contains("after 1 attempts")
        );
        assert!(error(&file(r#"{"2-1": {"Return": 0}}"#)).contains("is not an attempt"));
    }

    #[test]
    fn a_response_is_a_return_or_a_throw() {
        let file = r#"{"StateMachines": {}, "MockedResponses": {"R": {"0": {"Return": 1, "Throw": {"Error": "E"}}}}}"#;
        assert!(MockConfig::parse(file).is_err());
        let file = r#"{"StateMachines": {}, "MockedResponses": {"R": {"0": {"Give": 1}}}}"#;
        assert!(error(file).contains("Give"));
        let file = r#"{"StateMachines": {}, "MockedResponses": {"R": {"0": {}}}}"#;
        assert!(error(file).starts_with("response `R`: \"0\" has no answer"));
    }

    #[test]
    fn unknown_names_are_refused_with_the_known_ones() {
        let file = r#"{
            "StateMachines": {"Orders": {"TestCases": {"Happy": {"Charge": "Paid"}}}},
            "MockedResponses": {"Paid": {"0": {"Return": {}}}}
        }"#;
        let config = MockConfig::parse(file).unwrap();
        assert!(
            config
                .case("Order", "Happy")
                .unwrap_err()
                .to_string()
                .contains("it has `Orders`")
        );
        assert!(
            config
                .case("Orders", "Sad")
                .unwrap_err()
                .to_string()
                .contains("it has `Happy`")
        );
        assert!(error(&file.replace("\"Paid\":", "\"Payed\":")).contains("`Payed`"));
    }
}
