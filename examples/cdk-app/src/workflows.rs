//! The workflows. `tests/asl.rs` writes their output to `asl/`, where `lib/workflow.ts` reads it.

use crate::domain::{RefundError, Refunded, Terms, Ticket};
use crate::tasks::{look_up_terms, refund_payment};
use stepwright::prelude::*;

workflow! {
    /// Returns the refund for a ticket. The app waits for the result.
    pub workflow RefundTerms(ticket: Ticket) -> Terms {
        express;
        timeout 20s;
        lambda_retries;
        task LookUp { let terms = look_up_terms(ticket); end terms; }
    }

    /// Refunds the price of a ticket and frees the seat.
    pub workflow RefundTicket(ticket: Ticket) -> Refunded {
        timeout 7d;
        lambda_retries;

        task Terms {
            let terms = workflow RefundTerms(ticket);
            next Refund;
        }

        task Refund {
            let transfer = refund_payment(ticket, terms.cents);
            retry RefundError::BankClosed (interval: 1h, max_attempts: 72, backoff_rate: 1.0);
            catch RefundError::AccountGone { account } => AskCustomer;
            next FreeSeat;
        }

        /// Asks the customer for another account.
        task AskCustomer {
            service "arn:aws:states:::sns:publish" {
                TopicArn: placeholder!("CustomerServiceTopicArn"),
                Message: format!("{} needs another account than {account}", ticket.id)
            };
            next NotRefunded;
        }

        task FreeSeat {
            service "arn:aws:states:::dynamodb:deleteItem" {
                TableName: placeholder!("SeatsTable"),
                Key: { ticket: { S: ticket.id } }
            };
            next Done;
        }

        succeed Done { Refunded { transfer, cents: terms.cents } }
        fail NotRefunded { "NotRefunded", format!("account {account} is gone") }
    }
}
