//! Human approval by a link in an e-mail: SES sends the message with the task token in two links,
//! the execution waits for days at no cost, and the function of the links (API Gateway and Lambda)
//! calls SendTaskSuccess. Without a decision the workflow sends up to two reminders.
//!
//! The links lead to a page with a button, because mail filters open links automatically and must
//! not decide.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Expense {
    pub id: String,
    pub employee: String,
    pub manager_email: String,
    pub purpose: String,
    pub euros: u32,
}

/// The result that the function of the links sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase", tag = "decision")]
pub enum Decision {
    Approved { by: String },
    Rejected { by: String, reason: String },
}

/// Expenses up to this amount are paid without approval.
const PAID_UNASKED: u32 = 50;

/// Pays an expense and returns the number of the transfer.
#[task]
pub async fn pay_expense(expense: Expense, approved_by: String) -> String;

workflow! {
    /// Asks a manager about an expense, and pays it.
    pub workflow ExpenseApproval(expense: Expense) -> String {
        timeout 14d;
        lambda_retries;

        choice IsSmall {
            when expense.euros <= PAID_UNASKED => { let approver = "the rule for small expenses".to_string(); next Pay; }
            otherwise => FirstMessage;
        }

        pass FirstMessage {
            let messages = 1;
            let subject = format!("{} asks for {} EUR", expense.employee, expense.euros);
            next Ask;
        }

        /// The links contain the token URL-encoded, because it has characters that are reserved in a URL.
        task Ask {
            let decision: Decision = wait_for_task_token service "arn:aws:states:::aws-sdk:sesv2:sendEmail" {
                FromEmailAddress: placeholder!("SenderAddress"),
                Destination: { ToAddresses: [expense.manager_email] },
                Content: { Simple: {
                    Subject: { Data: subject },
                    Body: { Text: { Data: format!(
                        "{} for {} EUR: {}\n\napprove: {}/approve?token={}\nreject: {}/reject?token={}",
                        expense.id,
                        expense.euros,
                        expense.purpose,
                        placeholder!("ApprovalUrl"),
                        jsonata!("$encodeUrlComponent($states.context.Task.Token)", String),
                        placeholder!("ApprovalUrl"),
                        jsonata!("$encodeUrlComponent($states.context.Task.Token)", String)
                    ) } }
                } }
            };
            timeout 2d;
            catch States::Timeout => AskAgain;
            next Decide;
        }

        /// The link of an older message does not work any more: its token has timed out.
        choice AskAgain {
            when messages < 3 => {
                let messages = messages + 1;
                let subject = format!("Reminder: {} asks for {} EUR", expense.employee, expense.euros);
                next Ask;
            }
            otherwise => NobodyDecided;
        }

        choice Decide {
            match decision {
                Decision::Approved { by: approver } => Pay,
                Decision::Rejected { by: approver, reason } => Rejected,
            }
        }

        task Pay {
            let transfer = pay_expense(expense, approver);
            end transfer;
        }

        fail Rejected { "Rejected", format!("{approver}: {reason}") }
        fail NobodyDecided { "NobodyDecided", format!("{messages} messages were not answered") }
    }
}
