//! `stepwright-asl` has its own parser of expressions, so that programs that only write workflows
//! compile no evaluator. Both parsers have to agree on which texts are valid JSONata, and on the
//! positions of errors.

use jlens_core::ast::NodeKind;
use proptest::prelude::*;
use stepwright_asl::SyntaxFault;
use stepwright_asl::jsonata::Expression;

/// Tokens that begin an expression, continue it, or are misplaced.
const TOKENS: &[&str] = &[
    "$",
    "$$",
    "$x",
    "$states",
    "$sum",
    "a",
    "`b c`",
    "and",
    "or",
    "in",
    "function",
    "λ",
    "true",
    "null",
    "1",
    "0.5",
    "1e3",
    "12.",
    "'s'",
    "\"t\\n\"",
    "'\\u00e9'",
    "'\\q'",
    "/r+/i",
    "/[/]/",
    "//",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "[]",
    "()",
    "{}",
    ",",
    ";",
    ":",
    "?",
    ":=",
    ".",
    "..",
    "*",
    "**",
    "%",
    "%.%",
    "+",
    "-",
    "/",
    "&",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "^(",
    "^(>",
    "@$i",
    "#$j",
    "@",
    "#",
    "|",
    "~>",
    "!",
    "~",
    "/* c */",
    "/*",
    "'",
    "`",
    "é",
    "\u{1F600}",
    "function($x){",
    "function($x)<n:n>{",
    "<a<n>-:s>",
    "<(a<n>)>",
    "<n<s>>",
    "1e999",
    "??",
    "?:",
    "$f(?, 1)",
    "a.b",
    "a.b.%.c",
    "a[0]",
    "a{b: c}",
    "(a; b)",
    "1 ? 2 : 3",
    "[1..3]",
    "|a|{}|",
];

/// Checks that both parsers accept a text, or report the same code and position.
fn agree(text: &str) {
    let text = text.trim();
    let theirs = jlens_core::Expression::compile(text);
    let ours = Expression::parse(text);
    match (&theirs, &ours) {
        (Ok(_), Ok(_)) => {}
        (Ok(theirs), Err(ours)) => {
            let mut later = false;
            theirs
                .ast()
                .root
                .walk(&mut |node| later |= matches!(node.kind, NodeKind::Fallback { .. }));
            assert!(
                ours.fault == SyntaxFault::Unsupported || later,
                "{text}: {ours}"
            );
        }
        (Err(theirs), ours) => {
            let theirs = (
                theirs.code().to_owned(),
                theirs.span().map_or(0, |span| span.start),
            );
            let ours = ours.as_ref().err().map(|ours| {
                let code = ours.message.split(':').next().unwrap_or_default();
                (code.to_owned(), ours.offset)
            });
            assert_eq!(ours, Some(theirs), "{text}");
        }
    }
}

#[test]
fn both_parsers_agree_on_handwritten_expressions() {
    for text in [
        "",
        "$states.input.items[price > 10 and $contains(name, 'x')].(price * qty)",
        "$map($states.input.xs, function($v, $i, $a) { $v & $i })",
        "($f := function($n)<n:n> { $n = 0 ? 1 : $n * $f($n - 1) }; $f(5))",
        "$states.input ~> |a.b|{'c': d}, ['e']|",
        "$states.input.a@$x.b[$x.id = id]#$i{name: $sum(n)}^(>n, <m)",
        "$states.input.a.b.%.%.c",
        "$states.input.%.%.%",
        "$states.input.a[%.b = 1]",
        "$states.input.(a.%.b)",
        "$states.input.a{b: c}{d: e}",
        "(1){a: b}[0]",
        "$x[0]@$y.z",
        "$x^(a)@$y.z",
        "a.1",
        "a.'b'.c",
        "a.null",
        "[1..]",
        "{'a' 1}",
        "$f(1 2)",
        "1 2",
        "function($x, 1){1}",
        "function($x){$x}(1)",
        "$x := $y := 1",
        "1 := 2",
        "-1.5e-3",
        "- - 1",
        "01",
        "1.a",
        "a ? b",
        "a ? b : c ? d : e",
        "'unclosed",
        "`unclosed",
        "/unclosed",
        "/a\\/b/im",
        "/* unclosed",
        "a /* b */ . /** c */ d",
        "\"\\ud83d\\ude00\\ud83d\"",
        "'\\u12'",
        "a.b.c[].d[]",
        "*.**.*",
        "%",
        "and and and",
        "in.or",
        // A suffix makes a variable unbindable; `[]` does not.
        "$x[0] := ^",
        "$x{} := ^",
        "$x^(a) := ^",
        "$x#$i := ^",
        "$x@$i := ^",
        "$x[] := ^",
        "function($x[0]){1}",
        "function($x{}){1}",
        "function($x@$y){1}",
        "function($x[]){1}",
    ] {
        agree(text);
    }
    for (expression, _) in super::texts_tests::REFERENCE {
        agree(expression);
    }
    let deep = |open: &str, close: &str, times| open.repeat(times) + "1" + &close.repeat(times);
    for times in [10, 400, 998, 999, 1000, 1001, 5000] {
        agree(&deep("(", ")", times));
        agree(&deep("[", "]", times));
        agree(&deep("1+", "", times));
        agree(&deep("-", "", times));
        agree(&deep("$f(", ")", times));
        agree(&deep("true ? 1 : ", "", times));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 64))]

    #[test]
    fn both_parsers_agree_on_token_sequences(
        tokens in prop::collection::vec((prop::sample::select(TOKENS), prop::bool::ANY), 0..12)
    ) {
        let text: String = tokens.iter().map(|(token, blank)| format!("{token}{}", if *blank { " " } else { "" })).collect();
        agree(&text);
    }

    #[test]
    fn both_parsers_agree_on_any_text(text in r#"[$a-c.\[\](){}'"0-9+*/%&=<>?:;,@#^~|`!é \\-]{0,24}"#) {
        agree(&text);
    }
}
