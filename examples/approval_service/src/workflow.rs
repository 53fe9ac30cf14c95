//! The workflow.

use super::domain::{Decision, Order, PaymentError, Receipt};
use super::tasks::{ask_approver, charge_card, ship};
use stepwright::prelude::*;

workflow! {
    /// An order. A person decides about a large one before the card is charged.
    pub workflow OrderApproval(order: Order) -> Receipt {
        choice IsLarge {
            when order.cents > 50_000 => Ask;
            otherwise => Charge;
        }

        /// Waits until the approver opens the link. That may take days, and the process may be restarted in between.
        task Ask {
            let decision: Decision = wait_for_task_token ask_approver(order, task_token);
            timeout 3d;
            catch States::Timeout => Expired;
            next Decide;
        }

        choice Decide {
            match decision {
                Decision::Approved { .. } => Charge,
                Decision::Refused { reason } => Refused,
            }
        }

        task Charge {
            let payment = charge_card(order);
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 5, backoff_rate: 2.0);
            catch PaymentError::Declined { reason } => Refused;
            next Ship;
        }

        task Ship {
            let tracking = ship(order);
            next Done;
        }

        succeed Done { Receipt { order: order.id, payment, tracking } }
        fail Refused { "OrderRefused", reason }
        fail Expired { "ApprovalExpired", "no decision in three days" }
    }
}
