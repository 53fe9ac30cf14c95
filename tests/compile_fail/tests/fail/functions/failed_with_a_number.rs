use stepwright::function::*;

fn check(failure: &PlainFailure) {
    failure.failed_with(7);
}

fn main() {}
