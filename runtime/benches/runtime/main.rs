//! What the runtime costs: `cargo bench -p stepwright-runtime --bench runtime`
//!
//! The counter of whole executions is transitions: states that are entered, those inside of Maps and Parallels included.

mod workloads;

use std::future::IntoFuture;

use divan::Bencher;
use divan::counter::ItemsCount;
use futures_util::future::join_all;
use serde_json::json;
use stepwright_asl::json::Json;
use stepwright_asl::model::{ChoiceRule, Comparison, Operator, QueryLanguage};
use stepwright_runtime::query::{Condition, Entropy, Expr, Scope, VariableNames, Variables};
use stepwright_runtime::value::Value;
use stepwright_runtime::{Engine, MachineType, StartOptions};
use tokio::runtime::Runtime;

use workloads::{Workload, workloads};

fn main() {
    divan::main();
}

/// An order of some 4 KB.
fn document() -> Value {
    let items: Vec<_> = (0..60)
        .map(|n| json!({"sku": format!("sku-{n}"), "quantity": n % 7, "price": 1.5}))
        .collect();
    Value::from(
        json!({"order": {"customer": {"id": "c-17"}, "vip": true, "total": 120, "items": items}}),
    )
}

fn evaluate(bencher: Bencher<'_, '_>, make: impl Fn(&mut VariableNames) -> Expr) {
    let input = document();
    let mut names = VariableNames::new();
    let total = names.intern("total");
    let mut variables = Variables::new();
    variables.set(total, Value::from(7));
    let expr = make(&mut names);
    let (context, entropy) = (Value::empty_object(), Entropy::new(1));
    let scope = Scope {
        input: &input,
        result: Some(&input),
        error_output: None,
        context: &context,
        variables: &variables,
        entropy: &entropy,
        now_millis: 0,
    };
    bencher.bench_local(|| expr.eval(&scope));
}

const PATHS: &[&str] = &[
    "$.order.customer.id",
    "$.order.items[40].sku",
    "$.order.items[*].sku",
    "$.order.items[?(@.quantity > 5)]",
];

#[divan::bench(args = PATHS)]
fn path(bencher: Bencher<'_, '_>, path: &str) {
    evaluate(bencher, |names| {
        Expr::path(path, "InputPath", names).expect("the path compiles")
    });
}

const CALLS: &[&str] = &[
    "States.MathAdd($.order.total, 1)",
    "States.Format('{} of {}', $.order.customer.id, $.order.total)",
    "States.JsonToString($.order)",
];

#[divan::bench(args = CALLS)]
fn intrinsic(bencher: Bencher<'_, '_>, call: &str) {
    let template: Json = format!("{{\"x.$\": \"{call}\"}}")
        .parse()
        .expect("the template is JSON");
    evaluate(bencher, |names| {
        Expr::jsonpath_template(&template, "Parameters", names).expect("the call compiles")
    });
}

const EXPRESSIONS: &[&str] = &[
    "$states.input.order.customer.id",
    "$states.result",
    "$total + 1",
    "$states.input.order.total > 100 and $states.input.order.vip",
    "{'id': $states.input.order.customer.id, 'order': $states.input.order}",
    "$sum($states.input.order.items.(quantity * price))",
];

#[divan::bench(args = EXPRESSIONS)]
fn jsonata(bencher: Bencher<'_, '_>, source: &str) {
    let source = format!("{{% {source} %}}");
    evaluate(bencher, |names| {
        Expr::jsonata_field(&source, "Output", names).expect("the expression compiles")
    });
}

#[divan::bench(args = ["JSONPath", "JSONata"])]
fn choice(bencher: Bencher<'_, '_>, language: &str) {
    let mut names = VariableNames::new();
    let (rule, language) = match language {
        "JSONata" => (
            ChoiceRule {
                condition: Some("{% $states.input.order.total > 100 %}".into()),
                ..ChoiceRule::default()
            },
            QueryLanguage::Jsonata,
        ),
        _ => (
            ChoiceRule {
                variable: Some("$.order.total".to_owned()),
                comparison: Some(Comparison {
                    operator: Operator::NumericGreaterThan,
                    operand: Json::from(100),
                }),
                ..ChoiceRule::default()
            },
            QueryLanguage::JsonPath,
        ),
    };
    let condition =
        Condition::compile(&rule, language, 0, &mut names).expect("the condition compiles");
    let (input, variables, context, entropy) = (
        document(),
        Variables::new(),
        Value::empty_object(),
        Entropy::new(1),
    );
    let scope = Scope {
        input: &input,
        result: None,
        error_output: None,
        context: &context,
        variables: &variables,
        entropy: &entropy,
        now_millis: 0,
    };
    bencher.bench_local(|| condition.test(&scope));
}

fn engine(workload: &Workload, keeps_history: bool) -> Engine {
    Engine::builder()
        .definition_json("m", &workload.definition.to_string(), workload.machine_type)
        .handler("*", |payload: Value| async move {
            Ok::<Value, stepwright_runtime::task::TaskFailure>(payload)
        })
        .history(keeps_history)
        .virtual_time()
        .retention(16)
        .build()
        .expect("the workload compiles")
}

fn execute(bencher: Bencher<'_, '_>, workload: &Workload, keeps_history: bool) {
    let runtime = Runtime::new().expect("a tokio runtime");
    let engine = engine(workload, keeps_history);
    let input = Value::from(workload.input.clone());
    bencher
        .counter(ItemsCount::new(workload.transitions))
        .bench_local(|| {
            runtime.block_on(async {
                let options = StartOptions::new();
                let report = engine.execute_machine("m", input.clone(), options);
                report.await.expect("it starts").output.clone()
            })
        });
}

#[divan::bench(args = workloads())]
fn execution(bencher: Bencher<'_, '_>, workload: &Workload) {
    execute(bencher, workload, false);
}

#[divan::bench(args = workloads())]
fn execution_with_history(bencher: Bencher<'_, '_>, workload: &Workload) {
    execute(bencher, workload, true);
}

/// Ten thousand executions of five states at once, on two workers.
#[divan::bench(args = [false, true], sample_count = 20)]
fn ten_thousand_at_once(bencher: Bencher<'_, '_>, keeps_history: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a tokio runtime");
    let workload = Workload::five_states(MachineType::Express);
    let engine = engine(&workload, keeps_history);
    let input = Value::from(workload.input.clone());
    bencher
        .counter(ItemsCount::new(10_000 * workload.transitions))
        .bench_local(|| {
            runtime.block_on(async {
                let mut runs = Vec::with_capacity(10_000);
                for _ in 0..10_000 {
                    let run = engine.start_machine("m", input.clone(), StartOptions::new());
                    runs.push(run.await.expect("it starts"));
                }
                join_all(runs.into_iter().map(IntoFuture::into_future))
                    .await
                    .len()
            })
        });
}
