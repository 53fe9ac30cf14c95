//! `expr!` reads a field that its parameter does not have.

use stepwright::expr;
use stepwright_compile_fail::*;

fn main() {
    let _large = expr!(|order: Order| order.totl > 100.0);
}
