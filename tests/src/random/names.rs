//! Names that collide with names of the lowering, with JSONata's functions and with keywords.

use std::sync::LazyLock;
use stepwright_asl::jsonata::functions;

/// Names that a lowering might generate. They are drawn as often as all others together.
pub(super) const OWN: &[&str] = &[
    "v1", "v2", "item", "at", "list", "all", "value", "x", "of_x_y",
];

/// Names of variables, closure parameters and patterns.
pub(super) static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    // Ordinary names, names of ASL, and words of JSONata that are not Rust keywords.
    let mut names = vec![
        "v",
        "y",
        "n",
        "index",
        "acc",
        "text",
        "result",
        "states",
        "input",
        "context",
        "error_output",
        "and",
        "or",
        "function",
        "null",
    ];
    // Keywords of Rust; two are functions of JSONata.
    names.extend(["r#in", "r#type", "r#match", "r#fn"]);
    names.extend(functions().filter(|name| !["match", "type"].contains(name)));
    names
});

/// Names without collisions.
pub(super) const PLAIN: &[&str] = &["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"];
