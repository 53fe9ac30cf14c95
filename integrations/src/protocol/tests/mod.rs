//! The protocols as a whole: requests, responses and errors of small models, and random values of
//! all real ones.
//!
//! The rules are those of the protocol tests of Smithy and botocore. Namespaces of elements other
//! than structures are not tested: no model has them.

mod errors;
mod random;
mod requests;
mod responses;

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::{Value as Json, json};

use crate::models::{Operation, ServiceModel, of_json};

/// Returns a model with the one operation `Do`, whose input and output are the shapes `In` and
/// `Out`.
fn model(protocol: &str, http: &Json, shapes: &Json) -> ServiceModel {
    let mut operation = json!({"http": http});
    for (part, shape) in [("input", "In"), ("output", "Out")] {
        if shapes.get(shape).is_some() {
            operation[part] = json!({"shape": shape});
        }
    }
    if protocol == "query" {
        operation["output"]["resultWrapper"] = json!("DoResult");
        operation["output"]["shape"] = json!("Out");
    }
    let mut all = json!({
        "Text": {"type": "string"}, "Number": {"type": "integer"}, "Share": {"type": "double"}, "Flag": {"type": "boolean"},
        "Bytes": {"type": "blob"}, "Time": {"type": "timestamp"}, "Any": {"type": "structure", "document": true},
        "Texts": {"type": "list", "member": {"shape": "Text"}},
        "TextMap": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
        "Out": {"type": "structure", "members": {}},
    });
    for (name, shape) in shapes.as_object().into_iter().flatten() {
        all[name] = shape.clone();
    }
    of_json(&json!({
        "metadata": {"protocol": protocol, "apiVersion": "2026-11-25", "jsonVersion": "1.1", "targetPrefix": "Tested"},
        "operations": {"Do": operation},
        "shapes": all,
    }))
    .expect("the model of the test is valid")
}

fn operation(model: &ServiceModel) -> &Operation {
    &model.operations["do"]
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pairs = pairs.iter().map(|(name, value)| {
        let name = HeaderName::try_from(*name).expect("the name of a header");
        (
            name,
            HeaderValue::try_from(*value).expect("the value of a header"),
        )
    });
    pairs.collect()
}
