use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        choice Decide {
            match order.items.len() {
                #[cfg(any())] 1 => Small,
                _ => Small,
            }
        }
        pass Small {
            let list = vec![#[cfg(any())] 1, 2];
            let size = match order.total > 5.0 { #[cfg(any())] true => 1, _ => 2 };
            next Done;
        }
        succeed Done {
            Receipt { #[cfg(any())] order_id: "x".to_owned(), order_id: order.id, #[state(Named)] charge_id: format!("{}{size}", #[inline] list.len()) }
        }
    }
}

fn main() {}
