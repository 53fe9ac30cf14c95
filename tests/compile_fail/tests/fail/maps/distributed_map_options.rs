use stepwright::{Batch, workflow};
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        map Inline {
            label "Rows";
            for item in order.items { task Pack { pack_item(item); end; } };
            next Kind;
        }
        map Kind {
            distributed exprss;
            label "two words";
            tolerated_failures 101%;
            for row: Item in reader { pass Row { end row; } };
            next Settings;
        }
        map Settings {
            distributed;
            reader "arn:aws:states:::s3:getObject" (input_type: CVS, csv_headers: ["id"], max_item: 5) { Bucket: "b" };
            batch ();
            writer "arn:aws:states:::s3:putObject" (output_type: "JSON", transformation: NONE) { Bucket: "b" };
            for rows in reader { pass Rows { end; } };
            next Single;
        }
        map Single {
            distributed;
            reader "arn:aws:states:::s3:getObject" { Bucket: "b" };
            for rows: Batch<Item> in reader { pass One { end; } };
            next Unread;
        }
        map Unread {
            distributed;
            distributed;
            reader "arn:aws:states:::s3:getObject" { Bucket: "b" };
            writer "arn:aws:states:::s3:putObject" (transformation: COMPACT) { Bucket: "b" };
            for item in order.items { task Failing { validate_order(order); end; } };
            catch OrderError::Invalid { reason } => Failed;
            end;
        }
        fail Failed { "Failed", reason }
    }
}

fn main() {}
