#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order { pub id: String, pub total: f64 }

#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    #[error("the gateway did not answer")] GatewayTimeout,
    #[error("declined: {reason}")] Declined { reason: String },
}

#[task]
pub async fn charge_card(order: Order) -> Result<String, PaymentError> {
    match order.total {
        total if total > 10_000.0 => Err(PaymentError::Declined { reason: "too much".into() }),
        _ => Ok(format!("charge for {}", order.id)),
    }
}

workflow! {
    /// Charges an order, unless there is nothing to pay.
    pub workflow Checkout(order: Order) -> String {
        choice Check {
            when order.total > 0.0 => Charge;
            otherwise => Free;
        }
        task Charge {
            let receipt = charge_card(order);
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3);
            catch PaymentError::Declined { reason } => Declined;
            next Done;
        }
        succeed Done { receipt }
        succeed Free { "nothing to pay".to_string() }
        fail Declined { "CardDeclined", reason }
    }
}
