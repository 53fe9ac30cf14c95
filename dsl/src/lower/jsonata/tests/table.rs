//! The table and the library can lower everything that `workflow!` accepts.

use super::*;
use crate::expr::methods;
use stepwright_asl::front_end::callable;

#[test]
fn every_template_of_the_method_table_is_jsonata() {
    for row in methods::METHODS.iter().chain(methods::WITH_EMPTY_TEXT) {
        let mut count = 0;
        let template = crate::lower::syntax::reader::read(row.jsonata, &mut |name| {
            count += 1;
            crate::lower::syntax::Local {
                id: count,
                hint: name.into(),
            }
        });
        let text = crate::lower::syntax::print::print(&template);
        assert!(Expression::compile(&text).is_ok(), "{text}");
        // The parser reads each template as the table contains it, except for blanks and
        // parentheses.
        let bare = |text: &str| text.replace([' ', '(', ')', ';'], "");
        assert_eq!(bare(&text), bare(row.jsonata), "{:?}", row.names);
    }
}

#[test]
fn method_names_are_unique_for_each_receiver() {
    for name in callable::methods() {
        let receivers: Vec<_> = methods::METHODS
            .iter()
            .filter(|row| row.names.contains(&name))
            .map(|row| (row.receiver, row.takes.len()))
            .collect();
        for (index, receiver) in receivers.iter().enumerate() {
            assert!(
                !receivers[..index].contains(receiver),
                "{name} {receiver:?}"
            );
        }
    }
}

#[test]
fn every_accepted_function_can_be_lowered() {
    for path in callable::FUNCTIONS {
        let given = match *path {
            "String::new" => vec![],
            "Decimal::new" => vec![int(1), int(2)],
            _ => vec![int(1)],
        };
        let lowered = output(Expr::function(*path, given), &[]);
        assert!(lowered.is_ok(), "`{path}` is accepted: {lowered:?}");
    }
}
