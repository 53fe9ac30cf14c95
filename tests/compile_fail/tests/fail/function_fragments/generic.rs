use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay<T: Payload>(order: T) -> Charge {
    Charge { id: String::new() }
}

fn main() {}
