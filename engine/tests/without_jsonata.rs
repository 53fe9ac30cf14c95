//! What the crate does without its feature `jsonata`.

use serde_json::json;
use stepwright_engine::{Engine, MachineType, StartOptions, evaluate};

fn machine(language: &str, output: &str) -> String {
    json!({"QueryLanguage": language, "StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true, output: {"a": "{% 1 %}"}}}}).to_string()
}

#[test]
fn an_engine_refuses_expressions_and_names_the_feature() {
    let definition = machine("JSONata", "Output");
    let error = Engine::builder()
        .register_json("greet", &definition, MachineType::Standard)
        .virtual_time()
        .build()
        .expect_err("is refused");
    assert!(
        error
            .to_string()
            .contains("the feature `jsonata` of `stepwright-runtime`"),
        "{error}"
    );
}

#[tokio::test]
async fn jsonpath_runs() {
    let definition = machine("JSONPath", "Result");
    let engine = Engine::builder()
        .register_json("greet", &definition, MachineType::Standard)
        .virtual_time()
        .build()
        .expect("is taken");
    let run = engine
        .start_machine("greet", json!({}), StartOptions::new())
        .await;
    let run = run.expect("starts");
    assert_eq!(
        run.await.expect("succeeds").to_json(),
        json!({"a": "{% 1 %}"})
    );
    assert_eq!(evaluate::path("$.a", json!({"a": 1})), Ok(1.into()));
}
