//! `expr!` without parameters around its expression.

use stepwright::builder::Expression;
use stepwright::expr;
use stepwright_compile_fail::*;

fn main() {
    let _large: Expression<Order, bool> = expr!(order.total > 100.0);
}
