//! `expr!` does what no workflow can.

use stepwright::builder::Expression;
use stepwright::expr;
use stepwright_compile_fail::*;

fn main() {
    let _loud: Expression<Order, String> = expr!(|order: Order| order.id.to_ascii_uppercase());
}
