//! The single states of docs/reference/language.md, in workflows around them: this file contains
//! the page's blocks verbatim.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "the types and the tasks are those of other tests too"
)]

use stepwright::asl::validate::Validator;
use stepwright::prelude::*;

use crate::builder_and_macro::domain;

/// Tasks, and computations in their states.
mod tasks {
    use super::domain::*;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use stepwright::prelude::*;

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
    pub struct Payment {
        amount: f64,
        card: String,
    }

    #[task]
    pub async fn charge_card(payment: Payment) -> Result<Paid, PaymentError>;
    #[task]
    pub async fn request_review(checked: Checked, task_token: String);
    #[task]
    pub async fn ask_expert(question: String, most: f64) -> bool;

    workflow! {
        pub workflow Charging(order: Order) -> Paid {
            task Validate { let checked = validate_order(order); next Charge; }
            /// Charges the customer's card.
            task Charge {
                let payment = charge_card(Payment { amount: checked.total, card: checked.card });
                timeout 30s;
                retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3, backoff_rate: 2.0);
                catch PaymentError::Declined { reason } => Reject;
                next Fulfil;
            }
            succeed Fulfil { payment }
            fail Reject { "OrderRejected", reason }
        }

        pub workflow Pricing(order: Order) -> (f64, String) {
            task Price {
                let total = quote(order).amount * 1.2;
                let line = format!("{} costs {total}", order.id);
                next Offer;
            }
            succeed Offer { (total, line) }
        }

        pub workflow Asking(order: Order) -> bool {
            task Ask {
                let most = order.total * 2.0;
                let question = format!("{} below {most}?", order.id);
                let below = ask_expert(question, most);
                next Answered;
            }
            succeed Answered { below }
        }

        pub workflow Reviewing(order: Order) -> Checked {
            task Validate {
                let checked = validate_order(order);
                catch States::ALL => Bad;
                next Review;
            }
            task Review {
                let decision: Decision = wait_for_task_token request_review(checked, task_token);
                timeout 3d;
                heartbeat 1h;
                catch States::Timeout => Expired;
                next Decide;
            }
            choice Decide {
                match decision {
                    Decision::Approved { .. } => Done,
                    Decision::Refused { reason } => Reject,
                }
            }
            succeed Done { checked }
            fail Bad;
            fail Reject { "OrderRejected", reason }
            fail Expired { "ReviewExpired", "no decision within three days" }
        }

        pub workflow Telling(order: Order) {
            task Tell {
                service "arn:aws:states:::sns:publish" {
                    TopicArn: placeholder!("TopicArn"),
                    Message: format!("{} in {}", order.id, placeholder!("Stage"))
                };
                end;
            }
        }
    }
}

/// Passes, choices, waits and ends.
mod steps {
    use super::domain::*;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use stepwright::prelude::*;

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
    pub struct Receipt {
        order_id: String,
        payment: Paid,
        parcels: Vec<String>,
    }

    #[task]
    pub async fn request_review(checked: Checked, task_token: String);
    #[task]
    pub async fn next_job(order_id: String) -> Job;

    workflow! {
        pub workflow Labelling(order: Order) -> String {
            pass Label { let label = format!("order {}", order.id); let count = order.items.len(); next Ship; }
            pass Last { end label; }
            choice Ship {
                when count > 0 => Last;
                otherwise => Empty;
            }
            fail Empty;
        }

        pub workflow Choosing(order: Order) -> String {
            task Validate { let checked = validate_order(order); next Start; }
            choice Start {
                when order.customer.vip => Strict;
                otherwise => Triage;
            }
            choice Triage {
                when checked.total > 1_000.0 && !checked.customer.vip => Review;
                otherwise => Charge;
            }
            choice Decide {
                match decision {
                    Decision::Approved { .. } => Charge,
                    Decision::Refused { reason } => Reject,
                }
            }
            choice Strict {
                when order.total > 0.0 => Charge;
                otherwise fail;              // no Default: an input that matches nothing fails with States.Runtime
            }
            task Review {
                let decision: Decision = wait_for_task_token request_review(checked, task_token);
                timeout 3d;
                next Decide;
            }
            pass Charge { end order.id; }
            fail Reject { "OrderRejected", reason }
        }

        pub workflow Waiting(order: Order) {
            task Again { let job = next_job(order.id); next Which; }
            choice Which {
                when job.delay > 600 => Pause;
                when job.delay > 0 => Backoff;
                when order.customer.vip => Ship;
                otherwise => NewYear;
            }
            wait Pause { seconds 5m; next Again; }
            wait Backoff { seconds job.delay; next Again; }
            wait Ship { timestamp order.ship_at; next Send; }
            wait NewYear { timestamp "2027-01-01T00:00:00Z"; end; }
            task Send { send_invoice(order); end; }
        }

        pub workflow Succeeding(order: Order) {
            choice Start {
                when order.items.is_empty() => Skipped;
                otherwise => Validate;
            }
            task Validate { let checked = validate_order(order); next Charge; }
            task Charge {
                let payment = charge_card(Charge { amount: checked.total, card: checked.card });
                next Pack;
            }
            task Pack { let parcels = pack(checked.items); next Done; }
            succeed Skipped;
            succeed Done { Receipt { order_id: checked.id, payment, parcels } }
        }
    }
}

/// Parallels and maps.
mod containers {
    use super::domain::*;
    use stepwright::prelude::*;

    #[task]
    pub async fn send_invoice(payment: Paid) -> String;

    workflow! {
        pub workflow Fulfilling(order: Order) -> (Vec<String>, String) {
            task Validate { let checked = validate_order(order); next Charge; }
            task Charge {
                let payment = charge_card(Charge { amount: checked.total, card: checked.card });
                next Fulfil;
            }
            parallel Fulfil {
                let (parcels, invoice) =
                    branch { task Pack { let parcels = pack(checked.items); end parcels; } }
                    branch { task Invoice { let sent = send_invoice(payment); end sent; } };
                catch States::ALL => Refund;
                next Done;
            }
            succeed Done { (parcels, invoice) }
            fail Refund;
        }

        pub workflow Packing(order: Order) -> Vec<String> {
            task Validate { let checked = validate_order(order); next Pack; }
            map Pack {
                max_concurrency 10;
                let packed = for item in checked.items {
                    task PackItem { let parcel = pack_item(item, checked.id); end parcel; }
                };
                next Ship;
            }
            succeed Ship { packed }
        }

        pub workflow Importing(source: Source) -> Vec<String> {
            map Import {
                distributed express;
                label "Import";
                max_concurrency 100;
                tolerated_failures 5%;
                let stored = for row in source.rows {
                    task Store { let place = store(row, source.table_name); next Said; }
                    pass Said { end format!("{place} in {}", source.bucket); }
                };
                next Done;
            }
            succeed Done { stored }
        }

        pub workflow Loading(source: Source) -> MapResults {
            map Load {
                distributed;
                reader "arn:aws:states:::s3:getObject" (input_type: CSV, csv_header_location: FIRST_ROW) { Bucket: source.bucket, Key: source.key };
                batch (max_items: 50) Target { table: source.table_name };
                writer "arn:aws:states:::s3:putObject" { Bucket: source.bucket, Prefix: "results" };
                let results: MapResults = for rows: Batch<Row, Target> in reader {
                    task Store { store_all(rows); end; }
                };
                next Done;
            }
            succeed Done { results }
        }
    }
}

/// Retries and catches.
mod errors {
    use super::domain::*;
    use stepwright::prelude::*;

    #[derive(Debug, thiserror::Error, TaskError)]
    pub enum PaymentError {
        #[error("the gateway did not answer")]
        GatewayTimeout,
        #[error("the gateway is busy")]
        Busy,
        #[error("declined: {reason}")]
        Declined { reason: String },
    }

    #[task]
    pub async fn charge_card(order: Order) -> Result<Paid, PaymentError>;

    workflow! {
        pub workflow Single(order: Order) -> Paid {
            task Charge {
                let payment = charge_card(order);
                retry PaymentError::GatewayTimeout | PaymentError::Busy (interval: 2s, max_attempts: 3, backoff_rate: 2.0, max_delay: 1m, jitter: full);
                retry States::TaskFailed;
                catch PaymentError::Declined { reason } => Reject;          // binds the variant's field on that edge
                catch States::Timeout | States::HeartbeatTimeout => Late;
                catch "Lambda.TooManyRequestsException" => Busy;             // a name that no Rust type declares
                catch States::ALL as error => Report;                        // ErrorOutput { error, cause }
                next Done;
            }
            succeed Done { payment }
            fail Reject { "OrderRejected", reason }
            fail Late;
            fail Busy;
            fail Report { error.error.unwrap_or_default(), error.cause.unwrap_or_default() }
        }

        pub workflow Every(order: Order) -> Paid {
            task Charge {
                let payment = charge_card(order);
                catch { PaymentError::Declined { .. } => Reject, PaymentError::GatewayTimeout => Late, _ => Report }   // rustc checks that nothing is missing
                next Done;
            }
            succeed Done { payment }
            fail Reject;
            fail Late;
            fail Report;
        }
    }
}

/// The errors of two tasks in a parallel.
mod errors_of_both {
    use super::domain::*;
    use stepwright::prelude::*;

    #[task]
    pub async fn charge_card(order: Order) -> Result<Paid, PaymentError>;

    workflow! {
        pub workflow Inside(order: Order) {
            parallel Both {
                branch { task Charge { charge_card(order); end; } }
                branch { task Check { validate_order(order); end; } };
                catch {
                    PaymentError::Declined { reason } | OrderError::Invalid { reason } => Reject,
                    PaymentError::GatewayTimeout => Late,
                }
                next Done;
            }
            succeed Done;
            fail Reject { "OrderRejected", reason }
            fail Late;
        }
    }
}

/// A definition in a file.
mod existing {
    use super::domain::Receipt;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use stepwright::prelude::*;

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
    pub struct Request {
        order_id: String,
        amount: f64,
    }

    #[task]
    pub async fn return_money(request: Request) -> Receipt;
    #[task]
    pub async fn tell_customer(receipt: Receipt);

    workflow! {
        pub workflow Archiving(receipt: Receipt) -> String {
            succeed Done { receipt.order_id }
        }
    }

    #[test]
    fn a_definition_in_a_file_is_a_workflow_and_a_value() {
        asl_file! {
            /// The refund machine, as it is deployed.
            pub workflow Refund(request: Request) -> Receipt = "asl/refund.asl.json" {
                ReturnMoney => return_money;                 // a Task state, and the #[task] that it calls
                "Tell the customer" => tell_customer;
                Archive => workflow Archiving;               // a state that starts a state machine
            }
        }
        let definition = asl_file!("asl/refund.asl.json"); // the Definition alone
        super::validates::<Refund>();
        super::validates::<Archiving>();
        assert_eq!(definition.machine(), Refund::definition().machine());
    }
}

/// An emitted workflow has no diagnostics of the validator, except two that the page's states have on purpose: transient errors of
/// Lambda are not retried (SW142), and `otherwise fail` makes no `Default` (SW074).
#[track_caller]
fn validates<W: Workflow>() {
    let definition = W::definition();
    let text = definition.to_json_pretty();
    let validator = Validator::new(definition.machine_type())
        .without("SW142")
        .and_then(|validator| validator.without("SW074"))
        .expect("there are such rules");
    let diagnostics = validator.check_text(&text);
    assert!(
        diagnostics.is_empty(),
        "{}:\n{diagnostics}\n{text}",
        definition.name()
    );
}

#[test]
fn the_states_of_the_page_build_and_validate() {
    validates::<tasks::Charging>();
    validates::<tasks::Pricing>();
    validates::<tasks::Asking>();
    validates::<tasks::Reviewing>();
    validates::<tasks::Telling>();
    validates::<steps::Labelling>();
    validates::<steps::Choosing>();
    validates::<steps::Waiting>();
    validates::<steps::Succeeding>();
    validates::<containers::Fulfilling>();
    validates::<containers::Packing>();
    validates::<containers::Importing>();
    validates::<containers::Loading>();
    validates::<errors::Single>();
    validates::<errors::Every>();
    validates::<errors_of_both::Inside>();
}

#[test]
fn the_page_shows_the_emitted_error_names() {
    let page = include_str!("../../docs/reference/language.md");
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let single = r#""ErrorEquals": ["PaymentError.Declined"]"#;
    let several = r#""ErrorEquals": ["PaymentError.Declined", "OrderError.Invalid"]"#;
    for (definition, shown) in [
        (tasks::Charging::definition(), single),
        (errors_of_both::Inside::definition(), several),
    ] {
        assert!(page.contains(shown), "the page lacks {shown}");
        let emitted = squeezed(&definition.to_json());
        assert!(emitted.contains(&squeezed(shown)), "{emitted}");
    }
}
