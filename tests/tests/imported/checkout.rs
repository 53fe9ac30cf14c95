//! Imported from checkout.asl.json.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::prelude::*;

/// The input of `charge_card`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct ChargeCardInput {
    pub amount: Value,
    pub reference: String,
}

/// Called by `Charge`.
#[task]
pub async fn charge_card(input: ChargeCardInput) -> Value;

/// The output of `Done`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct DoneOutput {
    pub order: Value,
    pub charge: Value,
}

workflow! {
    /// Charges an order and notifies the customer. JSONPath; MockConfigFile.json contains mocks of its tasks.
    pub workflow Checkout(input: Value) {
        query_language JSONPath;

        task Charge {
            charge_card(ChargeCardInput {
                amount: path!("$.total"),
                reference: intrinsic!("States.Format('order-{}', $.id)")
            });
            timeout 30s;
            retry "GatewayTimeout" | "Lambda.ServiceException" | "Lambda.AWSLambdaException" | "Lambda.SdkClientException" (interval: 5s, max_attempts: 2, backoff_rate: 2);
            catch "CardDeclined" => { result_path "$.problem"; next Declined; }
            result_selector { chargeId: path!("$.Payload.chargeId") };
            result_path "$.charge";
            next Large;
        }

        #[name = "Large?"]
        choice Large {
            when path!("$.total", i64) > 1000 => CallCustomer;
            otherwise => Done;
        }

        task CallCustomer {
            service "arn:aws:states:::sns:publish" {
                TopicArn: placeholder!("CallsTopicArn"),
                Message: path!("$.charge")
            };
            result_path null;
            next Done;
        }

        pass Done { end DoneOutput { order: path!("$.id"), charge: path!("$.charge.chargeId") }; }

        fail Declined { "OrderDeclined", path!("$.problem.Cause") }
    }
}
