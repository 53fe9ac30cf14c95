//! Imported from discount.asl.json.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::prelude::*;

/// The output of `Discount`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct DiscountOutput {
    pub customer: Value,
    pub discount: Value,
    #[serde(rename = "toPay")]
    pub to_pay: Value,
}

/// The output of `FullPrice`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct FullPriceOutput {
    pub customer: Value,
    pub discount: i64,
    #[serde(rename = "toPay")]
    pub to_pay: Value,
}

workflow! {
    /// Totals a basket, waits for the nightly price list and gives regular customers a discount. JSONata, no task: run it as it is.
    pub workflow Discount(input: Value) {
        pass Total {
            let basket: Value = jsonata!("$states.input");
            let total: Value = jsonata!("$sum($states.input.lines.(price * quantity))");
            next AwaitPriceList;
        }

        wait AwaitPriceList {
            seconds 8h;
            next Regular;
        }

        #[name = "Regular?"]
        choice Regular {
            when jsonata!("$basket.orders >= 10 and $total > 100") => { let rate: f64 = 0.1; next Discount; }
            otherwise => FullPrice;
        }

        pass Discount {
            end DiscountOutput {
                customer: jsonata!("$basket.customer"),
                discount: jsonata!("$round($total * $rate, 2)"),
                to_pay: jsonata!("$round($total * (1 - $rate), 2)")
            };
        }

        pass FullPrice {
            end FullPriceOutput {
                customer: jsonata!("$basket.customer"),
                discount: 0,
                to_pay: jsonata!("$total")
            };
        }
    }
}
