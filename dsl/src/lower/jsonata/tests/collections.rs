//! Lists, tuples and maps have the same meaning as in Rust.

use super::*;
use crate::expr::Piece;
use serde_json::json;

#[test]
fn a_collection_is_always_a_list() {
    for list in [vec![], vec![5], vec![1, 5, 7]] {
        let variables = [("list", integers as fn() -> Shape, json!(list))];
        let mapped = v("list")
            .method("iter", vec![])
            .method("map", vec![with(Binary::Add, int(1))]);
        let expected: Vec<i64> = list.iter().map(|x| x + 1).collect();
        assert_eq!(value(mapped.clone(), &variables), Ok(json!(expected)));
        let filtered = v("list").method("filter", vec![with(Binary::Gt, int(4))]);
        let kept: Vec<_> = list.iter().filter(|x| **x > 4).collect();
        assert_eq!(value(filtered.clone(), &variables), Ok(json!(kept)));
        assert_eq!(
            value(filtered.clone().method("len", vec![]), &variables),
            Ok(json!(kept.len()))
        );
        assert_eq!(
            value(mapped.method("sum", vec![]), &variables),
            Ok(json!(expected.iter().sum::<i64>()))
        );
        let largest = v("list").method("max", vec![]);
        assert_eq!(value(largest, &variables), Ok(json!(list.iter().max())));
        assert_eq!(
            value(v("list").method("first", vec![]), &variables),
            Ok(json!(list.first()))
        );
        assert_eq!(
            value(v("list").method("last", vec![]), &variables),
            Ok(json!(list.last()))
        );
        let any = v("list").method("any", vec![with(Binary::Gt, int(4))]);
        assert_eq!(
            value(any, &variables),
            Ok(json!(list.iter().any(|x| *x > 4)))
        );
        let all = v("list").method("all", vec![with(Binary::Gt, int(4))]);
        assert_eq!(
            value(all, &variables),
            Ok(json!(list.iter().all(|x| *x > 4)))
        );
        let found = v("list").method("find", vec![with(Binary::Gt, int(4))]);
        assert_eq!(
            value(found, &variables),
            Ok(json!(list.iter().find(|x| **x > 4)))
        );
        let has = v("list").method("contains", vec![int(5)]);
        assert_eq!(value(has, &variables), Ok(json!(list.contains(&5))));
        let texts = v("list").method(
            "map",
            vec![Expr::closure(
                vec!["n"],
                Expr::local("n").method("to_string", vec![]),
            )],
        );
        let joined: Vec<_> = list.iter().map(ToString::to_string).collect();
        assert_eq!(
            value(texts.method("join", vec![Expr::literal("-")]), &variables),
            Ok(json!(joined.join("-")))
        );
    }
}

#[test]
fn lists_of_lists_stay_lists_of_lists() {
    for list in [
        json!([]),
        json!([[1, 2]]),
        json!([[]]),
        json!([[1], [2, 3]]),
    ] {
        let variables = [("list", lists as fn() -> Shape, list.clone())];
        let same = Expr::closure(vec!["x"], Expr::local("x"));
        assert_eq!(
            value(v("list").method("map", vec![same]), &variables),
            Ok(list.clone())
        );
        let every = Expr::closure(vec!["x"], Expr::literal(true));
        let filtered = v("list").method("filter", vec![every.clone()]);
        assert_eq!(value(filtered, &variables), Ok(list.clone()));
        let items = list.as_array().unwrap();
        assert_eq!(
            value(v("list").method("first", vec![]), &variables),
            Ok(json!(items.first()))
        );
        assert_eq!(
            value(v("list").method("any", vec![every]), &variables),
            Ok(json!(!items.is_empty())),
            "{list}"
        );
        assert_eq!(
            value(v("list").method("len", vec![]), &variables),
            Ok(json!(items.len()))
        );
    }
}

#[test]
fn a_list_in_a_tuple_stays_a_list() {
    let shape: fn() -> Shape =
        || Shape::object([("result".into(), Shape::Tuple(vec![lists(), Shape::Any]))]);
    for part in [
        json!([]),
        json!([1]),
        json!([[1]]),
        json!([{"a": 1}]),
        json!([[]]),
        json!([1, 2]),
    ] {
        let variables = [("states", shape, json!({ "result": [part, 2] }))];
        let states = [("s", variables[0].1, variables[0].2.clone())];
        let read = v("s").field("result").tuple_field(0);
        assert_eq!(value(read.clone(), &states), Ok(part.clone()), "{part}");
        assert_eq!(value(Expr::array(vec![read]), &states), Ok(json!([part])));
    }
}

#[test]
fn a_list_in_a_list_is_not_flattened() {
    let any: fn() -> Shape = || Shape::Any;
    let option: fn() -> Shape = || Shape::Option(Box::new(integers()));
    for list in [json!([]), json!([1]), json!([1, 2]), json!([[1]])] {
        for shape in [integers, any, option] {
            let variables = [("x", shape, list.clone()), ("n", integers, json!([7]))];
            // Inside a closure, none of this is a template.
            let pair = Expr::closure(
                vec!["n"],
                Expr::tuple(vec![v("x"), Expr::local("n"), v("x")]),
            );
            let mapped = v("n").method("map", vec![pair]);
            assert_eq!(value(mapped, &variables), Ok(json!([[list, 7, list]])));
        }
    }
    let first = Expr::array(vec![Expr::array(vec![int(1), int(2)])]).index(int(0));
    let variables = [("n", integers as fn() -> Shape, json!([7]))];
    let pair = Expr::closure(vec!["n"], Expr::tuple(vec![first, Expr::local("n")]));
    let mapped = v("n").method("map", vec![pair]).method("collect", vec![]);
    assert_eq!(value(mapped, &variables), Ok(json!([[[1, 2], 7]])));
    for scalar in [json!(null), json!("a"), json!({"a": [1]})] {
        let variables = [("x", any, scalar.clone()), ("n", integers, json!([7]))];
        let single = Expr::closure(vec!["n"], Expr::array(vec![v("x")]));
        assert_eq!(
            value(v("n").method("map", vec![single]), &variables),
            Ok(json!([[scalar]]))
        );
    }
}

#[test]
fn an_index_past_the_end_stops_the_state() {
    let shape: fn() -> Shape = || Shape::list(Shape::object([("tags".into(), texts())]));
    let variables = [
        ("list", integers as fn() -> Shape, json!([1])),
        ("lists", lists, json!([[1]])),
        ("texts", texts, json!(["a"])),
        ("items", shape, json!([{"tags": ["a"]}])),
        ("table", table, json!({"a": 1})),
    ];
    let cases = [
        v("list").index(int(5)),
        v("list").index(int(5)).binary(Binary::Eq, int(3)),
        v("list").index(int(5)).binary(Binary::Lt, int(3)),
        v("list").index(int(5)).binary(Binary::Add, int(3)),
        Expr::format(vec![
            Piece::Text("<".into()),
            Piece::Value(v("texts").index(int(4))),
        ]),
        v("lists").index(int(7)).method("len", vec![]),
        v("lists").index(int(0)).index(int(9)),
        v("items").index(int(1)).field("tags").method("len", vec![]),
        v("items").index(int(1)).field("tags"),
        v("list").method(
            "map",
            vec![Expr::closure(
                vec!["at"],
                v("list").index(Expr::local("at")),
            )],
        ),
        v("table").index(Expr::literal("nope")),
        Expr::some(v("table").index(Expr::literal("nope"))).method("is_some", vec![]),
        Expr::if_else(
            v("list").index(int(5)).binary(Binary::Gt, int(0)),
            int(1),
            int(2),
        ),
    ];
    for expr in cases {
        let text = format!("{:?}", output(expr.clone(), &variables));
        assert!(value(expr, &variables).is_err(), "{text}");
    }
    let there = v("items").index(int(0)).field("tags").index(int(0));
    assert_eq!(value(there, &variables), Ok(json!("a")));
}

#[test]
fn fields_of_items_in_computed_lists_can_be_read() {
    let shape: fn() -> Shape = || {
        Shape::list(Shape::object([
            ("name".into(), Shape::String),
            ("tags".into(), texts()),
        ]))
    };
    let all = json!([{"name": "a", "tags": ["x", "y"]}, {"name": "b", "tags": []}]);
    let variables = [("items", shape, all)];
    let every = || Expr::closure(vec!["i"], Expr::literal(true));
    let made = [
        v("items").method("filter", vec![every()]),
        v("items").method("skip", vec![int(0)]),
        v("items").method("rev", vec![]).method("rev", vec![]),
        v("items").method("chain", vec![Expr::array(vec![])]),
        Expr::function("functions::unique", vec![v("items")]),
        Expr::array(vec![v("items").index(int(0)), v("items").index(int(1))]),
    ];
    for list in made {
        let text = format!("{:?}", output(list.clone(), &variables));
        let first = || list.clone().index(int(0));
        assert_eq!(
            value(first().field("name"), &variables),
            Ok(json!("a")),
            "{text}"
        );
        assert_eq!(
            value(first().field("tags").method("len", vec![]), &variables),
            Ok(json!(2)),
            "{text}"
        );
    }
    let pairs = v("items").method("enumerate", vec![]).index(int(1));
    assert_eq!(
        value(pairs.clone().tuple_field(1).field("name"), &variables),
        Ok(json!("b"))
    );
    assert_eq!(value(pairs.tuple_field(0), &variables), Ok(json!(1)));
}

#[test]
fn enumerate_preserves_items_of_any_shape() {
    for (shape, list) in [
        (lists as fn() -> Shape, json!([[1, 2], [], [3]])),
        (
            || Shape::list(Shape::Any),
            json!([[1], "a", null, {"b": []}]),
        ),
        (
            || Shape::list(Shape::Tuple(vec![Shape::Integer, lists()])),
            json!([[1, [[2]]]]),
        ),
        (
            || Shape::list(Shape::option(integers())),
            json!([null, [1], []]),
        ),
    ] {
        let variables = [("list", shape, list.clone())];
        let items = list.as_array().unwrap();
        let expected: Vec<Value> = items
            .iter()
            .enumerate()
            .map(|(at, item)| json!([at, item]))
            .collect();
        assert_eq!(
            value(v("list").method("enumerate", vec![]), &variables),
            Ok(json!(expected))
        );
        let zipped: Vec<Value> = items.iter().map(|item| json!([item, item])).collect();
        assert_eq!(
            value(v("list").method("zip", vec![v("list")]), &variables),
            Ok(json!(zipped))
        );
    }
}

#[test]
fn a_list_at_a_computed_index_stays_a_list() {
    for list in [json!([[7, 8]]), json!([[1, 2], [3]]), json!([[5]])] {
        let variables = [
            ("list", lists as fn() -> Shape, list.clone()),
            ("at", integer, json!(0)),
        ];
        let item = || v("list").index(v("at"));
        let first = &list[0];
        assert_eq!(
            value(item().index(int(0)), &variables),
            Ok(first[0].clone())
        );
        assert_eq!(
            value(item().index(v("at")), &variables),
            Ok(first[0].clone())
        );
        assert_eq!(
            value(item().method("last", vec![]), &variables),
            Ok(first.as_array().unwrap().last().unwrap().clone())
        );
        assert!(value(item().index(int(2)), &variables).is_err());
    }
}

#[test]
fn a_list_in_a_new_list_or_option_stays_one_item() {
    let variables = [("list", integers as fn() -> Shape, json!([1, 2]))];
    let iterated = |list: Expr| Expr::some(list).method("iter", vec![]);
    let pair = || Expr::array(vec![int(7), int(8)]);
    assert_eq!(value(iterated(pair()), &variables), Ok(json!([[7, 8]])));
    assert_eq!(value(iterated(v("list")), &variables), Ok(json!([[1, 2]])));
    let second = Expr::array(vec![v("list"), pair()]).method("get", vec![int(1)]);
    assert_eq!(
        value(second.method("iter", vec![]), &variables),
        Ok(json!([[7, 8]]))
    );
    let block = Expr::let_in(
        vec![("x", Expr::array(vec![int(1).binary(Binary::Add, v("n"))]))],
        Expr::array(vec![Expr::local("x")]),
    );
    let number = [("n", integer as fn() -> Shape, json!(2))];
    assert_eq!(value(block, &number), Ok(json!([[3]])));
}
