#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order { pub id: String, pub total: f64, pub voucher: f64 }

#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    #[error("the gateway did not answer")] GatewayTimeout,
    #[error("declined: {reason}")] Declined { reason: String },
}

#[task]
pub async fn charge_card(order: String, amount: f64) -> Result<String, PaymentError> {
    if amount > 10_000.0 {
        return Err(PaymentError::Declined { reason: "too much".into() });
    }
    Ok(format!("{amount:.2} for {order}"))
}

workflow! {
    /// Charges an order, unless a voucher pays for it.
    pub workflow Checkout(order: Order) -> String {
        choice Check {
            when order.total > order.voucher => Charge;
            otherwise => Free;
        }
        task Charge {
            let receipt = charge_card(order.id, order.total - order.voucher);
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3);
            catch PaymentError::Declined { reason } => Declined;
            next Done;
        }
        succeed Done { receipt }
        succeed Free { "nothing to pay".to_string() }
        fail Declined { "CardDeclined", reason }
    }
}
