//! Human approval by a link in an e-mail, as an async function. It differs from `human_approval.rs`
//! in the message: a function calls tasks, so a task writes the links and sends the e-mail.

use crate::patterns::human_approval::{Decision, Expense, pay_expense};
use stepwright::function::*;

/// Expenses up to this amount are paid without approval.
const PAID_UNASKED: u32 = 50;

#[derive(Debug, thiserror::Error, TaskError)]
pub enum ApprovalFailed {
    #[error("{by}: {reason}")]
    #[task_error(name = "Rejected")]
    Rejected { by: String, reason: String },
    #[error("{messages} messages were not answered")]
    #[task_error(name = "NobodyDecided")]
    NobodyDecided { messages: u32 },
}

/// Sends the manager an e-mail with a link to approve and a link to reject. Both contain the token, URL-encoded.
#[task]
pub async fn send_links(expense: Expense, subject: String, token: String);

/// Asks a manager about an expense, and pays it.
#[workflow(timeout = days(14), lambda_retries)]
pub async fn expense_approval(expense: Expense) -> Result<String, ApprovalFailed> {
    #[state(IsSmall)]
    let approver = if expense.euros <= PAID_UNASKED {
        "the rule for small expenses".to_owned()
    } else {
        let mut messages = 1;
        let mut subject = format!("{} asks for {} EUR", expense.employee, expense.euros);
        loop {
            #[state(Decide)]
            match send_links(&expense, &subject, task_token())
                .timeout(days(2))
                .named("Ask")
                .await
            {
                Ok(Decision::Approved { by }) => break by,
                Ok(Decision::Rejected { by, reason }) => {
                    return Err(ApprovalFailed::Rejected { by, reason });
                }
                // The link of an older message does not work any more: its token has timed out.
                Err(Failed::Timeout) => {}
                Err(Failed::Task(never)) => match never {},
            }
            #[state(AskAgain)]
            if messages >= 3 {
                return Err(ApprovalFailed::NobodyDecided { messages });
            }
            messages += 1;
            subject = format!(
                "Reminder: {} asks for {} EUR",
                expense.employee, expense.euros
            );
        }
    };
    Ok(pay_expense(&expense, approver).named("Pay").await)
}
