//! For any definition, input, answers and steps: the history is that of the engine, and repeated
//! steps repeat it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_asl::StateMachine;
use stepwright_runtime::debug::{DebugOptions, Debugger, PositionKind, Stop};
use stepwright_runtime::task::{Answer, TaskCall, TaskFailure, TaskResult, TaskSource};
use stepwright_runtime::{Engine, ExecutionInfo, Limits, MachineType, StartOptions};

use crate::property::generate::scope;
use crate::property::run;

/// More events than one step of the engine can write, so that its branches take turns.
fn limits() -> Limits {
    run::limits().events(1_500).express_transitions(1_000)
}

/// Longer than any timeout.
const NEVER: Duration = Duration::from_secs(10_000_000_000);

/// Returns the answer to a call, determined by the seed, the state and the number of the call.
fn answer(seed: u64, state: &str, call: u32) -> (Duration, TaskResult) {
    let mut hasher = DefaultHasher::new();
    (seed, state, call).hash(&mut hasher);
    let chance = hasher.finish();
    let outputs = [
        json!({"Payload": {"a": 1}, "StatusCode": 200}),
        json!({"a": {"b": [1, 2]}, "n": 1.5}),
        json!([1, "x", null]),
        json!("text"),
        json!("x".repeat(300_000)),
    ];
    let output = || Ok(outputs[(chance >> 32) as usize % 5].clone().into());
    let failure = |error: Option<&str>| {
        Err(TaskFailure {
            error: error.map(str::to_owned),
            cause: Some("by chance".to_owned()),
        })
    };
    let delay = Duration::from_millis((chance >> 8) % 90_000);
    match chance % 10 {
        0..=4 => (Duration::ZERO, output()),
        5 => (delay, output()),
        6 => (Duration::ZERO, failure(Some("Declined"))),
        7 => (delay, failure(Some("Throttled"))),
        8 => (Duration::ZERO, failure(None)),
        _ => (NEVER, output()),
    }
}

struct ByChance(u64);

impl TaskSource for ByChance {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let (delay, result) = answer(self.0, call.state(), call.call());
        Some(Answer::result(result).after(delay))
    }

    fn token(&self, _: &ExecutionInfo, state: &str) -> Option<String> {
        Some(format!("token of {state}"))
    }
}

/// Returns the history and the end of an execution in an engine.
fn in_engine(definition: &Json, machine_type: MachineType, input: &Json, seed: u64) -> Json {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let engine = Engine::builder()
            .register_json("m", &definition.to_string(), machine_type)
            .tasks(ByChance(seed))
            .activity("arn:aws:states:us-east-1:123456789012:activity:open")
            .limits(limits())
            .virtual_time()
            .seed(seed)
            .build()
            .unwrap();
        let options = StartOptions::new().name("random");
        let report = engine.execute_machine("m", input.clone(), options).await;
        let report = report.unwrap();
        json!({
            "history": report.history.to_json(),
            "status": report.status.as_str(),
            "output": report.output.as_ref().map(|output| output.to_text()),
            "error": report.error,
            "cause": report.cause,
        })
    })
}

/// Returns the same of an execution in a debugger that has ended.
fn in_debugger(debugger: &Debugger) -> Json {
    let PositionKind::Ended(end) = &debugger.position().kind else {
        panic!("{:?}", debugger.position());
    };
    json!({
        "history": debugger.history().to_json(),
        "status": end.status.as_str(),
        "output": end.output.as_ref().map(|output| output.to_text()),
        "error": end.error,
        "cause": end.cause,
    })
}

/// Makes one step, which `choice` chooses. Answers come from the seed.
fn act(debugger: &mut Debugger, choice: u8, seed: u64) -> Stop {
    let position = debugger.position();
    if let PositionKind::Call(visit, call) = &position.kind {
        let (delay, result) = answer(seed, &visit.state, call.call);
        return debugger.answer_after(delay, result).unwrap();
    }
    match choice % 3 {
        0 => debugger.step(),
        1 => debugger.step_into(),
        _ => debugger.resume(),
    }
}

fn input() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        json!({}),
        json!({"a": {"b": 1}, "n": 2, "s": "text", "xs": [{"k": 1}, {"k": 2}, 3]}),
        json!([1, 2, 3]),
    ])
}

fn debugger(definition: &Json, machine_type: MachineType, input: &Json, seed: u64) -> Debugger {
    let machine = StateMachine::from_json(&definition.to_string()).unwrap();
    let options = DebugOptions::new().machine("m").name("random");
    let options = options.seed(seed).limits(limits());
    Debugger::with_options(&machine, machine_type, input.clone(), options).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn steps_to_the_end_have_the_history_of_the_engine(
        scope in scope(2),
        input in input(),
        seed in any::<u64>(),
        is_express in any::<bool>(),
        choices in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        let definition = scope.definition();
        // The children of Distributed Maps are executions of the engine.
        prop_assume!(!definition.to_string().contains("DISTRIBUTED"));
        let machine_type = if is_express { MachineType::Express } else { MachineType::Standard };
        let mut debugger = debugger(&definition, machine_type, &input, seed);
        let mut choices = choices.iter().cycle();
        while act(&mut debugger, *choices.next().unwrap(), seed) != Stop::Ended {}
        let expected = in_engine(&definition, machine_type, &input, seed);
        let stepped = in_debugger(&debugger);
        prop_assert_eq!(stepped, expected, "{}", definition);
    }

    #[test]
    fn the_same_choices_after_going_back_have_the_same_history(
        scope in scope(2),
        input in input(),
        seed in any::<u64>(),
        choices in prop::collection::vec(any::<u8>(), 1..30),
        back in any::<prop::sample::Index>(),
    ) {
        let definition = scope.definition();
        prop_assume!(!definition.to_string().contains("DISTRIBUTED"));
        let mut debugger = debugger(&definition, MachineType::Standard, &input, seed);
        let mut made = Vec::new();
        for choice in choices {
            let before = debugger.positions().count();
            act(&mut debugger, choice, seed);
            // A step that changes nothing adds no position.
            if debugger.positions().count() > before {
                made.push(choice);
            }
        }
        let positions = format!("{:?}", debugger.positions().collect::<Vec<_>>());
        let history = debugger.history().to_json();
        let index = back.index(made.len() + 1);
        debugger.go_back_to(index).unwrap();
        prop_assert_eq!(debugger.positions().count(), index + 1);
        for choice in &made[index..] {
            act(&mut debugger, *choice, seed);
        }
        prop_assert_eq!(debugger.history().to_json(), history);
        prop_assert_eq!(format!("{:?}", debugger.positions().collect::<Vec<_>>()), positions);
    }
}
