use stepwright::workflow;

workflow! {
    workflow Orders(reason: Option<u32>) {
        fail Bad { "Bad", reason }
    }
}

fn main() {}
