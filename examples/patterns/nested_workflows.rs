//! Nested workflows: a parent waits for a long child (`.sync:2`), calls a short Express child as a
//! function, and starts one without waiting for it. Each has its own history, its own owner and its
//! own tests; the parent knows their types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub struct Applicant {
    pub id: String,
    pub name: String,
    pub email: String,
    pub passport: String,
}

/// The result of a check of the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub enum Identity {
    Confirmed,
    Doubtful { reason: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Account {
    pub number: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub enum DocumentError {
    #[error("the picture cannot be read")]
    Unreadable,
}

/// Reads the passport and compares the pictures.
#[task]
pub async fn inspect_passport(passport: String) -> Result<Identity, DocumentError>;
/// Requests a check of the documents by an agent, who sends the result with the token.
#[task]
pub async fn ask_agent(applicant: Applicant, doubt: String, task_token: String);
/// A score between 0 and 1,000.
#[task]
pub async fn score(applicant: Applicant) -> u32;
/// Opens the account at the core banking system.
#[task]
pub async fn open_account(applicant: Applicant) -> Account;
/// Sends one of the welcome messages.
#[task]
pub async fn send_message(email: String, template: String);

workflow! {
    /// Takes minutes, or days if an agent has to check the documents.
    pub workflow IdentityCheck(applicant: Applicant) -> Identity {
        timeout 5d;
        lambda_retries;
        task Inspect {
            let found = inspect_passport(applicant.passport);
            catch DocumentError::Unreadable => { let doubt = "the picture cannot be read".to_string(); next AskAgent; }
            next Judge;
        }
        choice Judge {
            match found {
                Identity::Confirmed => Confirmed,
                Identity::Doubtful { reason: doubt } => AskAgent,
            }
        }
        task AskAgent {
            let verdict: Identity = wait_for_task_token ask_agent(applicant, doubt, task_token);
            timeout 3d;
            end verdict;
        }
        succeed Confirmed { Identity::Confirmed }
    }

    /// An Express workflow: its parent calls it as it would call a function.
    pub workflow RiskScore(applicant: Applicant) -> u32 {
        express;
        timeout 1m;
        lambda_retries;
        task Score { let score = score(applicant); end score; }
    }

    /// Runs for weeks after the account is open; its parent does not wait for it.
    pub workflow WelcomeSeries(applicant: Applicant) {
        lambda_retries;
        task Welcome { send_message(applicant.email, "welcome".to_string()); next AWeek; }
        wait AWeek { seconds 7d; next Tips; }
        task Tips { send_message(applicant.email, "tips".to_string()); end; }
    }

    /// Opens an account after the applicant's identity was verified.
    pub workflow AccountOpening(applicant: Applicant) -> Account {
        timeout 7d;
        lambda_retries;

        task CheckIdentity {
            let identity = workflow IdentityCheck(applicant);
            catch States::TaskFailed => Undecided;
            next IsKnown;
        }

        choice IsKnown {
            match identity {
                Identity::Confirmed => ScoreRisk,
                Identity::Doubtful { reason } => Refused,
            }
        }

        task ScoreRisk {
            let risk = workflow RiskScore(applicant);
            next IsRisky;
        }

        choice IsRisky {
            when risk > 700 => { let reason = format!("a risk of {risk}"); next Refused; }
            otherwise => Open;
        }

        task Open {
            let account = open_account(applicant);
            next SendWelcome;
        }

        task SendWelcome {
            start workflow WelcomeSeries(applicant);
            next Opened;
        }

        succeed Opened { account }
        fail Refused { "Refused", reason }
        fail Undecided { "Undecided", "the identity could not be checked" }
    }
}
