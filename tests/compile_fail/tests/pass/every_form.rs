//! Every form of the language, in use.

// Forms are shown that nothing reads.
#![allow(deprecated, unreachable_pub)]

use stepwright::workflow;
use stepwright_compile_fail::*;

const LIMIT: f64 = 100.0;

mod settings {
    pub const ROLE: &str = "arn:aws:iam::123456789012:role/worker";
}

workflow! {
    /// A loop, with an assignment on an edge.
    workflow Polling(order: Order) -> Charge {
        query_language JSONata;
        pass Start { let attempt = 0; next Ask; }
        task Ask {
            let charge = charge_card(order);
            catch States::Timeout => { let attempt = attempt + 1; next Decide; }
            catch { PaymentError::Declined { reason } => Stop, PaymentError::GatewayTimeout => { next Decide; } }
            next Done;
        }
        choice Decide {
            when attempt < 10 => { let attempt = attempt + 1; next Pause; }
            otherwise fail;
        }
        wait Pause { seconds 30; next Ask; }
        succeed Done { charge }
        fail Stop { "Declined", reason }
    }

    /// Maps in branches, items of outer maps, closures, formats, constants.
    workflow Nested(order: Order) -> (Vec<Vec<String>>, f64) {
        parallel Both {
            let (lines, total) =
                branch {
                    map Outer {
                        for item in order.items {
                            pass Begin { next Inner; }
                            map Inner {
                                max_concurrency 2;
                                for other in order.items {
                                    pass Line { end format!("{} {item} {0}", other.sku, item = item.sku); }
                                };
                                end;
                            }
                        };
                        end;
                    }
                }
                branch {
                    choice Size {
                        when order.total > LIMIT && order.items.iter().any(|one| one.sku == order.id) => Large;
                        otherwise => Small;
                    }
                    succeed Large { order.total }
                    pass Small { let total = if order.vip { 0.0 } else { order.total * 1.5 }; end total; }
                };
            retry States::TaskFailed;
            catch "Lambda.TooManyRequestsException" | PaymentError::GatewayTimeout => Busy;
            catch States::ALL as error => Failed;
            end (lines, total);
        }
        fail Busy;
        fail Failed { "Failed", error.cause.unwrap_or("none".to_string()) }
    }

    /// What a pattern binds, read on its edge; closures that read variables.
    workflow Bound(order: Order) -> Vec<String> {
        task Ask {
            let decision: Decision = wait_for_task_token request_review(order, task_token);
            next Decide;
        }
        choice Decide {
            match decision {
                Decision::Refused { reason } if reason.is_empty() => Charge,
                Decision::Refused { reason } => { let text = format!("no: {reason}"); next Stop; }
                Decision::Approved => Charge,
            }
        }
        task Charge {
            charge_card(order);
            catch PaymentError::Declined { reason } => { let text = format!("declined: {reason}"); next Stop; }
            catch States::Timeout as late => { let text = late.cause.unwrap_or_default(); next Stop; }
            next List;
        }
        pass List {
            let prefix = order.id;
            let list = order.items.iter().map(|item| format!("{prefix} {}", item.sku)).collect();
            end list;
        }
        fail Stop { "Stopped", text }
    }

    /// Services, workflows, raw fields, names that are no identifiers.
    workflow Calls(order: Order) {
        raw { "Version": "1.0" }
        deploy lambda_arn;
        #[name = "Poll for the charge"]
        task Poll {
            let charge = workflow Polling(order);
            credentials settings::ROLE;
            timeout 1h;
            next Notify;
        }
        task Notify {
            service "arn:aws:states:::sqs:sendMessage" {
                QueueUrl: "https://queue",
                MessageBody: { order: order.id, charges: [charge, { id: "other" }], "limit of": LIMIT },
            };
            raw { "Output": { "id": "{% $states.result.MessageId %}", "n": [1, -2.5, true, null] } }
            catch States::ALL => Begin;
            next Ask;
        }
        task Ask {
            let answer: bool =
                wait_for_task_token service "arn:aws:states:::sqs:sendMessage" {
                    QueueUrl: placeholder!("QueueUrl"),
                    MessageBody: { token: task_token },
                };
            next When;
        }
        choice When {
            match (answer, order.vip) {
                (true, _) => Begin,
                (false, vip) if vip || !vip => Until,
                _ => Until,
            }
        }
        wait Until { timestamp "2027-01-01T00:00:00Z"; let done = true; next Begin; }
        task Begin { start workflow Polling(order); next Sum; }
        pass Sum {
            let total: f64 = jsonata!("$sum($states.context.Execution.Input.items.quantity)");
            let (first, _): (String, f64) = (order.id, 1.0);
            next End;
        }
        succeed End;
    }

    /// Distributed Maps with all of their options; all errors of what is inside; what expressions can decide.
    workflow Spread(order: Order) -> stepwright::MapResults {
        deny unhandled_errors;
        allow unbounded_loop;
        pass Compute {
            let size = match order.items.len() { 0 | 1 => 1, many if many > 9 && order.vip => 9, _ => 5 };
            let first = if let Some(item) = order.items.first() { item.quantity as u64 } else { 0 };
            let pairs: Vec<(String, u32)> = order.items.iter().map(|Item { sku, quantity: count }| (sku.clone(), *count)).collect();
            let heavy: Vec<String> = order.items.iter().map(|item| (item.sku.clone(), item.quantity)).filter(|(_, count)| *count > 3).map(|(sku, _)| sku).collect();
            next Run;
        }
        parallel Run {
            branch { task First { charge_card(order); end; } }
            branch { task Second { validate_order(order); end; } };
            catch {
                PaymentError::Declined { reason } | OrderError::Invalid { reason } => Stop,
                PaymentError::GatewayTimeout as late => { let reason = late.cause.unwrap_or_default(); next Stop; }
            }
            next Each;
        }
        map Each {
            distributed express;
            label "Each";
            max_concurrency size;
            tolerated_failures 2.5%;
            tolerated_failures first % 3;
            reader "arn:aws:states:::s3:getObject" (input_type: CSV, csv_header_location: GIVEN, csv_headers: ["sku", "quantity"], max_items: 5) {
                Bucket: "bucket",
                Key: format!("{}.csv", order.id),
            };
            batch (max_items: 10, max_input_bytes: 1000) { order_id: order.id, "charge_id": "none" };
            writer "arn:aws:states:::s3:putObject" (transformation: NONE, output_type: JSON) { Bucket: "bucket" };
            catch States::ALL => Again;
            let results: stepwright::MapResults = for rows: stepwright::Batch<Item, Receipt> in reader {
                pass Begin { next Use; }
                pass Use { end (rows, heavy, size); }
            };
            next Done;
        }
        pass Again { next Compute; }
        succeed Done { results }
        fail Stop { "Stopped", reason }
    }
}

workflow! {
    workflow Computed(order: Order) -> (f64, String, bool) {
        task Check {
            let total = validate_order(order).total * 1.2;
            let label = format!("{:>8} {total}", order.id);
            let _note = label.clone();
            retry States::ALL (max_attempts: 1);
            next Sort;
        }
        pass Sort {
            let count = order.items.len() as f64;
            let cents = (total * 100.0).round() as i64;
            let least = { let half = total / 2.0; if half > count { half } else { count } };
            let few = matches!(order.items.len(), 1..=3) && cents > i32::MAX as i64;
            let skus = order.items.iter().map(|Item { sku, .. }| sku.as_str()).map(String::from).collect::<Vec<String>>();
            next Size;
        }
        choice Size {
            when (cents + 1) as i64 < skus.len() as i64 => { let n = 1; let label = format!("{label} {n}"); next Done; }
            otherwise => Done;
        }
        succeed Done { (least, label, few) }
    }
}

fn main() {
    for definition in [
        Polling::definition(),
        Nested::definition(),
        Bound::definition(),
        Calls::definition(),
        Spread::definition(),
    ] {
        println!("{}", definition.to_json_pretty());
    }
}
