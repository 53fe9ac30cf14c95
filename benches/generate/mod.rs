//! Definitions of any size, as a team's generator would write them: without a fault, every name and
//! path different.

use std::fmt::Write;

/// The query language of a generated definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Paths, payload templates and intrinsic functions.
    JsonPath,
    /// Expressions.
    Jsonata,
}

/// A definition of about so many bytes, never more.
pub(crate) fn definition(language: Language, bytes: usize) -> String {
    let mut states = String::new();
    let mut group = 0;
    loop {
        let next = match language {
            Language::JsonPath => jsonpath(group),
            Language::Jsonata => jsonata(group),
        };
        // The frame around the states takes less than this.
        if states.len() + next.len() + 300 > bytes {
            break;
        }
        states.push_str(&next);
        group += 1;
    }
    let mut text = String::from("{\n");
    if language == Language::Jsonata {
        text.push_str("  \"QueryLanguage\": \"JSONata\",\n");
    }
    let _ = write!(
        text,
        "  \"StartAt\": \"{}\",\n  \"TimeoutSeconds\": 86400,\n  \"States\": {{\n{states}    \"Check 000{group}\": {{\n      \"Type\": \"Succeed\"\n    }}\n  }}\n}}\n",
        if group == 0 {
            "Check 0000".to_owned()
        } else {
            name("Check", 0)
        },
    );
    text
}

fn name(stem: &str, group: usize) -> String {
    format!("{stem} 000{group}")
}

/// Six states: a choice, a task with retry and catch, a wait, a map with a task in it, a pass and a
/// failure.
fn jsonpath(group: usize) -> String {
    let next = group + 1;
    format!(
        r#"    "Check 000{group}": {{
      "Type": "Choice",
      "Choices": [
        {{
          "And": [
            {{ "Variable": "$.order{group}.total", "IsPresent": true }},
            {{ "Variable": "$.order{group}.total", "NumericGreaterThan": {group} }}
          ],
          "Next": "Charge 000{group}"
        }}
      ],
      "Default": "Cool down 000{group}"
    }},
    "Charge 000{group}": {{
      "Type": "Task",
      "Comment": "Charges the card of order {group}",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {{
        "FunctionName": "${{ChargeCard{group}Arn}}",
        "Payload": {{
          "orderId.$": "$.order{group}.id",
          "amount.$": "States.MathAdd($.order{group}.total, {group})",
          "label.$": "States.Format('order {{}} of {{}}', $.order{group}.id, $$.Execution.Name)",
          "currency": "EUR"
        }}
      }},
      "ResultSelector": {{ "receipt.$": "$.Payload.receipt{group}" }},
      "ResultPath": "$.payment{group}",
      "TimeoutSeconds": 300,
      "Retry": [
        {{
          "ErrorEquals": ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.ClientExecutionTimeoutException", "Lambda.TooManyRequestsException"],
          "IntervalSeconds": 2,
          "MaxAttempts": 6,
          "BackoffRate": 2.0,
          "JitterStrategy": "FULL"
        }}
      ],
      "Catch": [
        {{ "ErrorEquals": ["CardDeclined{group}"], "ResultPath": "$.error{group}", "Next": "Reject 000{group}" }}
      ],
      "Next": "Pack 000{group}"
    }},
    "Cool down 000{group}": {{
      "Type": "Wait",
      "Seconds": 30,
      "Next": "Pack 000{group}"
    }},
    "Pack 000{group}": {{
      "Type": "Map",
      "ItemsPath": "$.order{group}.items",
      "ItemSelector": {{ "item.$": "$$.Map.Item.Value", "order.$": "$.order{group}.id" }},
      "MaxConcurrency": 10,
      "ItemProcessor": {{
        "ProcessorConfig": {{ "Mode": "INLINE" }},
        "StartAt": "Pack item 000{group}",
        "States": {{
          "Pack item 000{group}": {{
            "Type": "Task",
            "Resource": "arn:aws:lambda:eu-central-1:123456789012:function:pack-{group}",
            "End": true
          }}
        }}
      }},
      "ResultPath": "$.parcels{group}",
      "Next": "Note 000{group}"
    }},
    "Note 000{group}": {{
      "Type": "Pass",
      "Parameters": {{ "parcels.$": "$.parcels{group}", "order{next}.$": "$.order{group}" }},
      "Next": "Check 000{next}"
    }},
    "Reject 000{group}": {{
      "Type": "Fail",
      "Error": "OrderRejected{group}",
      "CausePath": "$.error{group}.Cause"
    }},
"#
    )
}

/// The same in JSONata.
fn jsonata(group: usize) -> String {
    let next = group + 1;
    format!(
        r#"    "Check 000{group}": {{
      "Type": "Choice",
      "Choices": [
        {{
          "Condition": "{{% $states.input.order{group}.total > {group} and $exists($states.input.order{group}.card) %}}",
          "Next": "Charge 000{group}"
        }}
      ],
      "Default": "Cool down 000{group}"
    }},
    "Charge 000{group}": {{
      "Type": "Task",
      "Comment": "Charges the card of order {group}",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Arguments": {{
        "FunctionName": "${{ChargeCard{group}Arn}}",
        "Payload": {{
          "orderId": "{{% $states.input.order{group}.id %}}",
          "amount": "{{% $sum($states.input.order{group}.items.(price * quantity)) + {group} %}}",
          "label": "{{% 'order ' & $states.input.order{group}.id & ' of ' & $states.context.Execution.Name %}}",
          "currency": "EUR"
        }}
      }},
      "Output": "{{% $merge([$states.input, {{'payment{group}': $states.result.Payload.receipt{group}}}]) %}}",
      "TimeoutSeconds": 300,
      "Retry": [
        {{
          "ErrorEquals": ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.ClientExecutionTimeoutException", "Lambda.TooManyRequestsException"],
          "IntervalSeconds": 2,
          "MaxAttempts": 6,
          "BackoffRate": 2.0,
          "JitterStrategy": "FULL"
        }}
      ],
      "Catch": [
        {{ "ErrorEquals": ["CardDeclined{group}"], "Output": "{{% $states.errorOutput.Cause %}}", "Next": "Reject 000{group}" }}
      ],
      "Next": "Pack 000{group}"
    }},
    "Cool down 000{group}": {{
      "Type": "Wait",
      "Seconds": "{{% $states.input.order{group}.vip ? 1 : 30 %}}",
      "Next": "Pack 000{group}"
    }},
    "Pack 000{group}": {{
      "Type": "Map",
      "Items": "{{% $states.input.order{group}.items %}}",
      "ItemSelector": {{ "item": "{{% $states.context.Map.Item.Value %}}", "order": "{{% $states.input.order{group}.id %}}" }},
      "MaxConcurrency": 10,
      "ItemProcessor": {{
        "ProcessorConfig": {{ "Mode": "INLINE" }},
        "StartAt": "Pack item 000{group}",
        "States": {{
          "Pack item 000{group}": {{
            "Type": "Task",
            "Resource": "arn:aws:lambda:eu-central-1:123456789012:function:pack-{group}",
            "End": true
          }}
        }}
      }},
      "Assign": {{ "parcels{group}": "{{% $states.result[weight > {group}].{{'id': id, 'weight': weight}} %}}" }},
      "Output": "{{% $states.input %}}",
      "Next": "Note 000{group}"
    }},
    "Note 000{group}": {{
      "Type": "Pass",
      "Output": {{ "parcels": "{{% $count($parcels{group}) %}}", "order{next}": "{{% $states.input.order{group} %}}" }},
      "Next": "Check 000{next}"
    }},
    "Reject 000{group}": {{
      "Type": "Fail",
      "Error": "OrderRejected{group}",
      "Cause": "{{% $string($states.input) %}}"
    }},
"#
    )
}
