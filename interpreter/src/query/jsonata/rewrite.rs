//! Rewrites parts of expressions.

use jlens_core::{Ast, Node};

/// Returns the replacement of a node, or `None`; it writes the node's own parts with the function
/// that it gets.
type Replace<'f> = dyn Fn(&Node, &dyn Fn(&Node) -> String) -> Option<String> + 'f;

/// Returns the text of an expression, with the replacements of `replace`.
pub(super) fn rewritten(ast: &Ast, replace: &Replace<'_>) -> String {
    text(&ast.root, &ast.source, replace)
}

/// Trees may be deep, so the stack grows with them.
fn text(node: &Node, source: &str, replace: &Replace<'_>) -> String {
    jlens_core::stack::grow(|| {
        replace(node, &|part| text(part, source, replace))
            .unwrap_or_else(|| copy_node(node, source, replace))
    })
}

/// Writes a node without a replacement; its children may have some.
fn copy_node(node: &Node, source: &str, replace: &Replace<'_>) -> String {
    let mut children: Vec<&Node> = Vec::new();
    node.for_each_child(|child| children.push(child));
    children.sort_by_key(|child| (child.span.start, child.span.end));
    let mut out = String::new();
    let mut at = node.span.start;
    for child in children {
        if child.span.start < at || child.span.end > node.span.end {
            continue;
        }
        out.push_str(source.get(at..child.span.start).unwrap_or_default());
        out.push_str(&text(child, source, replace));
        at = child.span.end;
    }
    out.push_str(source.get(at..node.span.end).unwrap_or_default());
    out
}
