// The execution "größe-17" of the state machine "büro-日本語", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::value::Value;
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r###"{
  "Comment": "\"# ends a raw literal \"## too",
  "StartAt": "quote\" back\\slash {} \u202ereversed 日本語",
  "States": {
    "quote\" back\\slash {} \u202ereversed 日本語": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:first",
      "ResultPath": "$.first",
      "Next": "r#\"raw\"#"
    },
    "r#\"raw\"#": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:second",
      "ResultPath": "$.second",
      "Next": "Third"
    },
    "Third": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:third",
      "ResultPath": "$.third",
      "End": true
    }
  }
}"###;

#[tokio::test]
async fn gr_e_17_succeeds() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state(
            "quote\" back\\slash {} \u{202e}reversed 日本語",
            Mock::output(json!({"a\"b": "\u{202e}\0$HOME 'x' `y`", "n": [3000000000i64, -1, 1.5f64, true]})),
        )
        .state(
            "r#\"raw\"#",
            Mock::output(Value::from_text(r##"[{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null}]"##)?),
        )
        .state("Third", Mock::output(json!(1.2345678901234568e29f64)));
    let engine = Engine::builder()
        .register_json("büro-日本語", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let input = json!({"\u{feff}": "</script>", "deep": [[[[[]]]]]});
    let report = engine.execute_machine("büro-日本語", input, StartOptions::new()).await?;
    expect(&report)
        .output(Value::from_text(r##"{"\ufeff":"</script>","deep":[[[[[]]]]],"first":{"a\"b":"\u202e\u0000$HOME 'x' `y`","n":[3000000000,-1,1.5,true]},"second":[{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null},{"text":"line\nbreak\r\ttab \u0007 \u0301 \"#","none":null}],"third":1.2345678901234568e+29}"##)?)
        .path(["quote\" back\\slash {} \u{202e}reversed 日本語", "r#\"raw\"#", "Third"]);
    Ok(())
}
