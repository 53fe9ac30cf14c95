//! Editor support inside of `workflow!`.

use crate::{Ask, Case, case};

pub(crate) const SOURCE: &str = r#"workflow! {
    pub workflow Checkout(order: Order) -> Receipt {
        choice Triage {
            when order.total > 10.0 => Charge;
            otherwise => Reject;
        }
        /// Takes the money.
        task Charge {
            let payment = charge_card(order);
            retry PaymentError::GatewayTimeout (interval: 2s);
            catch PaymentError::Declined { reason } => Reject;
            next Done;
        }
        succeed Done { Receipt { order: order.id, tracking: payment } }
        fail Reject { "Rejected", "no" }
    }
}
"#;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(
            "complete a field, begun",
            "when order.total >",
            "when order.to| >",
            Ask::Complete(&["total"]),
        ),
        case(
            "complete fields after a bare dot in a condition",
            "when order.total > 10.0 => Charge;",
            "when order.| => Charge;",
            Ask::Complete(&["id", "total", "lines"]),
        ),
        case(
            "complete fields after a bare dot in an argument",
            "charge_card(order);",
            "charge_card(order.|);",
            Ask::Complete(&["id", "total", "lines"]),
        ),
        case(
            "complete fields after a bare dot in a struct literal",
            "order: order.id,",
            "order: order.|,",
            Ask::Complete(&["id", "total", "lines"]),
        ),
        case(
            "complete a state after next, begun",
            "next Done;",
            "next Do|;",
            Ask::Complete(&["Done", "Charge", "Reject"]),
        ),
        case(
            "complete a state after =>, begun",
            "otherwise => Reject;",
            "otherwise => Re|;",
            Ask::Complete(&["Reject"]),
        ),
        case(
            "complete a state after a bare next",
            "next Done;",
            "next |;",
            Ask::Complete(&["Done", "Charge", "Reject"]),
        ),
        case(
            "complete an error's variant in catch, begun",
            "catch PaymentError::Declined { reason } =>",
            "catch PaymentError::Dec| =>",
            Ask::Complete(&["Declined"]),
        ),
        case(
            "complete variants after bare :: in catch",
            "catch PaymentError::Declined { reason } =>",
            "catch PaymentError::| =>",
            Ask::Complete(&["Declined", "GatewayTimeout"]),
        ),
        case(
            "complete variants after bare :: in retry",
            "retry PaymentError::GatewayTimeout (interval: 2s);",
            "retry PaymentError::| (interval: 2s);",
            Ask::Complete(&["Declined", "GatewayTimeout"]),
        ),
        case(
            "complete a task",
            "= charge_card(order);",
            "= charge_|(order);",
            Ask::Complete(&["charge_card"]),
        ),
        case(
            "complete a field of a struct literal",
            "tracking: payment",
            "trac|: payment",
            Ask::Complete(&["tracking"]),
        ),
        case(
            "complete a variable",
            "tracking: payment",
            "tracking: pay|",
            Ask::Complete(&["payment"]),
        ),
        case(
            "hover a field",
            "when order.total >",
            "when order.to|tal >",
            Ask::Hover("total: f64"),
        ),
        case(
            "hover the parameter",
            "when order.total >",
            "when or|der.total >",
            Ask::Hover("order: Order"),
        ),
        case(
            "hover a variable",
            "tracking: payment",
            "tracking: pay|ment",
            Ask::Hover("payment: String"),
        ),
        case(
            "hover a state",
            "=> Charge;",
            "=> Cha|rge;",
            Ask::Hover("Takes the money."),
        ),
        case(
            "hover a task",
            "= charge_card(order);",
            "= charge_|card(order);",
            Ask::Hover("Charges the customer's card."),
        ),
        case(
            "go to a state",
            "next Done;",
            "next Do|ne;",
            Ask::Definition("succeed Done"),
        ),
        case(
            "go to a task",
            "= charge_card(order);",
            "= charge_|card(order);",
            Ask::Definition("pub async fn charge_card"),
        ),
        case(
            "go to a field",
            "when order.total >",
            "when order.to|tal >",
            Ask::Definition("pub struct Order"),
        ),
        case(
            "go to an error's variant",
            "catch PaymentError::Declined {",
            "catch PaymentError::Decl|ined {",
            Ask::Definition("pub enum PaymentError"),
        ),
        case(
            "go to a variable",
            "tracking: payment",
            "tracking: pay|ment",
            Ask::Definition("let payment"),
        ),
        case(
            "find the uses of a state",
            "fail Reject",
            "fail Rej|ect",
            Ask::References(3),
        ),
        case(
            "rename a state",
            "fail Reject",
            "fail Rej|ect",
            Ask::Rename(3),
        ),
        case(
            "rename a variable",
            "let payment",
            "let pay|ment",
            Ask::Rename(2),
        ),
    ]
}
