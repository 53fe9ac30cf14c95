use stepwright::workflow;

workflow! {
    workflow Orders(reason: Option<String>) {
        fail Bad { "Bad", reason }
    }
}

fn main() {}
