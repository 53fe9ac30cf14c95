//! The table of `docs/reference/metrics.md` is the table of the metrics in `stepwright-runtime`.
//!
//! `METRICS=overwrite cargo test -p stepwright-engine --all-features --test all statistics::page`
//! writes it again.

use std::fmt::Write;
use std::path::Path;

use stepwright_engine::statistics::METRICS;

const HEAD: &str =
    "| metric | CloudWatch | type | unit | label | meaning |\n|---|---|---|---|---|---|\n";

fn table() -> String {
    let mut table = HEAD.to_owned();
    for metric in METRICS {
        let cloudwatch = metric.cloudwatch.map(|name| format!("`{name}`"));
        let label = metric.label.map(|name| format!("`{name}`"));
        writeln!(
            table,
            "| `{}` | {} | {} | {} | {} | {} |",
            metric.name,
            cloudwatch.unwrap_or_default(),
            metric.kind.name(),
            metric.unit.name(),
            label.unwrap_or_default(),
            metric.meaning,
        )
        .expect("a text can be written");
    }
    table
}

#[test]
fn the_page_has_each_metric_of_the_table_in_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/metrics.md");
    let page = std::fs::read_to_string(&path).expect("the page can be read");
    let begin = page.find(HEAD).expect("the page has the head of the table");
    let end = page[begin..]
        .find("\n\n")
        .map_or(page.len(), |end| begin + end + 1);
    let table = table();
    if std::env::var_os("METRICS").is_some_and(|how| how == "overwrite") {
        let page = [&page[..begin], &table, &page[end..]].concat();
        std::fs::write(&path, page).expect("the page can be written");
        return;
    }
    assert!(
        page[begin..end] == table,
        "the table of {} differs from the metrics; write it with METRICS=overwrite",
        path.display()
    );
}
