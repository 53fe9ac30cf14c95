//! A Rust value stands among the variables that an expression reads.

use stepwright::expr;
use stepwright::builder::Expression;
use stepwright_compile_fail::*;

fn main() {
    let limit = 5;
    let _: Expression<Order, bool> = expr!([limit] |order: Order| order.total > limit);
}
