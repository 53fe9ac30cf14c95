//! `$lookup` of names that every JavaScript object has.
//!
//! JSONata 2.0 looks a key up as JavaScript does: if an object has no member `toString`,
//! `$lookup(object, "toString")` is the function of its prototype, and `__proto__` is the
//! prototype, an empty object. jlens follows a later JSONata, which finds only own members. A call
//! whose key may be such a name is rewritten to a call that checks for it.

use jlens_core::{HostFunction, Node, NodeKind};
use serde_json::Value as Json;
use stepwright_asl::jsonata::text::is_in_each_object;

/// The names of the check functions: private characters, which no expression uses.
pub(super) const IS_NAME: &str = "\u{e003}";
pub(super) const FINDS: &str = "\u{e004}";

const PROTOTYPE: &str = "__proto__";

/// Returns the object and the key of a `$lookup` whose key may be one of the names.
pub(super) fn lookup(node: &Node) -> Option<(&Node, &Node)> {
    let NodeKind::Function { procedure, args } = &node.kind else {
        return None;
    };
    let is_lookup = matches!(&procedure.kind, NodeKind::Variable { name } if name == "lookup");
    let [object, key] = args.as_slice() else {
        return None;
    };
    let is_plain = node.attrs.predicate.is_empty() && node.attrs.group.is_none();
    let may_be = match &key.kind {
        NodeKind::String { value } => is_in_each_object(value),
        _ => true,
    };
    (is_lookup && is_plain && may_be).then_some((object, key))
}

/// Writes the call that also looks the names up.
pub(super) fn written(object: &str, key: &str) -> String {
    const OBJECT: &str = "\u{e005}";
    const KEY: &str = "\u{e006}";
    const FOUND: &str = "\u{e007}";
    let plain = format!("$lookup(${OBJECT},${KEY})");
    format!(
        "(${OBJECT}:={object};${KEY}:={key};${IS_NAME}(${KEY})?(${FOUND}:=${FINDS}(${OBJECT},${KEY});${FOUND}=1?${FINDS}:${FOUND}=2?{{}}:{plain}):{plain})"
    )
}

/// Returns whether a key is one of the names.
pub(super) fn is_name() -> HostFunction {
    HostFunction::new(1, |arguments, _| {
        let key = arguments.first().and_then(Option::as_ref);
        let key = key.and_then(Json::as_str);
        Ok(Some(key.is_some_and(is_in_each_object).into()))
    })
    .without_input()
}

/// Returns the kind of an object's member of the prototype: 1 a function, 2 the prototype, 0 none,
/// or an own member. `$lookup` itself handles lists.
pub(super) fn finds() -> HostFunction {
    HostFunction::new(2, |arguments, _| {
        let found = match arguments {
            [Some(Json::Object(object)), Some(Json::String(key))] if !object.contains_key(key) => {
                if key == PROTOTYPE {
                    2
                } else {
                    1
                }
            }
            _ => 0,
        };
        Ok(Some(found.into()))
    })
    .without_input()
}
