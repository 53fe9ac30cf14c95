//! Imported from order_processing.asl.json.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::prelude::*;

/// Called by `ValidateOrder`.
#[task]
pub async fn validate_order(input: Value) -> Value;

/// The input of `request_review`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct RequestReviewInput {
    pub order: Value,
    pub task_token: String,
}

/// Called by `Review`.
#[task]
pub async fn request_review(input: RequestReviewInput) -> Value;

/// The input of `charge_card`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct ChargeCardInput {
    pub amount: Value,
    pub card: Value,
}

/// Called by `ChargeCard`.
#[task]
pub async fn charge_card(input: ChargeCardInput) -> Value;

/// The input of `pack_item`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct PackItemInput {
    pub item: Value,
    pub order_id: Value,
}

/// Called by `PackItem`.
#[task]
pub async fn pack_item(input: PackItemInput) -> Value;

/// Called by `SendInvoice`.
#[task]
pub async fn send_invoice(input: Value) -> Value;

/// Called by `RefundCustomer`.
#[task]
pub async fn refund_card(input: Value) -> Value;

/// The output of `Done`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct DoneOutput {
    #[serde(rename = "orderId")]
    pub order_id: Value,
    pub payment: Value,
    pub parcels: Value,
    pub invoice: Value,
}

workflow! {
    /// Validates, charges and fulfils an order; refunds the card when fulfilment fails.
    pub workflow OrderProcessing(input: Value) {
        lambda_retries;
        timeout 7d;

        /// Rejects malformed orders before any money moves.
        task ValidateOrder {
            let checked = validate_order(jsonata!("$states.context.Execution.Input"));
            catch "OrderError.Invalid" => {
                let reason: Value = jsonata!("$parse($parse($states.errorOutput.Cause).errorMessage).fields.reason");
                next Reject;
            }
            next Triage;
        }

        choice Triage {
            when jsonata!("$checked.total > 1000 and $not($checked.customer.vip)") => Review;
            otherwise => ChargeCard;
        }

        /// A human decides about large orders.
        task Review {
            let decision: Value = wait_for_task_token request_review(RequestReviewInput {
                order: jsonata!("$checked"),
                task_token: jsonata!("$states.context.Task.Token")
            });
            timeout 3d;
            heartbeat 1d;
            catch States::Timeout => Expired;
            next Decide;
        }

        choice Decide {
            when jsonata!("$decision.verdict = 'approved'") => ChargeCard;
            when jsonata!("$decision.verdict = 'refused'") => {
                let reason: Value = jsonata!("$decision.reason");
                next Reject;
            }
            otherwise fail;
        }

        task ChargeCard {
            let payment = charge_card(ChargeCardInput {
                amount: jsonata!("$checked.total"),
                card: jsonata!("$checked.card")
            });
            retry "PaymentError.GatewayTimeout" (interval: 2s, max_attempts: 3, backoff_rate: 2.0);
            catch "CardDeclined" => {
                let reason: Value = jsonata!("$parse($parse($states.errorOutput.Cause).errorMessage).fields.reason");
                next Reject;
            }
            next FulfillOrder;
        }

        /// Packs every item and sends the invoice, at the same time.
        parallel FulfillOrder {
            branch {
                map PackItems {
                    for _item: Value in jsonata!("$checked.items") {
                        task PackItem {
                            pack_item(PackItemInput {
                                item: jsonata!("$states.input"),
                                order_id: jsonata!("$checked.id")
                            });
                            end;
                        }
                    };
                    max_concurrency 10;
                    end jsonata!("$states.result", Value);
                }
            }
            branch {
                task SendInvoice {
                    send_invoice(jsonata!("$payment"));
                    end;
                }
            };
            let parcels: Value = jsonata!("$states.result[0]");
            let invoice: Value = jsonata!("$states.result[1]");
            catch States::ALL => RefundCustomer;
            next Done;
        }

        task RefundCustomer {
            refund_card(jsonata!("$payment"));
            next Refunded;
        }

        succeed Done {
            DoneOutput {
                order_id: jsonata!("$checked.id"),
                payment: jsonata!("$payment"),
                parcels: jsonata!("$parcels"),
                invoice: jsonata!("$invoice")
            }
        }

        fail Reject { "OrderRejected", jsonata!("$reason") }

        fail Expired { "ReviewExpired", "no decision in time" }

        fail Refunded { "FulfilmentFailed", "the card was refunded" }
    }
}
