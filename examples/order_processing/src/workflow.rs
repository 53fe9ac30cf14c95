//! The workflow itself.

use super::domain::{Decision, Order, OrderError, Payment, PaymentError, Receipt};
use super::tasks::{
    charge_card, pack_item, refund_card, request_review, send_invoice, validate_order,
};
use stepwright::prelude::*;

workflow! {
    /// Validates, charges and fulfils an order; refunds the card when fulfilment fails.
    pub workflow OrderProcessing(order: Order) -> Receipt {
        timeout 7d;
        lambda_retries;

        /// Rejects malformed orders before any money moves.
        task ValidateOrder {
            let checked = validate_order(order);
            catch OrderError::Invalid { reason } => Reject;
            next Triage;
        }

        choice Triage {
            when checked.total > 1_000.0 && !checked.customer.vip => Review;
            otherwise => ChargeCard;
        }

        /// A human decides about large orders.
        task Review {
            let decision: Decision = wait_for_task_token request_review(checked, task_token);
            timeout 3d;
            heartbeat 1d;
            catch States::Timeout => Expired;
            next Decide;
        }

        choice Decide {
            match decision {
                Decision::Approved { .. } => ChargeCard,
                Decision::Refused { reason } => Reject,
            }
        }

        task ChargeCard {
            let payment = charge_card(Payment { amount: checked.total, card: checked.card });
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3, backoff_rate: 2.0);
            catch PaymentError::Declined { reason } => Reject;
            next FulfillOrder;
        }

        /// Packs every item and sends the invoice, at the same time.
        parallel FulfillOrder {
            let (parcels, invoice) =
                branch {
                    map PackItems {
                        max_concurrency 10;
                        let packed = for item in checked.items {
                            task PackItem { let parcel = pack_item(item, checked.id); end parcel; }
                        };
                        end packed;
                    }
                }
                branch { task SendInvoice { let sent = send_invoice(payment); end sent; } };
            catch States::ALL => RefundCustomer;
            next Done;
        }

        task RefundCustomer { refund_card(payment); next Refunded; }

        succeed Done { Receipt { order_id: checked.id, payment, parcels, invoice } }
        fail Reject { "OrderRejected", reason }
        fail Expired { "ReviewExpired", "no decision in time" }
        fail Refunded { "FulfilmentFailed", "the card was refunded" }
    }
}
