//! Random workflows through the builder: it never panics, built workflows have no errors of the
//! validator, and its faults use the builder's terms and have a location.

use proptest::prelude::*;
use stepwright::asl::validate::validate_text;
use stepwright::builder::{Body, Errors, FlowBuilder, Retry, StateHandle, States, Variable};
use stepwright::prelude::*;
use stepwright::{MachineType, QueryLanguage, expr};

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
enum PaymentError {
    #[error("the gateway did not answer")]
    Busy,
    #[error("declined: {reason}")]
    Declined { reason: String },
}

#[task]
async fn charge(amount: u32) -> Result<u32, PaymentError>;

/// The plan of a workflow.
#[derive(Debug, Clone)]
struct Plan {
    name: String,
    express: bool,
    json_path: bool,
    timeout: Option<u32>,
    states: Vec<Planned>,
}

#[derive(Debug, Clone)]
struct Planned {
    name: String,
    kind: Kind,
    to: Target,
}

/// The transition of a state.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// To the next state; the last one ends.
    Behind,
    /// To any state of its body.
    Any(usize),
    /// To a state of the outer body.
    Outside(usize),
    End,
    /// None, which is a fault.
    Open,
}

#[derive(Debug, Clone)]
enum Kind {
    Pass,
    Wait(u32),
    /// Goes to a later state if a condition is true.
    Choice(usize, bool),
    Task {
        retries: Vec<(String, u32, u32)>,
        catches: Vec<String>,
        timeout: Option<u32>,
        heartbeat: Option<u32>,
    },
    Parallel(Vec<Vec<Planned>>),
    Map {
        states: Vec<Planned>,
        distributed: Option<(bool, String, u32)>,
    },
    /// Assigns a variable with this name.
    Assign(String),
    /// Reads the variable that was declared last.
    Read,
    Succeed,
    Fail(String),
    /// It is declared but not defined.
    Undefined,
}

/// The variables and outer handles for states.
struct Around<'a> {
    outside: &'a [StateHandle<u32>],
    variables: Vec<Variable<u32>>,
}

fn put(body: &Body<u32, u32>, states: &[Planned], around: &mut Around<'_>) {
    let handles: Vec<StateHandle<u32>> = states
        .iter()
        .map(|state| body.declare(state.name.as_str()))
        .collect();
    if let Some(first) = handles.first() {
        body.start_at(first);
    }
    for (index, state) in states.iter().enumerate() {
        let at = &handles[index];
        let behind = handles.get(index + 1);
        let target = match state.to {
            Target::Behind => behind,
            Target::Any(to) => Some(&handles[to % handles.len()]),
            Target::Outside(to) if around.outside.is_empty() => Some(&handles[to % handles.len()]),
            Target::Outside(to) => Some(&around.outside[to % around.outside.len()]),
            Target::End | Target::Open => None,
        };
        let is_open = matches!(state.to, Target::Open);
        // Applies a call to a state that is being built.
        macro_rules! on {
            ($open:expr) => {{
                let open = $open;
                match target {
                    _ if is_open => drop(open),
                    Some(target) => open.next(target),
                    None => open.end(),
                }
            }};
        }
        match &state.kind {
            Kind::Pass => on!(body.pass(at, expr!(|n: u32| n + 1))),
            Kind::Wait(seconds) => on!(body.wait(at, *seconds)),
            Kind::Choice(to, fails) => {
                let further = &handles[index + to % (handles.len() - index)];
                let further = if further.name() == at.name() {
                    behind.unwrap_or(at)
                } else {
                    further
                };
                let choice = body.choice(at).when(expr!(|n: u32| n > 10), further);
                match target.or(behind) {
                    _ if is_open => drop(choice),
                    Some(target) if !fails => choice.otherwise(target),
                    _ => choice.otherwise_fail(),
                }
            }
            Kind::Task {
                retries,
                catches,
                timeout,
                heartbeat,
            } => {
                let mut task = body.task(at, charge {});
                for (error, interval, delay) in retries {
                    task = match error.strip_prefix("PaymentError.") {
                        Some(variant) => task.retry(
                            Retry::on(Errors::named([variant]))
                                .interval(*interval)
                                .max_delay(*delay),
                        ),
                        None => task.retry(
                            Retry::on(States::named(error.clone()))
                                .interval(*interval)
                                .max_delay(*delay),
                        ),
                    };
                }
                for error in catches {
                    let to = target.or(behind).unwrap_or(at);
                    task = task.catch_with(
                        States::named(error.clone()),
                        to,
                        expr!(|n: u32, _: ErrorOutput| n),
                    );
                }
                if let Some(seconds) = timeout {
                    task = task.timeout(*seconds);
                }
                if let Some(seconds) = heartbeat {
                    task = task.heartbeat(*seconds);
                }
                on!(task);
            }
            Kind::Parallel(branches) => {
                let bodies: Vec<Body<u32, u32>> = branches
                    .iter()
                    .map(|states| inner(states, &handles, around))
                    .collect();
                on!(body
                    .parallel(at, bodies)
                    .output(expr!(|n: u32, _: Vec<u32>| n)));
            }
            Kind::Map {
                states,
                distributed,
            } => {
                let mut seen = Around {
                    outside: around.outside,
                    variables: around.variables.clone(),
                };
                if distributed.is_some() {
                    // Its bodies take a typed item, so no other value can be passed to them.
                    seen.variables.clear();
                }
                let made = inner(states, &handles, &seen);
                let items = expr!(|n: u32| vec![n, n]);
                let map = match distributed {
                    None => body.map(at, items, made),
                    Some((express, label, share)) => {
                        let children = if *express {
                            MachineType::Express
                        } else {
                            MachineType::Standard
                        };
                        body.distributed_map(at, items, children, made)
                            .label(label.clone())
                            .tolerated_percentage(*share)
                    }
                };
                on!(map.output(expr!(|n: u32, _: Vec<u32>| n)));
            }
            Kind::Assign(name) => {
                let variable = body.variable::<u32>(name.clone());
                on!(body.pass_on(at).assign(&variable, expr!(|n: u32| n)));
                around.variables.push(variable);
            }
            Kind::Read => match around.variables.last() {
                Some(known) => on!(body.pass(at, expr!([known] |n: u32| n + known))),
                None => on!(body.pass(at, expr!(|n: u32| n))),
            },
            Kind::Succeed => body.succeed(at),
            Kind::Fail(error) => body.fail(at, error.as_str(), ()),
            Kind::Undefined => {}
        }
    }
}

fn inner(states: &[Planned], handles: &[StateHandle<u32>], around: &Around<'_>) -> Body<u32, u32> {
    let body = Body::<u32, u32>::new();
    let mut around = Around {
        outside: handles,
        variables: around.variables.clone(),
    };
    put(&body, states, &mut around);
    body
}

fn build(plan: &Plan) -> Result<String, stepwright::InvalidWorkflow> {
    let mut flow = FlowBuilder::<u32, u32>::new(plan.name.clone());
    if plan.express {
        flow = flow.express();
    }
    if plan.json_path {
        flow = flow.query_language(QueryLanguage::JsonPath);
    }
    if let Some(seconds) = plan.timeout {
        flow = flow.timeout(seconds);
    }
    let mut around = Around {
        outside: &[],
        variables: Vec::new(),
    };
    put(&flow, &plan.states, &mut around);
    flow.build().map(|built| built.to_json())
}

/// Words that exist only in `workflow!`.
const OF_THE_MACRO: &[&str] = &[
    "query_language JSON",
    "`let ",
    "`next ",
    "`end ",
    "`end;`",
    "=> State",
    "`distributed ",
    "`express;`",
    "States::Ex",
];

fn holds(plan: &Plan) -> Result<bool, TestCaseError> {
    let first = build(plan);
    let again = build(plan);
    match (first, again) {
        (Ok(text), Ok(again)) => {
            prop_assert_eq!(&text, &again);
            let kind = if plan.express {
                MachineType::Express
            } else {
                MachineType::Standard
            };
            let diagnostics = validate_text(&text, kind);
            let errors: Vec<_> = diagnostics.errors().collect();
            prop_assert!(errors.is_empty(), "{errors:#?}\n{text}");
            Ok(true)
        }
        (Err(faults), Err(_)) => {
            for fault in &faults {
                prop_assert!(fault.location.source.is_some(), "{}", fault);
                for word in OF_THE_MACRO {
                    prop_assert!(!fault.message.contains(word), "{}", fault);
                }
            }
            Ok(false)
        }
        _ => Err(TestCaseError::fail("one plan, two answers")),
    }
}

/// Names that a user might choose.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[A-E]",
        2 => "[a-z]{1,3}",
        1 => prop::sample::select(vec![
            "", " ", "a b", "1", "_x", "states", "$x", "a.b", "a/b", "a~b", "a\"b", "a\\b", "a\nb", "\u{0}", "${X}",
            "%{X}", "{%", "%}", "{}", "名前", "é", "🙂", "States.ALL", "item_1", "sum", "count", "a'b", "`a`", "{name}",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![40_usize, 41, 79, 80, 81, 200]).prop_map(|count| "n".repeat(count)),
        1 => ".{0,6}",
    ]
}

fn any_error() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "States.ALL", "States.TaskFailed", "States.Timeout", "States.Timeot", "PaymentError.Busy", "PaymentError.Declined",
            "PaymentError.Bussy", "Lambda.Unknown",
        ]).prop_map(str::to_owned),
        1 => any_name(),
    ]
}

fn any_seconds() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => 1..100_u32,
        1 => prop::sample::select(vec![0, 99_999_999, 100_000_000, u32::MAX]),
    ]
}

fn any_target() -> impl Strategy<Value = Target> {
    prop_oneof![
        12 => Just(Target::Behind),
        3 => any::<usize>().prop_map(Target::Any),
        1 => any::<usize>().prop_map(Target::Outside),
        2 => Just(Target::End),
        1 => Just(Target::Open),
    ]
}

fn any_task() -> impl Strategy<Value = Kind> {
    (
        prop::collection::vec((any_error(), any_seconds(), any_seconds()), 0..3),
        prop::collection::vec(any_error(), 0..3),
        prop::option::of(any_seconds()),
        prop::option::of(any_seconds()),
    )
        .prop_map(|(retries, catches, timeout, heartbeat)| Kind::Task {
            retries,
            catches,
            timeout,
            heartbeat,
        })
}

/// The states of a body, up to a depth, with names, targets and tasks.
fn states(depth: u32, sound: bool) -> BoxedStrategy<Vec<Planned>> {
    let task = if sound {
        sound_task().boxed()
    } else {
        any_task().boxed()
    };
    let mut kinds = vec![
        (4, Just(Kind::Pass).boxed()),
        (2, (1..50_u32).prop_map(Kind::Wait).boxed()),
        (
            3,
            (1..4_usize, any::<bool>())
                .prop_map(|(to, fails)| Kind::Choice(to, fails))
                .boxed(),
        ),
        (4, task),
    ];
    let name = if sound {
        "[A-E]".boxed()
    } else {
        any_name().boxed()
    };
    let target = if sound {
        Just(Target::Behind).boxed()
    } else {
        any_target().boxed()
    };
    if !sound {
        kinds.push((1, any_seconds().prop_map(Kind::Wait).boxed()));
        kinds.push((1, Just(Kind::Succeed).boxed()));
        kinds.push((1, any_name().prop_map(Kind::Fail).boxed()));
        kinds.push((1, Just(Kind::Undefined).boxed()));
    }
    kinds.push((2, name.clone().prop_map(Kind::Assign).boxed()));
    kinds.push((2, Just(Kind::Read).boxed()));
    if depth > 0 {
        let inner = states(depth - 1, sound);
        let least = usize::from(sound);
        let parallel = prop::collection::vec(inner.clone(), least..3).prop_map(Kind::Parallel);
        kinds.push((2, parallel.boxed()));
        let label = if sound {
            // Labels of maps must be unique; shrinking would make them equal.
            let label = any::<u64>().prop_map(|number| format!("{number:x}"));
            label.no_shrink().boxed()
        } else {
            any_name().boxed()
        };
        let most = if sound { 101 } else { 120_u32 };
        let distributed = prop::option::of((any::<bool>(), label, 0..most));
        let map = (inner, distributed).prop_map(|(states, distributed)| Kind::Map {
            states,
            distributed,
        });
        kinds.push((2, map.boxed()));
    }
    let kind = proptest::strategy::Union::new_weighted(kinds);
    let state = (name, kind, target).prop_map(|(name, kind, to)| Planned { name, kind, to });
    let least = usize::from(sound);
    prop::collection::vec(state, least..6).boxed()
}

fn any_plan() -> impl Strategy<Value = Plan> {
    (
        any_name(),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.2, any_seconds()),
        states(2, false),
    )
        .prop_map(|(name, express, json_path, timeout, states)| Plan {
            name,
            express,
            json_path,
            timeout,
            states,
        })
}

fn sound_task() -> impl Strategy<Value = Kind> {
    (any::<bool>(), any::<bool>(), prop::option::of(10..100_u32)).prop_map(
        |(retries, catches, timeout)| Kind::Task {
            retries: if retries {
                vec![
                    ("PaymentError.Busy".to_owned(), 2, 30),
                    ("States.Timeout".to_owned(), 1, 5),
                ]
            } else {
                Vec::new()
            },
            catches: if catches {
                vec!["States.Timeout".to_owned(), "States.ALL".to_owned()]
            } else {
                Vec::new()
            },
            timeout,
            heartbeat: timeout.map(|timeout| timeout / 2),
        },
    )
}

/// Gives each state and each variable a unique name, and adds a last state that ends.
fn named_apart(states: &mut Vec<Planned>, count: &mut usize) {
    let end = Planned {
        name: String::new(),
        kind: Kind::Pass,
        to: Target::Behind,
    };
    states.push(end);
    let has_variables = states
        .iter()
        .any(|state| matches!(state.kind, Kind::Assign(_)));
    for state in states {
        *count += 1;
        state.name = format!("{}{count}", state.name);
        match &mut state.kind {
            Kind::Assign(name) => *name = format!("{name}{count}"),
            // No path may skip a variable, or a state that is reachable only from the previous one.
            Kind::Choice(to, fails) if has_variables || *fails => *to = 1,
            Kind::Parallel(branches) => {
                branches
                    .iter_mut()
                    .for_each(|inner| named_apart(inner, count));
            }
            Kind::Map {
                states,
                distributed,
            } => {
                named_apart(states, count);
                if let Some((express, ..)) = distributed {
                    *express &= !runs_distributed(states);
                }
            }
            _ => {}
        }
    }
}

/// Whether some states contain a Distributed Map, or states inside of them.
fn runs_distributed(states: &[Planned]) -> bool {
    states.iter().any(|state| match &state.kind {
        Kind::Parallel(branches) => branches.iter().any(|inner| runs_distributed(inner)),
        Kind::Map {
            states,
            distributed,
        } => distributed.is_some() || runs_distributed(states),
        _ => false,
    })
}

/// A workflow without faults.
fn sound_plan() -> impl Strategy<Value = Plan> {
    states(2, true).prop_map(|mut states| {
        named_apart(&mut states, &mut 0);
        Plan {
            name: "Random".to_owned(),
            express: false,
            json_path: false,
            timeout: Some(60),
            states,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_workflows_build_or_are_refused_in_builder_terms(plan in any_plan()) {
        holds(&plan)?;
    }

    #[test]
    fn valid_random_workflows_build(plan in sound_plan()) {
        let faults = build(&plan).err().map(|faults| faults.to_string());
        prop_assert_eq!(faults, None);
        prop_assert!(holds(&plan)?);
    }
}
