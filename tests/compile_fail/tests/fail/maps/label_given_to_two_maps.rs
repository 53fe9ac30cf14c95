use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        map First {
            distributed;
            label "items";
            for item in order.items { task Pack { pack_item(item); end; } };
            next Second;
        }
        map Second {
            distributed;
            label "items";
            for item in order.items { task Again { pack_item(item); end; } };
            end;
        }
    }
}

fn main() {}
