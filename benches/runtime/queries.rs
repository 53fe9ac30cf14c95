//! Expressions of all kinds, on an order of about 4 KB.

use divan::Bencher;
use serde_json::json;
use stepwright_asl::json::Json;
use stepwright_asl::model::{ChoiceRule, Comparison, Operator, QueryLanguage};
use stepwright_interpreter::query::{Condition, Entropy, Expr, Scope, VariableNames, Variables};
use stepwright_runtime::value::Value;

/// Returns an order of about 4 KB.
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
    template(bencher, &format!("{{\"x.$\": \"{call}\"}}"));
}

const TEMPLATES: &[&str] = &[
    r#"{"id": 7, "tags": ["a", "b"]}"#,
    r#"{"id.$": "$.order.customer.id"}"#,
    r#"{"order": {"id.$": "$.order.customer.id", "total.$": "$.order.total"}, "vip.$": "$.order.vip", "kind": "order"}"#,
];

#[divan::bench(args = TEMPLATES)]
fn template(bencher: Bencher<'_, '_>, template: &str) {
    let template: Json = template.parse().expect("the template is JSON");
    evaluate(bencher, |names| {
        Expr::jsonpath_template(&template, "Parameters", names).expect("the template compiles")
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
    let condition = Condition::compile(&rule, language, "Choices[0]", &mut names)
        .expect("the condition compiles");
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
