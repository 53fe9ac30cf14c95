//! Imported from discount.asl.json.

use serde_json::Value;
use stepwright::prelude::*;

workflow! {
    /// Totals a basket, waits for the nightly price list and gives regular customers a discount. JSONata, no task: run it as it is.
    pub workflow Discount(input: Value) {
        pass Total {
            raw {
                "Assign": {
                    "basket": "{% $states.input %}",
                    "total": "{% $sum($states.input.lines.(price * quantity)) %}"
                }
            }
            next AwaitPriceList;
        }

        wait AwaitPriceList {
            seconds 8h;
            next Regular;
        }

        #[name = "Regular?"]
        choice Regular {
            when jsonata!("$basket.orders >= 10 and $total > 100") => {
                raw { "Assign": { "rate": 0.1 } }
                next Discount;
            }
            otherwise => FullPrice;
        }

        pass Discount {
            raw {
                "Output": {
                    "customer": "{% $basket.customer %}",
                    "discount": "{% $round($total * $rate, 2) %}",
                    "toPay": "{% $round($total * (1 - $rate), 2) %}"
                }
            }
            end;
        }

        pass FullPrice {
            raw { "Output": { "customer": "{% $basket.customer %}", "discount": 0, "toPay": "{% $total %}" } }
            end;
        }
    }
}
