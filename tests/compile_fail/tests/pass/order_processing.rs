//! A workflow that a team would really have.

// Forms are shown that nothing reads.
#![allow(deprecated)]

use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    /// Validates, charges and packs an order.
    pub workflow OrderProcessing(order: Order) -> Receipt {
        timeout 7d;
        lambda_retries;

        /// Rejects malformed orders before any money moves.
        task Validate {
            let checked = validate_order(order);
            catch OrderError::Invalid { reason } => Reject;
            next Triage;
        }
        choice Triage {
            when checked.total > 1_000.0 && !checked.vip => Review;
            otherwise => Charge;
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
                Decision::Approved => Charge,
                Decision::Refused { reason } => Reject,
            }
        }
        task Charge {
            let charge = charge_card(checked);
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3, backoff_rate: 2.0, max_delay: 1m, jitter: full);
            catch PaymentError::Declined { reason } => Reject;
            next Fulfil;
        }
        parallel Fulfil {
            let (parcels, receipt) =
                branch {
                    map Pack {
                        max_concurrency 10;
                        let packed = for item in checked.items {
                            task PackItem { let parcel = pack_item(item); end parcel; }
                        };
                        end packed;
                    }
                }
                branch {
                    pass Write { end Receipt { order_id: checked.id, charge_id: charge.id }; }
                };
            catch States::ALL as error => Refund;
            next Done;
        }
        task Refund { refund(charge); next Refunded; }
        succeed Done { receipt }
        fail Reject { "OrderRejected", reason }
        fail Expired { "ReviewExpired", "no decision within three days" }
        fail Refunded { "FulfilmentFailed", "the card was refunded" }
    }
}

fn main() {
    let _ = OrderProcessing::definition();
}
