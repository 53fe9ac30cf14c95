use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        query_language JSONPath;
        pass Only {
            parameters { id: order.id };
            parameters { total: order.total };
            end;
        }
    }
}

fn main() {}
