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
                wait_for_task_token service "arn:aws:states:::sqs:sendMessage" { MessageBody: { token: task_token } };
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
}

fn main() {
    for definition in [Polling::definition(), Nested::definition(), Bound::definition(), Calls::definition()] {
        println!("{}", definition.to_json_pretty());
    }
}
