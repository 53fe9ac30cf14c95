use stepwright::prelude::*;

struct Utc;

impl Utc {
    fn now() -> String {
        "2026-01-01T00:00:00Z".to_owned()
    }
}

workflow! {
    workflow Check(text: String) -> bool {
        succeed Done { text == Utc::now() }
    }
}

fn main() {}
