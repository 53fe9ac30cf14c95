//! Edits of a value, as the reference for the editor's edits.

use stepwright_asl::edit::{EditError, Editor};
use stepwright_asl::json::{Json, escape};

/// All pointers, each before its descendants.
pub(crate) fn pointers(json: &Json) -> Vec<String> {
    fn visit(json: &Json, pointer: String, out: &mut Vec<String>) {
        match json {
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.push(format!("{pointer}/{index}"));
                    visit(item, format!("{pointer}/{index}"), out);
                }
            }
            Json::Object(members) => {
                for (key, member) in members {
                    let pointer = format!("{pointer}/{}", escape(key));
                    out.push(pointer.clone());
                    visit(member, pointer, out);
                }
            }
            _ => {}
        }
    }
    let mut out = vec![String::new()];
    visit(json, String::new(), &mut out);
    out
}

pub(crate) fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn node<'j>(json: &'j mut Json, pointer: &str) -> &'j mut Json {
    let mut node = json;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        node = match node {
            Json::Object(members) => members.get_mut(&step).expect("is there"),
            Json::Array(items) => &mut items[step.parse::<usize>().expect("an index")],
            _ => panic!("has children"),
        };
    }
    node
}

fn place(json: &Json, pointer: &str) -> usize {
    let step = pointer.rsplit_once('/').expect("is no root").1;
    let step = step.replace("~1", "/").replace("~0", "~");
    match json {
        Json::Object(members) => members.get_index_of(&step).expect("is there"),
        _ => step.parse().expect("an index"),
    }
}

/// The random choices for an edit.
#[derive(Debug, Clone)]
pub(crate) struct Seed {
    pub(crate) kind: u8,
    pub(crate) place: usize,
    pub(crate) at: usize,
    pub(crate) key: String,
    pub(crate) value: Json,
}

/// The edited location.
pub(crate) struct Edited {
    pub(crate) what: String,
    /// The edited array or object, or the replaced value.
    pub(crate) pointer: String,
    pub(crate) result: Result<(), EditError>,
}

/// Edits the text and, if that is possible, the value.
pub(crate) fn edit(editor: &mut Editor, json: &mut Json, seed: &Seed) -> Edited {
    let pointers = pointers(json);
    match seed.kind % 3 {
        0 => insert(editor, json, seed, &pointers),
        1 => {
            let pointer = pointers[seed.place % pointers.len()].clone();
            let result = editor.replace(&pointer, seed.value.clone());
            if result.is_ok() {
                *node(json, &pointer) = seed.value.clone();
            }
            Edited {
                what: format!("replace {pointer} by {}", seed.value),
                pointer,
                result,
            }
        }
        _ => {
            let pointer = pointers[seed.place % pointers.len()].clone();
            let result = editor.remove(&pointer);
            if result.is_ok() {
                match node(json, parent(&pointer)) {
                    Json::Object(members) => {
                        let at = place(&Json::Object(members.clone()), &pointer);
                        members.shift_remove_index(at);
                    }
                    Json::Array(items) => {
                        items.remove(place(&Json::Null, &pointer));
                    }
                    _ => panic!("has children"),
                }
            }
            Edited {
                what: format!("remove {pointer}"),
                pointer,
                result,
            }
        }
    }
}

fn insert(editor: &mut Editor, json: &mut Json, seed: &Seed, pointers: &[String]) -> Edited {
    let places: Vec<&String> = pointers
        .iter()
        .filter(|pointer| {
            let node = json.pointer(pointer).expect("is there");
            matches!(node, Json::Object(members) if !members.contains_key(&seed.key))
                || matches!(node, Json::Array(_))
        })
        .collect();
    let Some(pointer) = (!places.is_empty()).then(|| places[seed.place % places.len()].clone())
    else {
        return Edited {
            what: "nothing".to_owned(),
            pointer: String::new(),
            result: Ok(()),
        };
    };
    let value = seed.value.clone();
    let (what, result) = match node(json, &pointer) {
        Json::Array(items) => {
            let at = seed.at % (items.len() + 1);
            let result = editor.insert(&format!("{pointer}/{at}"), value.clone());
            if result.is_ok() {
                items.insert(at, value);
            }
            (format!("insert {pointer}/{at}: {}", seed.value), result)
        }
        Json::Object(members) => {
            let at = seed.at % (members.len() + 1);
            let new = format!("{pointer}/{}", escape(&seed.key));
            let sibling = |at: usize| members.get_index(at).expect("is there").0.clone();
            let result = match at {
                at if at == members.len() => editor.insert(&new, value.clone()),
                0 => editor.insert_before(&new, &sibling(0), value.clone()),
                at => editor.insert_after(&new, &sibling(at - 1), value.clone()),
            };
            if result.is_ok() {
                members.shift_insert(at, seed.key.clone(), value);
            }
            (format!("insert {new} at {at}: {}", seed.value), result)
        }
        _ => panic!("has children"),
    };
    Edited {
        what,
        pointer,
        result,
    }
}
