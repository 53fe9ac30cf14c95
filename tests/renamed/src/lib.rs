//! A crate with `stepwright` under the name `sw`: each macro gets it with `crate = sw`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sw::builder::{Expression, FlowBuilder};
use sw::prelude::*;
use sw::{errors, expr};

/// An order.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
#[payload(crate = sw)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// How it is paid.
    pub payment: Payment,
}

/// How an order is paid.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
#[payload(crate = sw)]
pub enum Payment {
    /// With this card.
    Card(String),
    /// Later, with so much at once.
    Later {
        /// How much.
        down: f64,
    },
}

/// Why a card is not charged.
#[derive(Debug, thiserror::Error, TaskError)]
#[task_error(crate = sw)]
pub enum CardError {
    /// The bank says no.
    #[error("declined: {reason}")]
    #[task_error(name = "Card.Declined")]
    Declined {
        /// Why.
        reason: String,
    },
}

/// The only error.
#[derive(Debug, thiserror::Error, TaskError)]
#[error("gone")]
#[task_error(name = "Gone", crate = sw)]
pub struct Gone;

/// Charges a card.
#[task(crate = sw, name = "charge-card")]
pub async fn charge_card(card: String, amount: f64) -> Result<String, CardError> {
    if amount < 0.0 {
        let reason = card;
        return Err(CardError::Declined { reason });
    }
    Ok(card)
}

/// Checks whether a card still exists.
#[task(crate = sw)]
pub async fn look(card: String) -> Result<bool, Gone>;

workflow! {
    crate = sw;

    /// A part of other workflows.
    pub fragment Charge(card: String) -> String {
        task Take {
            let receipt = charge_card(card, 1.5);
            retry CardError::Declined (max_attempts: 2);
            end receipt;
        }
    }

    /// Takes the money.
    pub workflow Checkout(order: Order) -> String {
        deny unhandled_errors;
        choice How {
            match order.payment {
                Payment::Card(card) => Take,
                Payment::Later { down } if down > 1.0 => Wait,
                Payment::Later { .. } => Refused,
            }
        }
        task Take {
            let _receipt = charge_card(card, 1.5);
            catch CardError::Declined { reason } => Declined;
            next Done;
        }
        include Wait {
            let _receipt = Charge(order.id);
            catch States::ALL => Refused;
            next Done;
        }
        parallel Both {
            let (a, b) =
                branch { pass A { end order.id; } }
                branch { map Each { let all = for letter in [order.id] { pass B { end letter; } }; end all; } };
            next Last;
        }
        succeed Last { format!("{a}{}", b.len()) }
        pass Done { next Both; }
        fail Declined { "Declined", reason }
        fail Refused { "Refused" }
    }
}

asl_file! {
    crate = sw;
    /// A definition in a file.
    pub workflow Refund(order: Order) -> String = "src/refund.asl.json" {
        "Return money" => charge_card;
    }
}

/// The same definition without its tasks.
#[must_use]
pub fn refund() -> Definition {
    asl_file!(crate = sw; "src/refund.asl.json")
}

/// A workflow of the typed builder.
///
/// # Errors
///
/// There is none.
pub fn built() -> Result<Definition, sw::InvalidWorkflow> {
    let flow = FlowBuilder::<String, bool>::new("Look");
    let state = flow.declare("Look");
    let gone = flow.declare("Gone");
    flow.start_at(&state);
    flow.task(&state, look {}).catch(errors!(Gone), &gone).end();
    let never: Expression<sw::ErrorOutput, bool> = expr!(crate = sw; |_: sw::ErrorOutput| false);
    flow.pass(&gone, never).end();
    Ok(flow.build()?.definition().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_macros_build_with_the_renamed_crate() {
        let checkout = Checkout::definition().to_json();
        assert!(checkout.contains("Card.Declined"), "{checkout}");
        assert!(built().is_ok());
        assert_eq!(refund().machine(), Refund::definition().machine());
    }

    #[test]
    fn derived_shapes_agree_with_the_types() {
        assert_eq!(
            sw::shape::Shape::disagreements::<Order>(),
            Vec::<String>::new()
        );
    }
}
