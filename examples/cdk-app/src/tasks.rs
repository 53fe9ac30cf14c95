//! The functions. Each is a separate Lambda function; in tests the engine calls them.

use crate::domain::{RefundError, Terms, Ticket};
use stepwright::prelude::*;

/// Returns the current refund for a ticket.
#[task]
pub async fn look_up_terms(ticket: Ticket) -> Terms {
    match ticket.show.as_str() {
        "premiere" => Terms {
            cents: ticket.cents / 2,
            note: Some("half of the price for a premiere".to_owned()),
        },
        _ => Terms {
            cents: ticket.cents,
            note: None,
        },
    }
}

/// Refunds the money and returns the number of the transfer.
#[task]
pub async fn refund_payment(ticket: Ticket, cents: u64) -> Result<String, RefundError> {
    if ticket.id.ends_with("-gone") {
        let account = ticket.id;
        return Err(RefundError::AccountGone { account });
    }
    Ok(format!("{}/{cents}", ticket.id))
}
