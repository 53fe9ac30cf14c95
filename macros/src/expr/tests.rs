//! What `expr!` is written as, and that no input makes it panic.

use super::expr;
use proc_macro2::TokenStream;

fn written(input: &str) -> String {
    let tokens: TokenStream = input.parse().unwrap();
    let text = expr(tokens).to_string();
    text.split_whitespace().collect()
}

#[test]
fn a_parameter_is_a_local_by_its_place() {
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
fn several_parameters_take_a_tuple_apart() {
    let code = written("|order: Order, _: Charge, note: String| -> String { note }");
    assert!(
        code.contains("ExpressionTypes::<(Order,Charge,String),String>"),
        "{code}"
    );
    assert!(
        code.contains("let__tree=__s::Expr::local(\"2\");__tree};__types.expression(3,__tree)"),
        "{code}"
    );
}

#[test]
fn a_name_that_is_no_parameter_is_a_rust_value() {
    let code = written("|order: Order| order.total > limit");
    assert!(code.contains("__s::Expr::constant(&limit)"), "{code}");
}

#[test]
fn every_beginning_of_an_expression_gives_errors_and_no_panic() {
    let text = "|order: Order, vip: bool| -> bool { order.items.iter().any(|item| item.sku == \"x\") && vip }";
    let tokens: Vec<_> = text.parse::<TokenStream>().unwrap().into_iter().collect();
    for end in 0..tokens.len() {
        let beginning: TokenStream = tokens[..end].iter().cloned().collect();
        let code: String = expr(beginning).to_string().split_whitespace().collect();
        assert!(code.contains("compile_error!"), "{code}");
    }
}

#[test]
fn mistakes_say_the_way_out() {
    assert!(written("|order| order.total").contains("needsitstype:`|order:Order|`"));
    assert!(written("order.total").contains("expected`|order:Order|"));
    assert!(written("|o: Order| o.x.to_ascii()").contains("cannotruninsideaworkflow"));
}
