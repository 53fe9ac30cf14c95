//! Editor support inside of a function under `#[workflow]`.

use crate::{Ask, Case, case};

pub(crate) const SOURCE: &str = r#"#[derive(Debug, TaskError)]
pub enum Failure { Rejected { reason: String } }

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("failure") }
}

impl std::error::Error for Failure {}

/// Packs one line of the order.
#[task]
pub async fn pack(line: Line) -> u32 { line.quantity }

/// Sells an order.
#[workflow(timeout = days(1))]
pub async fn checkout(order: Order) -> Result<Receipt, Failure> {
    if order.total > 10.0 {
        sleep(secs(30)).await;
    }
    let payment = match charge_card(&order)
        .retry(|e| matches!(e, PaymentError::GatewayTimeout), every(secs(2)).times(3))
        .await
    {
        Ok(payment) => payment,
        Err(PaymentError::Declined { reason }) => return Err(Failure::Rejected { reason }),
        Err(PaymentError::GatewayTimeout) => return Err(Failure::Rejected { reason: "late".to_owned() }),
    };
    let counts = map(&order.lines, async |line| pack(line).await).concurrency(5).await;
    let again = pack(order.lines[0].clone()).named("PackAgain").await;
    Ok(Receipt { order: order.id, tracking: payment })
}

/// Calls another workflow.
#[workflow]
pub async fn parent(order: Order) -> Result<Receipt, Failure> {
    checkout(order).await
}
"#;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(
            "complete a field, begun",
            "if order.total >",
            "if order.to| >",
            Ask::Complete(&["total"]),
        ),
        case(
            "complete fields after a bare dot in a condition",
            "if order.total > 10.0 {",
            "if order.| {",
            Ask::Complete(&["id", "total", "lines"]),
        ),
        case(
            "complete fields after a bare dot in an argument",
            "pack(order.lines[0].clone())",
            "pack(order.|)",
            Ask::Complete(&["id", "total", "lines"]),
        ),
        case(
            "complete fields after a bare dot in a struct literal",
            "order: order.id,",
            "order: order.|,",
            Ask::Complete(&["id", "total", "lines"]),
        ),
        case(
            "complete an option of a call, begun",
            "pack(order.lines[0].clone()).named(\"PackAgain\").await",
            "pack(order.lines[0].clone()).na|.await",
            Ask::Complete(&["named"]),
        ),
        case(
            "complete options after the dot of a call",
            "pack(order.lines[0].clone()).named(\"PackAgain\").await",
            "pack(order.lines[0].clone()).|",
            Ask::Complete(&["named", "retry", "timeout", "heartbeat"]),
        ),
        case(
            "complete an option of a map",
            ".concurrency(5).await",
            ".conc|.await",
            Ask::Complete(&["concurrency"]),
        ),
        case(
            "complete an error's variant in an arm, begun",
            "Err(PaymentError::Declined { reason }) =>",
            "Err(PaymentError::Dec|) =>",
            Ask::Complete(&["Declined"]),
        ),
        case(
            "complete variants after bare :: in an arm",
            "Err(PaymentError::Declined { reason }) =>",
            "Err(PaymentError::|) =>",
            Ask::Complete(&["Declined", "GatewayTimeout"]),
        ),
        case(
            "complete variants in a retry",
            "matches!(e, PaymentError::GatewayTimeout)",
            "matches!(e, PaymentError::|)",
            Ask::Complete(&["Declined", "GatewayTimeout"]),
        ),
        case(
            "complete a task",
            "match charge_card(&order)",
            "match charge_|(&order)",
            Ask::Complete(&["charge_card"]),
        ),
        case(
            "complete a workflow",
            "    checkout(order).await",
            "    check|(order).await",
            Ask::Complete(&["checkout"]),
        ),
        case(
            "complete a variable",
            "tracking: payment",
            "tracking: pay|",
            Ask::Complete(&["payment"]),
        ),
        case(
            "complete a field of an item",
            "pack(line).await)",
            "pack(line.|).await)",
            Ask::Complete(&["sku", "quantity"]),
        ),
        case(
            "hover a field",
            "if order.total >",
            "if order.to|tal >",
            Ask::Hover("total: f64"),
        ),
        case(
            "hover the parameter",
            "if order.total >",
            "if or|der.total >",
            Ask::Hover("order: Order"),
        ),
        case(
            "hover a variable of a result",
            "tracking: payment",
            "tracking: pay|ment",
            Ask::Hover("payment: String"),
        ),
        case(
            "hover a variable of a Map",
            "let counts =",
            "let cou|nts =",
            Ask::Hover("counts: Vec<u32>"),
        ),
        case(
            "hover a task",
            "match charge_card(&order)",
            "match charge_|card(&order)",
            Ask::Hover("Charges the customer's card."),
        ),
        case(
            "hover a workflow",
            "    checkout(order).await",
            "    check|out(order).await",
            Ask::Hover("Sells an order."),
        ),
        case(
            "hover a word of `stepwright::function`",
            "sleep(secs(30))",
            "sle|ep(secs(30))",
            Ask::Hover("Waits for a duration"),
        ),
        case(
            "go to a task",
            "match charge_card(&order)",
            "match charge_|card(&order)",
            Ask::Definition("pub async fn charge_card"),
        ),
        case(
            "go to a workflow",
            "    checkout(order).await",
            "    check|out(order).await",
            Ask::Definition("pub async fn checkout"),
        ),
        case(
            "go to a field",
            "if order.total >",
            "if order.to|tal >",
            Ask::Definition("pub struct Order"),
        ),
        case(
            "go to an error's variant",
            "Err(PaymentError::Declined {",
            "Err(PaymentError::Decl|ined {",
            Ask::Definition("pub enum PaymentError"),
        ),
        case(
            "go to a variable",
            "tracking: payment",
            "tracking: pay|ment",
            Ask::Definition("let payment"),
        ),
        case(
            "find the uses of a variable",
            "let again",
            "let aga|in",
            Ask::References(1),
        ),
        case(
            "rename the parameter",
            "checkout(order: Order)",
            "checkout(or|der: Order)",
            Ask::Rename(6),
        ),
    ]
}
