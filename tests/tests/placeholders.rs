//! `placeholder!("TopicArn")`: its form in the ASL, and its value in process.

use proptest::prelude::*;
use serde_json::{Value, json};
use stepwright::asl::placeholder::SubstitutedValue;
use stepwright::builder::FlowBuilder;
use stepwright::expr;
use stepwright::prelude::*;
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::{Engine, StartOptions};

/// Returns its text.
#[task]
async fn say(text: String) -> String {
    text
}

/// Returns its text, in an activity.
#[task(activity)]
async fn shout(text: String) -> String {
    text.to_uppercase()
}

workflow! {
    workflow Child(texts: Vec<String>) -> String {
        task Say { let said = say(texts[0]); end said; }
    }

    workflow Telling(order: String) -> Vec<String> {
        timeout 1h;
        task Tell {
            let sent: Value = service "arn:aws:states:::sns:publish" {
                TopicArn: placeholder!("TopicArn"),
                Message: { text: format!("{order} to {}", placeholder!("TopicArn")), list: ["x", placeholder!("Stage")] }
            };
            next Say;
        }
        task Say { let said = say(placeholder!("Stage")); next Shout; }
        task Shout { let shouted = shout(said); next Run; }
        task Run { let run = workflow Child(vec![placeholder!("TopicArn")]); next Decide; }
        choice Decide {
            when said == placeholder!("Stage") => Done;
            otherwise => Bad;
        }
        pass Done { end vec![said, shouted, run, jsonata!("$sent.Message.text", String)]; }
        fail Bad { placeholder!("Stage"), "never" }
    }

    workflow OnPaths(order: String) -> Value {
        query_language JSONPath;
        task Tell {
            let sent: Value = service "arn:aws:states:::sns:publish" {
                TopicArn: placeholder!("TopicArn"),
                Message: { text: format!("{order} to {}", placeholder!("TopicArn")), list: [order, placeholder!("TopicArn")] }
            };
            next Decide;
        }
        choice Decide {
            when path!("$sent.TopicArn", String) == placeholder!("TopicArn") => Done;
            otherwise => Bad;
        }
        pass Done { end path!("$sent", Value); }
        fail Bad { "Other", placeholder!("TopicArn") }
    }
}

fn json_of(definition: &stepwright::Definition) -> Value {
    serde_json::from_str(&definition.to_json()).unwrap()
}

fn engine(values: &[(&str, &str)]) -> Engine {
    let mut builder = Engine::builder()
        .virtual_time()
        .register::<Telling>()
        .register::<OnPaths>()
        .resource(
            "arn:aws:states:::sns:publish",
            |message: Value| async move { Ok::<_, TaskFailure>(message) },
        );
    for (name, value) in values {
        builder = builder.substitute(*name, *value);
    }
    builder.build().unwrap()
}

#[test]
fn a_placeholder_is_emitted_as_a_whole_value_or_quoted() {
    let json = json_of(&Telling::definition());
    let arguments = &json["States"]["Tell"]["Arguments"];
    assert_eq!(arguments["TopicArn"], "${TopicArn}");
    assert_eq!(
        arguments["Message"]["text"],
        "{% $states.context.Execution.Input & ' to ' & '${TopicArn}' %}"
    );
    assert_eq!(arguments["Message"]["list"], json!(["x", "${Stage}"]));
    assert_eq!(
        json["States"]["Decide"]["Choices"][0]["Condition"],
        "{% $said = '${Stage}' %}"
    );
    assert_eq!(json["States"]["Bad"]["Error"], "${Stage}");
}

#[test]
fn a_placeholder_is_emitted_in_jsonpath_states() {
    let json = json_of(&OnPaths::definition());
    let parameters = &json["States"]["Tell"]["Parameters"];
    assert_eq!(parameters["TopicArn"], "${TopicArn}");
    assert_eq!(
        parameters["Message"]["text.$"],
        "States.Format('{} to {}', $$.Execution.Input, '${TopicArn}')"
    );
    assert_eq!(
        parameters["Message"]["list.$"],
        "States.Array($$.Execution.Input, '${TopicArn}')"
    );
    assert_eq!(
        json["States"]["Decide"]["Choices"][0]["StringEquals"],
        "${TopicArn}"
    );
    assert_eq!(json["States"]["Bad"]["Cause"], "${TopicArn}");
}

#[test]
fn a_definition_lists_its_placeholders() {
    let definition = Telling::definition();
    let found = definition.placeholders();
    let found: Vec<_> = found
        .iter()
        .map(|one| (one.name(), one.stands_for(), one.states().join(" ")))
        .collect();
    let expected = [
        ("TopicArn", SubstitutedValue::Value, "Tell Run"),
        ("Stage", SubstitutedValue::Value, "Tell Say Decide Bad"),
        ("SayArn", SubstitutedValue::Function, "Say"),
        ("ShoutArn", SubstitutedValue::Activity, "Shout"),
        ("ChildArn", SubstitutedValue::StateMachine, "Run"),
    ];
    assert_eq!(
        found,
        expected.map(|(name, what, states)| (name, what, states.to_owned()))
    );
}

#[tokio::test]
async fn an_engine_replaces_placeholders_with_its_values() {
    let engine = engine(&[("TopicArn", "arn:topic"), ("Stage", "test")]);
    let run = engine.start::<Telling>("o-1".to_owned()).await.unwrap();
    let output = run.await.unwrap();
    assert_eq!(output, ["test", "TEST", "arn:topic", "o-1 to arn:topic"]);
}

#[tokio::test]
async fn a_state_with_an_unset_placeholder_fails_with_a_hint() {
    let engine = engine(&[("TopicArn", "arn:topic")]);
    let run = engine.start::<Telling>("o-1".to_owned()).await.unwrap();
    let failure = run.await.unwrap_err().to_string();
    assert!(failure.contains("States.Runtime"), "{failure}");
    assert!(
        failure.contains(
            "The placeholder 'Stage' has no value; give it one (in Rust: `EngineBuilder::substitute(\"Stage\", ..)`)"
        ),
        "{failure}"
    );
    // A workflow that reads another placeholder runs.
    let run = engine.start::<OnPaths>("o-1".to_owned()).await.unwrap();
    assert_eq!(run.await.unwrap()["TopicArn"], "arn:topic");
}

#[tokio::test]
async fn a_built_workflow_has_placeholders() {
    let flow = FlowBuilder::<String, String>::new("Built");
    let last = flow.declare("Last");
    flow.start_at(&last);
    flow.pass(
        &last,
        expr!(|text: String| format!("{text} in {}", placeholder!("Stage"))),
    )
    .end();
    let built = flow.build().unwrap();
    let found = built.placeholders();
    assert_eq!(found[0].name(), "Stage");
    let engine = Engine::builder()
        .register_built(&built)
        .substitute("Stage", "test");
    let engine = engine.build().unwrap();
    let run = engine
        .start_built(&built, "o-1".to_owned(), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(run.await.unwrap(), "o-1 in test");
}

#[tokio::test]
async fn an_asl_definition_accepts_values_and_requires_none() {
    let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": {"a": "${Given}", "b": "${Other}", "c": "{% '${Given}' & \"${Given}\" %}"}, "End": true}
    }}"#;
    let engine = Engine::builder()
        .register_json("Text", text, stepwright::MachineType::Standard)
        .substitute("Given", "it's")
        .build()
        .unwrap();
    let run = engine
        .start_machine("Text", json!({}), StartOptions::new())
        .await
        .unwrap();
    let output = run.await.unwrap().to_text();
    assert_eq!(output, r#"{"a":"it's","b":"${Other}","c":"it'sit's"}"#);
}

/// Texts that might break out: quotes, backslashes, delimiters, braces, line ends, other placeholders.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'"),
        Just("\""),
        Just("\\"),
        Just("{%"),
        Just("%}"),
        Just("{% 1 %}"),
        Just("${Stage}"),
        Just("${"),
        Just("{}"),
        Just("{"),
        Just("}"),
        Just("\n"),
        Just("\r"),
        Just("\t"),
        Just("\u{0}"),
        Just("\u{7f}"),
        Just("\u{2028}"),
        Just("ä€🦀"),
        Just("`"),
        Just("/*"),
        Just("*/"),
        Just("$states.input"),
        Just("$.a"),
        Just("\\u0041"),
        Just("' & '"),
        Just("a"),
        Just(" "),
        Just("States.UUID()"),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 3))]

    /// No value breaks out of its text.
    #[test]
    fn a_hostile_placeholder_value_stays_text(topic in hostile(), stage in hostile()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let engine = engine(&[("TopicArn", &topic), ("Stage", &stage)]);
            let run = engine.start::<Telling>("o".to_owned()).await.unwrap();
            let output = run.await.unwrap();
            assert_eq!(output, [stage.clone(), stage.to_uppercase(), topic.clone(), format!("o to {topic}")]);
            let run = engine.start::<OnPaths>("o".to_owned()).await.unwrap();
            let output = run.await.unwrap();
            assert_eq!(
                output,
                json!({"TopicArn": topic, "Message": {"text": format!("o to {topic}"), "list": ["o", topic]}})
            );
        });
    }
}
