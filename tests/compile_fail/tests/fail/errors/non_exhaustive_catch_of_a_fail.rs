use stepwright::workflow;
use stepwright_compile_fail::*;

#[derive(Debug, thiserror::Error, stepwright::TaskError)]
enum Failed {
    #[error("undone: {why}")]
    Undone { why: String },
    #[error("late")]
    Late,
}

workflow! {
    workflow Orders(order: Order) {
        parallel Both {
            branch { fail Undone { Failed::Undone { why: order.id } } }
            branch { pass Nothing { end 1; } };
            catch {
                PaymentError::GatewayTimeout => Done,
                PaymentError::Declined { .. } => Done,
            }
            next Done;
        }
        succeed Done;
    }
}

fn main() {}
