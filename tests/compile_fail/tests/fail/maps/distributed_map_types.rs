use stepwright::{MapResults, workflow};
use stepwright_compile_fail::*;

workflow! {
    workflow Rows(order: Order) -> Vec<Parcel> {
        map Pack {
            distributed;
            tolerated_failures order.total;
            batch (max_items: 5) order;
            writer "arn:aws:states:::s3:putObject" { Bucket: order.id };
            let results: MapResults = for rows: stepwright::Batch<Item, String> in order.items {
                task PackItem { let parcel = pack_item(rows); end parcel; }
            };
            end results;
        }
    }
}

fn main() {}
