//! The expressions with a JSONPath form, and the faults of all others.

use crate::Payload;
use crate::QueryLanguage;
use crate::expr::Expr;
use crate::expr::methods::{self, Receiver};
use crate::flow::{Flow, State};
use crate::shape::Shape;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A variable and the shape of its value.
type Variable = (&'static str, fn() -> Shape);

/// The `x` that a JSONPath Pass state assigns.
fn assigned(value: Expr) -> Result<String, String> {
    let shapes: [Variable; 5] = [
        ("list", || Shape::Array(Box::new(Shape::Integer))),
        ("text", || Shape::String),
        ("other", || Shape::String),
        ("number", || Shape::Integer),
        ("option", || Shape::Option(Box::new(Shape::Integer))),
    ];
    let start = shapes
        .iter()
        .fold(State::pass("Start"), |state, (name, shape)| {
            state.assign(*name, Expr::path("$", *shape))
        });
    let flow = Flow::new("Test")
        .query_language(QueryLanguage::JsonPath)
        .state(start.next("End"))
        .state(State::pass("End").assign("x", value).end());
    let definition = flow.lower().map_err(|faults| faults.to_string())?;
    let json: serde_json::Value = serde_json::from_str(&definition.to_json()).unwrap();
    Ok(json["States"]["End"]["Assign"].to_string())
}

#[test]
fn methods_follow_the_jsonpath_column_of_the_method_table() {
    for row in methods::METHODS {
        let variable = match row.receiver {
            Receiver::List | Receiver::Numbers => "list",
            Receiver::Text => "text",
            Receiver::Number | Receiver::Integer => "number",
            _ => continue,
        };
        for name in row.names {
            let arguments = row.takes.iter().map(|_| Expr::variable("other")).collect();
            let made = assigned(Expr::variable(variable).method(*name, arguments));
            match row.jsonpath {
                Some(form) => {
                    let expected = form.replace("$this", &format!("${variable}"));
                    assert_eq!(made, Ok(format!(r#"{{"x.$":"{expected}"}}"#)), "{name}");
                }
                None => assert!(
                    made.unwrap_err().contains("query_language JSONata"),
                    "{name}"
                ),
            }
        }
    }
}

#[test]
fn keys_of_computed_members_end_with_the_path_suffix() {
    let list = Expr::array(vec![Expr::variable("number"), Expr::literal("a'b")]);
    assert_eq!(
        assigned(list),
        Ok(r#"{"x.$":"States.Array($number, 'a\\'b')"}"#.to_owned())
    );
    let object = Expr::object(vec![
        ("fixed".into(), Expr::literal(1)),
        ("read".into(), Expr::variable("text")),
    ]);
    assert_eq!(
        assigned(object),
        Ok(r#"{"x":{"fixed":1,"read.$":"$text"}}"#.to_owned())
    );
    assert!(assigned(Expr::object(vec![("a.$".into(), Expr::literal(1))])).is_err());
}

#[test]
fn integers_are_added_and_strings_are_concatenated() {
    use crate::expr::Binary;
    let number = || Expr::variable("number");
    assert_eq!(
        assigned(number().binary(Binary::Sub, Expr::literal(1))),
        Ok(r#"{"x.$":"States.MathAdd($number, -1)"}"#.to_owned())
    );
    assert_eq!(
        assigned(Expr::variable("text").binary(Binary::Add, Expr::literal("!"))),
        Ok(r#"{"x.$":"States.Format('{}{}', $text, '!')"}"#.to_owned())
    );
    assert!(assigned(number().binary(Binary::Mul, number())).is_err());
    assert!(assigned(Expr::variable("list").index(Expr::variable("number"))).is_ok());
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Skips(
    #[serde(skip)]
    #[allow(dead_code)]
    u8,
    u8,
);

#[test]
fn a_field_that_serde_skips_has_no_index_in_its_tuple() {
    let pair = || Expr::path("$.pair", Skips::shape);
    let last = assigned(pair().tuple_field(1));
    assert_eq!(last, Ok(r#"{"x.$":"$.pair[0]"}"#.to_owned()));
    let first = assigned(pair().tuple_field(0)).unwrap_err();
    assert!(first.contains("is not part of the JSON"), "{first}");
}
