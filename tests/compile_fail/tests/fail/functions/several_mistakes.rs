use stepwright::function::*;
use stepwright_compile_fail::*;

fn log(_: &Order) {}

#[workflow]
async fn orders(order: Order) -> Charge {
    let changed = order;
    log(&changed);
    for n in 0..3 {
        refund(Charge { id: format!("{n}") }).await;
    }
    Charge { id: changed.id }
}

fn main() {}
