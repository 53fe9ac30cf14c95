//! No generated name changes the meaning of an expression.

use super::*;
use crate::expr::Pattern;
use crate::expr::{Case, Piece};
use crate::lower::syntax::{Local, Operator, Syntax};

/// Names that the lowering generates, or that have a meaning in JSONata.
const NASTY: [&str; 12] = [
    "v", "v1", "item", "x", "at", "sum", "count", "map", "length", "string", "pair", "type",
];

#[test]
fn generated_names_capture_no_variables() {
    for name in NASTY {
        let variables = [
            (name, integer as fn() -> Shape, json!(5)),
            ("list", integers, json!([3, 5, 9])),
            ("other", integers, json!([1, 2])),
            ("option", optional, json!(4)),
        ];
        let own = || v(name);
        let plus = |local: &'static str| Expr::local(local).binary(Binary::Add, own());
        let cases = [
            // if let Some(m) = list.max() { m + name } else { 0 }
            (
                Expr::match_on(
                    v("list").method("max", vec![]),
                    vec![
                        Case::new(
                            Pattern::Some(Box::new(Pattern::Bind("m".into()))),
                            None,
                            plus("m"),
                        ),
                        Case::new(Pattern::Wildcard, None, int(0)),
                    ],
                ),
                json!(14),
            ),
            // list.contains(&name), of a list of pairs
            (
                Expr::array(vec![Expr::tuple(vec![own(), int(1)])])
                    .method("contains", vec![Expr::tuple(vec![int(4), int(1)])]),
                json!(false),
            ),
            (v("list").method("take", vec![own()]), json!([3, 5, 9])),
            (
                v("list").method("skip", vec![own().binary(Binary::Sub, int(4))]),
                json!([5, 9]),
            ),
            // Some(y) => other.map(|name| name + y), where the name of the closure is the
            // variable's
            (
                v("option").method(
                    "map",
                    vec![Expr::closure(
                        vec!["y"],
                        v("other").method(
                            "map",
                            vec![Expr::closure(
                                vec![name],
                                Expr::local(name).binary(Binary::Add, Expr::local("y")),
                            )],
                        ),
                    )],
                ),
                json!([5, 6]),
            ),
            // list.map(|name| other.map(|w| w + name))
            (
                v("list").method(
                    "map",
                    vec![Expr::closure(
                        vec![name],
                        v("other").method(
                            "map",
                            vec![Expr::closure(
                                vec!["w"],
                                Expr::local("w").binary(Binary::Add, Expr::local(name)),
                            )],
                        ),
                    )],
                ),
                json!([[4, 5], [6, 7], [10, 11]]),
            ),
            (
                v("list").method(
                    "fold",
                    vec![
                        own(),
                        Expr::closure(
                            vec!["sum", "item"],
                            plus("sum").binary(Binary::Add, Expr::local("item")),
                        ),
                    ],
                ),
                json!(5 + 3 * 5 + 17),
            ),
            (
                v("list").method(
                    "position",
                    vec![Expr::closure(
                        vec!["n"],
                        Expr::local("n").binary(Binary::Eq, own()),
                    )],
                ),
                json!(1),
            ),
            // `name.sum()` needs the function that the variable shadows.
            (
                v("list")
                    .method("sum", vec![])
                    .binary(Binary::Add, v("list").method("len", vec![]))
                    .binary(Binary::Add, own()),
                json!(25),
            ),
            (
                Expr::format(vec![
                    Piece::Value(own()),
                    Piece::Text(" of ".into()),
                    Piece::Value(v("list").method("len", vec![])),
                ]),
                json!("5 of 3"),
            ),
            // `(a / b)`, where neither is short.
            (
                plus_all(own()).binary(Binary::Div, own().binary(Binary::Sub, int(2))),
                json!(13 / 3),
            ),
        ];
        for (expr, expected) in cases {
            let text = format!("{:?}", output(expr.clone(), &variables));
            assert_eq!(value(expr, &variables), Ok(expected), "{name}: {text}");
        }
    }
}

/// `list.len() * 2 + 2 + name`
fn plus_all(name: Expr) -> Expr {
    let len = v("list").method("len", vec![]).binary(Binary::Mul, int(2));
    len.binary(Binary::Add, int(2)).binary(Binary::Add, name)
}

#[test]
fn the_name_of_a_local_never_changes_a_result() {
    let mut random = Random(7);
    let variables: Vec<(&str, i64)> = NASTY
        .iter()
        .filter(|name| !matches!(**name, "sum" | "count" | "map"))
        .zip(1..)
        .map(|(name, value)| (*name, value))
        .collect();
    for _ in 0..3_000 {
        let mut count = 0;
        let tree = random_tree(&mut random, 5, &mut Vec::new(), &mut count);
        let nasty = crate::lower::syntax::print::print(&tree);
        let mut plain = tree.clone();
        rename(&mut plain);
        let plain = crate::lower::syntax::print::print(&plain);
        let bindings = || {
            variables
                .iter()
                .fold(Bindings::new(), |bindings, (name, value)| {
                    bindings.var(*name, json!(value))
                })
        };
        let run = |text: &str| {
            let compiled =
                Expression::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            compiled
                .evaluate(None, &bindings())
                .map_err(|error| error.to_string())
        };
        assert_eq!(run(&nasty), run(&plain), "{nasty} and {plain}");
    }
}

/// A reproducible random number generator.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }
}

/// A random numeric expression of variables, locals, blocks and functions, all with names that may
/// clash.
fn random_tree(
    random: &mut Random,
    depth: usize,
    bound: &mut Vec<Local>,
    count: &mut usize,
) -> Syntax {
    let hint = NASTY[random.below(NASTY.len())];
    let mut local = || {
        *count += 1;
        Local {
            id: *count,
            hint: hint.into(),
        }
    };
    match if depth == 0 {
        random.below(2)
    } else {
        random.below(7)
    } {
        0 if !bound.is_empty() => Syntax::Local(bound[random.below(bound.len())].clone()),
        // A variable that would shadow a function is renamed in the ASL.
        0 | 1 if matches!(hint, "sum" | "count" | "map") => Syntax::number(3),
        0 | 1 => Syntax::Variable(hint.into()),
        2 | 3 => {
            let left = random_tree(random, depth - 1, bound, count);
            let right = random_tree(random, depth - 1, bound, count);
            left.binary([Operator::Add, Operator::Sub][random.below(2)], right)
        }
        4 => {
            let local = local();
            let value = random_tree(random, depth - 1, bound, count);
            bound.push(local.clone());
            let body = random_tree(random, depth - 1, bound, count);
            bound.pop();
            Syntax::Bind(local, Box::new(value), Box::new(body))
        }
        5 => {
            let (first, second) = (local(), local());
            bound.extend([first.clone(), second.clone()]);
            let body = random_tree(random, depth - 1, bound, count);
            bound.truncate(bound.len() - 2);
            let items = Syntax::Array(vec![
                random_tree(random, depth - 1, bound, count),
                Syntax::number(2),
            ]);
            let function = Syntax::Function(vec![first, second], Box::new(body));
            Syntax::call("sum", vec![Syntax::call("map", vec![items, function])])
        }
        _ => Syntax::call(
            "count",
            vec![Syntax::Array(vec![random_tree(
                random,
                depth - 1,
                bound,
                count,
            )])],
        ),
    }
}

/// Gives each local a unique name.
fn rename(tree: &mut Syntax) {
    let own = |local: &mut Local| local.hint = format!("local{}", local.id).into();
    match tree {
        Syntax::Local(local) | Syntax::Bind(local, ..) => own(local),
        Syntax::Function(parameters, _) => parameters.iter_mut().for_each(own),
        _ => {}
    }
    tree.children_mut(&mut rename);
}

#[test]
fn unused_values_that_panic_in_rust_fail_the_state() {
    let variables = [
        ("list", integers as fn() -> Shape, json!([1])),
        ("option", optional, json!(4)),
    ];
    let missing = || v("list").index(int(5));
    let cases = [
        Expr::let_in(vec![("n", missing())], int(1)),
        Expr::let_in(
            vec![("n", missing())],
            Expr::if_else(
                v("option").binary(Binary::Gt, int(9)),
                Expr::local("n"),
                int(1),
            ),
        ),
        v("option").method("unwrap_or", vec![missing()]),
        v("option").method(
            "map_or",
            vec![missing(), Expr::closure(vec!["n"], Expr::local("n"))],
        ),
    ];
    for expr in cases {
        let text = format!("{:?}", output(expr.clone(), &variables));
        assert!(value(expr, &variables).is_err(), "{text}");
    }
    // As in Rust, an unused branch is not evaluated.
    let lazy = v("option").method(
        "unwrap_or_else",
        vec![Expr::closure::<&str>(vec![], missing())],
    );
    assert_eq!(value(lazy, &variables), Ok(json!(4)));
}

#[test]
fn a_closures_parameter_hides_no_function() {
    let variables = [("list", lists as fn() -> Shape, json!([[1, 2], [3]]))];
    let lengths = v("list").method(
        "map",
        vec![Expr::closure(
            vec!["count"],
            Expr::local("count").method("len", vec![]),
        )],
    );
    assert_eq!(
        code(lengths.clone(), &variables),
        "[$map($list, function($count1) { $count($count1) })]"
    );
    assert_eq!(value(lengths, &variables), Ok(json!([2, 1])));
}

#[test]
fn a_constant_at_the_beginning_of_a_path_has_no_fields() {
    let scalars = [
        Syntax::text("Dot"),
        Syntax::number(1),
        Syntax::Bool(true),
        Syntax::Null,
    ];
    for scalar in scalars {
        let item = Syntax::Item(Box::new(scalar.clone()), Box::new(Syntax::number(0)));
        for base in [scalar, item] {
            for name in ["Two", "a b"] {
                let fields = [
                    base.clone().field(name),
                    base.clone().field(name).field("x"),
                ];
                for field in fields {
                    let code =
                        crate::lower::syntax::print::print(&Syntax::call("exists", vec![field]));
                    let value = evaluate(&Json::String(format!("{{% {code} %}}")), &[]);
                    assert_eq!(value, Ok(json!(false)), "{code}");
                }
            }
        }
    }
}
