//! The expansion of `expr!`, and that no input causes a panic.

use super::expr;
use proc_macro2::TokenStream;

fn written(input: &str) -> String {
    let tokens: TokenStream = input.parse().unwrap();
    let text = expr(tokens).to_string();
    text.split_whitespace().collect()
}

#[test]
fn a_parameter_is_a_local_named_by_its_index() {
    let code = written("|order: Order| order.total > 100.0");
    assert!(
        code.contains(
            "Expr::local(\"0\").field(\"total\").binary(__s::Binary::Gt,__s::Expr::literal(100f64))"
        ),
        "{code}"
    );
    assert!(code.contains("ExpressionTypes::<Order,_>"), "{code}");
}

#[test]
fn several_parameters_are_the_elements_of_a_tuple() {
    let code = written("|order: Order, _: Charge, note: String| -> String { note }");
    assert!(
        code.contains("ExpressionTypes::<(Order,Charge,String),String>"),
        "{code}"
    );
    assert!(
        code.contains(
            "let__tree=__s::Expr::local(\"2\");__tree};__types.expression(3,__tree,::std::vec![])"
        ),
        "{code}"
    );
}

#[test]
fn names_outside_the_parameters_are_rust_values() {
    let code = written("|order: Order| order.total > limit");
    assert!(code.contains("__s::Expr::constant(&limit)"), "{code}");
}

#[test]
fn truncated_expressions_are_errors_and_do_not_panic() {
    let text = "|order: Order, vip: bool| -> bool { order.items.iter().any(|item| item.sku == \"x\") && vip }";
    let tokens: Vec<_> = text.parse::<TokenStream>().unwrap().into_iter().collect();
    for end in 0..tokens.len() {
        let beginning: TokenStream = tokens[..end].iter().cloned().collect();
        let code: String = expr(beginning).to_string().split_whitespace().collect();
        assert!(code.contains("compile_error!"), "{code}");
    }
}

#[test]
fn error_messages_suggest_a_solution() {
    assert!(written("|order| order.total").contains("needsitstype:`|order:Order|`"));
    assert!(written("order.total").contains("expected`|order:Order|"));
    assert!(written("|o: Order| o.x.to_ascii()").contains("cannotruninsideaworkflow"));
}

#[test]
fn arguments_of_macros_are_rewritten() {
    let code = written(
        "|o: Order| format!(\"{:>4} {}\", (o.x * 2.0).round() as i64, o.list.iter().map(|x| x as f64).sum::<f64>())",
    );
    let checked = [
        "format!(\"{:>4}{}\",(*__s::is(&__k0,&__s::Rounded::rounded::<i64>(__s::StandardMethod::<__s::method::round>::on((__s::StandardArithmetic::operand(o.x)*2.0)).round()))),",
        "(*__s::is(&__k3,&__s::Sums::numbers(__s::StandardMethod::<__s::method::iter>::on(o.list).iter().map(|x|{loop{}__k1.see(&x);letx=__s::copy(&x);\
         (*__s::is(&__k2,&__s::Lossless::<f64>::lossless(x)))})).sum::<f64>()))",
        "__s::Piece::Formatted(__known[0].typed(",
        "__s::Spec::new().align(__s::Align::Right).width(4usize))",
    ];
    for part in checked {
        assert!(code.contains(part), "{part}\n{code}");
    }
    let code = written("|o: Order| vec![o.list.len() as u32]");
    let counted = "vec![(*__s::is(&__k0,&<u32as__s::Counts>::counted(__s::StandardLength::length(o.list).len())))]";
    assert!(code.contains(counted), "{code}");
}

#[test]
fn patterns_require_matchable_tagging_of_the_enum() {
    let code = written("|o: Order| matches!(o.state, State::Sent { at } if at > 3 as u64)");
    let checked = "(match(o.state){__matched0@State::Sent{at}if__s::StandardOperators::operand(at)>(*__s::is(&__k0,&__s::Lossless::<u64>::lossless(3)))=>{{";
    assert!(code.contains(checked), "{code}");
    assert!(
        code.contains("__s::MatchableTagging::require(&__matched0,"),
        "{code}"
    );
    // The names in one chain differ, because they are in scope at the same time.
    let code = written(
        "|o: Order| if let Some(Kind::Big { n }) = o.kind && n > 3 && let Other::A(m) = o.other { n + m } else { 0 }",
    );
    let checked = "ifletSome(__matched1@Kind::Big{n})=o.kind&&__s::StandardOperators::operand(n)>3&&let__matched0@Other::A(m)=o.other{{";
    assert!(code.contains(checked), "{code}");
    for name in ["__matched0", "__matched1"] {
        let question = format!("__s::MatchableTagging::require(&{name},");
        assert_eq!(code.matches(&question).count(), 1, "{code}");
    }
    let code = written("|o: Order| match o.kind { all @ Kind::A(_) => 1, &Kind::B => 2, _ => 3 }");
    assert!(code.contains("all@__matched0@Kind::A(_)=>"), "{code}");
    assert!(code.contains("&__matched0@Kind::B=>"), "{code}");
}

#[test]
fn a_function_passed_as_a_closure_becomes_a_closure() {
    let code = written("|o: Order| o.list.into_iter().map(i64::from).collect::<Vec<_>>()");
    let checked = "map(|__it|{loop{}__k0.see(&__it);(*__s::is(&__k1,&i64::from(__s::Convertible::converted(__it))))})";
    assert!(code.contains(checked), "{code}");
    let tree =
        "__s::Expr::typed_closure(::std::vec![(\"it\",__known[0].shape())],__known[1].typed(";
    assert!(code.contains(tree), "{code}");
}

#[test]
fn a_default_value_has_the_type_seen_by_its_witness() {
    let code = written("|o: Order| Order { note: String::default(), ..Default::default() }");
    for default in [
        "note:(*__s::is(&__k0,&({let__default=String::default;__s::standard_default(__default,",
        "..(*__s::is(&__k1,&({let__default=Default::default;__s::standard_default(__default,",
    ] {
        assert!(code.contains(default), "{code}");
    }
    let tree = "(\"note\",__known[0].default_value()),],__known[1].default_value())";
    assert!(code.contains(tree), "{code}");
    let code = written("|o: Order| o.list.unwrap_or_else(Vec::default)");
    assert!(
        code.contains("unwrap_or_else(||{loop{}(*__s::is(&__k0,&({let__default=Vec::default;"),
        "{code}"
    );
}
