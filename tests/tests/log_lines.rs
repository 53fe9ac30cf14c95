//! Log lines of std and of `tracing` are left out of the states of a function.

use stepwright::function::*;
use tracing::{error, info, warn};

#[task]
async fn pack(item: String) -> String {
    item
}

/// Writes log lines.
#[workflow]
async fn logged(items: Vec<String>) -> String {
    info!(count = items.len(), ?items, "received");
    warn!("{}", items.len());
    tracing::debug!("in full: {items:?}");
    std::println!("{} items", items.len());
    for item in &items {
        eprintln!("{item}");
        pack(item).await;
    }
    if items.is_empty() {
        error!("nothing to pack");
    }
    "done".to_owned()
}

#[test]
fn a_log_line_is_no_state() {
    let asl = Logged::definition().to_json();
    for text in ["received", "in full", "items\"", "nothing to pack"] {
        assert!(!asl.contains(text), "{text}: {asl}");
    }
    let output = PlainRun::new().block_on(logged(vec!["a".to_owned()]));
    assert_eq!(output.unwrap(), "done");
}
