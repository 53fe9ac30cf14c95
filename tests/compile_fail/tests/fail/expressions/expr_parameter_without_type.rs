//! A parameter of `expr!` says no type.

use stepwright::expr;

fn main() {
    let _large = expr!(|order| order.total > 100.0);
}
