//! The grammar: what makes a value of which kind.
//!
//! In a text, `‹K›` is an expression of the kind K, in parentheses where they are needed; `‹~K›` one that needs none;
//! `‹&K›` one that is only read, so that `.clone()` is left away; `‹=K›`, `‹=&K›`, `‹=&&K›` a new name for a value of
//! that kind or a reference to it, which all expressions behind it see up to `‹/›`; `‹:K›` one that they see from `‹+›` on. Letters are those of
//! [`Kind::read`](super::kind::Kind::read).

/// How a value is made.
pub(super) struct Rule {
    pub(super) name: &'static str,
    /// The kind that it gives.
    pub(super) kind: &'static str,
    pub(super) text: &'static str,
    /// Whether it is a part of the language of today; rules to come stand behind `--planned`.
    pub(super) planned: bool,
}

const fn rule(name: &'static str, kind: &'static str, text: &'static str) -> Rule {
    Rule {
        name,
        kind,
        text,
        planned: false,
    }
}

const fn planned(name: &'static str, kind: &'static str, text: &'static str) -> Rule {
    Rule {
        name,
        kind,
        text,
        planned: true,
    }
}

/// What stands alone.
pub(super) const LEAVES: &[(&str, &[&str])] = &[
    (
        "I",
        &[
            "i.a",
            "i.b",
            "0",
            "1",
            "2",
            "7",
            "(-3)",
            "i.item.quantity",
            "i.pair.0",
        ],
    ),
    (
        "F",
        &["i.x", "i.y", "0.5", "1.5", "(-2.25)", "2.0", "i.item.price"],
    ),
    ("B", &["i.yes", "i.no", "true", "false"]),
    (
        "T",
        &[
            "i.text.clone()",
            "i.other_text.clone()",
            "\"a\".to_string()",
            "String::new()",
            "\"it's {% ${x}\".to_string()",
            "\"Ü🚀\".to_string()",
            "i.item.name.clone()",
            "i.pair.1.clone()",
        ],
    ),
    ("N", &["i.list.len()", "i.items.len()"]),
    ("L", &["i.large"]),
    ("S", &["i.item.clone()"]),
    ("Z", &["i.size.clone()"]),
    ("M", &["i.table.clone()"]),
    ("[I]", &["i.list.clone()", "i.more.clone()"]),
    ("[T]", &["i.texts.clone()", "i.item.tags.clone()"]),
    ("[S]", &["i.items.clone()"]),
    ("[[I]]", &["i.lists.clone()"]),
    ("[?I]", &["i.options.clone()"]),
    ("?I", &["i.option", "i.item.rank"]),
    ("?T", &["i.maybe.clone()", "i.item.note.clone()"]),
    ("?S", &["i.best.clone()"]),
    ("(I,T)", &["i.pair.clone()"]),
];

/// Everything else.
pub(super) const RULES: &[Rule] = &[
    // Any kind.
    rule("if", "A", "if ‹~B› { ‹~A› } else { ‹~A› }"),
    rule(
        "if let",
        "A",
        "if let Some(‹:C›) = ‹?C› { ‹+›‹~A› ‹/›} else { ‹~A› }",
    ),
    rule(
        "match option",
        "A",
        "match ‹?C› { Some(‹=C›) => ‹~A›, ‹/›None => ‹~A› }",
    ),
    rule(
        "match number",
        "A",
        "match ‹I› { 0 => ‹~A›, 1 | 2 => ‹~A›, _ => ‹~A› }",
    ),
    rule(
        "match text",
        "A",
        "match ‹T›.as_str() { \"a\" => ‹~A›, _ => ‹~A› }",
    ),
    rule(
        "match pair",
        "A",
        "match (‹~B›, ‹~B›) { (true, true) => ‹~A›, (false, _) => ‹~A›, _ => ‹~A› }",
    ),
    rule(
        "match enum",
        "A",
        "match ‹Z› { Size::Small => ‹~A›, Size::Boxed { side: ‹=I› } => ‹~A›, ‹/›Size::Named(‹=T›) => ‹~A› ‹/›}",
    ),
    rule(
        "match guard",
        "A",
        "match ‹?I› { Some(‹=I›) if ‹~B› => ‹~A›, ‹/›_ => ‹~A› }",
    ),
    rule("unwrap_or", "A", "‹?A›.unwrap_or(‹~A›)"),
    rule("unwrap_or_else", "A", "‹?A›.unwrap_or_else(|| ‹~A›)"),
    rule("unwrap", "A", "‹?A›.unwrap()"),
    rule("option map_or", "A", "‹?C›.map_or(‹~A›, |‹=C›| ‹~A›)"),
    rule("fold", "A", "‹&[C]›.iter().fold(‹~A›, |‹=A›, ‹=&C›| ‹~A›)"),
    rule("index", "A", "‹&[A]›[0].clone()"),
    rule("tuple 0", "A", "‹(A,C)›.0"),
    rule("tuple 1", "A", "‹(C,A)›.1"),
    // Integers.
    rule("add", "I", "‹I› + ‹I›"),
    rule("subtract", "I", "‹I› - ‹I›"),
    rule("multiply", "I", "‹I› * 3"),
    rule("divide", "I", "‹I› / ‹I›"),
    rule("remainder", "I", "‹I› % ‹I›"),
    rule("remainder by a literal", "I", "‹I› % 7"),
    rule("negate", "I", "-‹I›"),
    rule("abs", "I", "‹I›.abs()"),
    rule("number min", "I", "‹I›.min(‹~I›)"),
    rule("number max", "I", "‹I›.max(‹~I›)"),
    rule("signum", "I", "‹I›.signum()"),
    rule("clamp", "I", "‹I›.clamp(-3, 9)"),
    rule("pow", "I", "(‹I› % 10).pow(2)"),
    rule("unwrap_or_default integer", "I", "‹?I›.unwrap_or_default()"),
    rule("sum", "I", "‹&[I]›.iter().sum::<i32>()"),
    rule("field quantity", "I", "‹&S›.quantity"),
    // Large integers.
    rule("i64::from", "L", "i64::from(‹~I›)"),
    rule("as i64", "L", "‹I› as i64"),
    rule("large remainder", "L", "‹L› % 1000"),
    // Floats.
    rule("add floats", "F", "‹F› + ‹F›"),
    rule("halve", "F", "‹F› / 2.0"),
    rule("double", "F", "‹F› * 2.0"),
    rule("negate a float", "F", "-‹F›"),
    rule("floor", "F", "‹F›.floor()"),
    rule("ceil", "F", "‹F›.ceil()"),
    rule("round", "F", "‹F›.round()"),
    rule("trunc", "F", "‹F›.trunc()"),
    rule("float max", "F", "‹F›.max(‹~F›)"),
    rule("f64::from", "F", "f64::from(‹~I›) / 4.0"),
    rule("as f64", "F", "‹I› as f64 / 2.0"),
    rule("sum of floats", "F", "‹&[F]›.iter().sum::<f64>()"),
    rule("field price", "F", "‹&S›.price"),
    // Booleans.
    rule("and", "B", "‹B› && ‹B›"),
    rule("or", "B", "‹B› || ‹B›"),
    rule("not", "B", "!‹B›"),
    rule("equal", "B", "‹A› == ‹A›"),
    rule("unequal", "B", "‹A› != ‹A›"),
    rule("less", "B", "‹I› < ‹I›"),
    rule("greater float", "B", "‹F› >= ‹F›"),
    rule("less text", "B", "‹T› < ‹T›"),
    rule("equal large", "B", "‹L› == ‹L›"),
    rule("text is_empty", "B", "‹&T›.is_empty()"),
    rule("text contains", "B", "‹&T›.contains(‹T›.as_str())"),
    rule("text contains a literal", "B", "‹&T›.contains(\"a\")"),
    rule("starts_with", "B", "‹&T›.starts_with(‹T›.as_str())"),
    rule("ends_with", "B", "‹&T›.ends_with(‹T›.as_str())"),
    rule("list is_empty", "B", "‹&[A]›.is_empty()"),
    rule("list contains", "B", "‹&[A]›.contains(&‹A›)"),
    rule("any", "B", "‹&[A]›.iter().any(|‹=&A›| ‹~B›)"),
    rule("all", "B", "‹&[A]›.iter().all(|‹=&A›| ‹~B›)"),
    rule("is_some", "B", "‹&?A›.is_some()"),
    rule("is_none", "B", "‹&?A›.is_none()"),
    rule("is_some_and", "B", "‹?A›.is_some_and(|‹=A›| ‹~B›)"),
    rule("is_none_or", "B", "‹?A›.is_none_or(|‹=A›| ‹~B›)"),
    rule("contains_key", "B", "‹&M›.contains_key(‹T›.as_str())"),
    rule("table is_empty", "B", "‹&M›.is_empty()"),
    // Texts.
    rule("format integer", "T", "format!(\"{}-{}\", ‹~I›, ‹~T›)"),
    rule("format float", "T", "format!(\"{}\", ‹~F›)"),
    rule("format large", "T", "format!(\"n{}\", ‹~L›)"),
    rule("format bool", "T", "format!(\"{}{}\", ‹~B›, ‹~N›)"),
    rule("concatenate", "T", "‹T› + &‹T›"),
    rule("uppercase", "T", "‹T›.to_uppercase()"),
    rule("lowercase", "T", "‹T›.to_lowercase()"),
    rule("trim", "T", "‹T›.trim().to_string()"),
    rule("trim_start", "T", "‹T›.trim_start().to_string()"),
    rule("replace literals", "T", "‹&T›.replace(\"a\", \"$b\")"),
    rule("replace", "T", "‹&T›.replace(‹T›.as_str(), ‹T›.as_str())"),
    rule("integer to_string", "T", "‹I›.to_string()"),
    rule("large to_string", "T", "‹L›.to_string()"),
    rule("bool to_string", "T", "‹B›.to_string()"),
    rule("join", "T", "‹&[T]›.join(\", \")"),
    rule("unwrap_or_default text", "T", "‹?T›.unwrap_or_default()"),
    rule("field name", "T", "‹&S›.name.clone()"),
    rule("to_json integer", "T", "functions::to_json(&‹I›)"),
    rule("to_json text", "T", "functions::to_json(&‹T›)"),
    rule("to_json option", "T", "functions::to_json(&‹?I›)"),
    rule("to_json list", "T", "functions::to_json(&‹[I]›)"),
    // Counts.
    rule("len", "N", "‹&[A]›.len()"),
    rule("chars count", "N", "‹&T›.chars().count()"),
    rule(
        "filter count",
        "N",
        "‹&[A]›.iter().filter(|‹=&&A›| ‹~B›).count()",
    ),
    rule("table len", "N", "‹&M›.len()"),
    // Options.
    rule("Some", "?A", "Some(‹~A›)"),
    rule("if Some", "?A", "if ‹~B› { Some(‹~A›) } else { None }"),
    rule("first", "?A", "‹&[A]›.first().cloned()"),
    rule("last", "?A", "‹&[A]›.last().cloned()"),
    rule("get", "?A", "‹&[A]›.get(1).cloned()"),
    rule("find", "?A", "‹&[A]›.iter().find(|‹=&&A›| ‹~B›).cloned()"),
    rule("min", "?I", "‹&[I]›.iter().min().copied()"),
    rule("max", "?I", "‹&[I]›.iter().max().copied()"),
    rule("option map", "?A", "‹?C›.map(|‹=C›| ‹~A›)"),
    rule("and_then", "?A", "‹?C›.and_then(|‹=C›| ‹~?A›)"),
    rule("option filter", "?A", "‹?A›.filter(|‹=&A›| ‹~B›)"),
    rule("option or", "?A", "‹?A›.or(‹~?A›)"),
    rule("table get", "?I", "‹&M›.get(‹T›.as_str()).copied()"),
    rule("field note", "?T", "‹&S›.note.clone()"),
    rule("field rank", "?I", "‹&S›.rank"),
    // Lists.
    rule("vec", "[A]", "vec![‹~A›, ‹~A›]"),
    rule("vec of one", "[A]", "vec![‹~A›]"),
    rule(
        "map",
        "[A]",
        "‹&[C]›.iter().map(|‹=&C›| ‹~A›).collect::<Vec<_>>()",
    ),
    rule(
        "into_iter map",
        "[A]",
        "‹[C]›.into_iter().map(|‹=C›| ‹~A›).collect::<Vec<_>>()",
    ),
    rule(
        "map pairs",
        "[A]",
        "‹&[(C,I)]›.iter().map(|(‹=&C›, ‹=&I›)| ‹~A›).collect::<Vec<_>>()",
    ),
    rule(
        "filter",
        "[A]",
        "‹&[A]›.iter().filter(|‹=&&A›| ‹~B›).cloned().collect::<Vec<_>>()",
    ),
    rule(
        "filter map chain",
        "[A]",
        "‹&[C]›.iter().filter(|‹=&&C›| ‹~B›‹/›).map(|‹=&C›| ‹~A›).collect::<Vec<_>>()",
    ),
    rule(
        "rev",
        "[A]",
        "‹&[A]›.iter().rev().cloned().collect::<Vec<_>>()",
    ),
    rule(
        "skip",
        "[A]",
        "‹&[A]›.iter().skip(1).cloned().collect::<Vec<_>>()",
    ),
    rule(
        "take",
        "[A]",
        "‹&[A]›.iter().take(2).cloned().collect::<Vec<_>>()",
    ),
    rule(
        "chain",
        "[A]",
        "‹&[A]›.iter().chain(‹&[A]›.iter()).cloned().collect::<Vec<_>>()",
    ),
    rule(
        "flatten",
        "[A]",
        "‹&[[A]]›.iter().flatten().cloned().collect::<Vec<_>>()",
    ),
    rule(
        "flatten options",
        "[A]",
        "‹&[?A]›.iter().flatten().cloned().collect::<Vec<_>>()",
    ),
    rule(
        "option iter",
        "[A]",
        "‹&?A›.iter().cloned().collect::<Vec<_>>()",
    ),
    rule("unique", "[O]", "functions::unique(‹~[O]›)"),
    rule("sorted", "[O]", "functions::sorted(‹~[O]›)"),
    rule("chunks", "[[A]]", "functions::chunks(‹~[A]›, 2)"),
    rule(
        "zip",
        "[(A,C)]",
        "‹[A]›.into_iter().zip(‹[C]›.into_iter()).collect::<Vec<_>>()",
    ),
    rule(
        "enumerate",
        "[(N,A)]",
        "‹[A]›.into_iter().enumerate().collect::<Vec<_>>()",
    ),
    rule(
        "enumerate map",
        "[A]",
        "‹&[C]›.iter().enumerate().map(|(‹=N›, ‹=&C›)| ‹~A›).collect::<Vec<_>>()",
    ),
    rule(
        "split",
        "[T]",
        "‹&T›.split(\",\").map(|part| part.to_string()).collect::<Vec<_>>()",
    ),
    rule(
        "table keys",
        "[T]",
        "‹&M›.keys().cloned().collect::<Vec<_>>()",
    ),
    rule(
        "table values",
        "[I]",
        "‹&M›.values().copied().collect::<Vec<_>>()",
    ),
    rule("field tags", "[T]", "‹&S›.tags.clone()"),
    rule("Vec::new", "[I]", "Vec::<i32>::new()"),
    // Pairs, structs and enums.
    rule("tuple", "(A,C)", "(‹~A›, ‹~C›)"),
    rule(
        "struct",
        "S",
        "Item { name: ‹~T›, price: ‹~F›, quantity: ‹~I›, tags: ‹~[T]›, note: ‹~?T›, rank: ‹~?I› }",
    ),
    rule(
        "struct update",
        "S",
        "Item { quantity: ‹~I›, note: ‹~?T›, ..‹S› }",
    ),
    rule("variant", "Z", "Size::Boxed { side: ‹~I› }"),
    rule("tuple variant", "Z", "Size::Named(‹~T›)"),
    // What is to come.
    planned(
        "filter_map",
        "[A]",
        "‹&[C]›.iter().filter_map(|‹=&C›| ‹~?A›).collect::<Vec<_>>()",
    ),
    planned(
        "flat_map",
        "[A]",
        "‹&[C]›.iter().flat_map(|‹=&C›| ‹~[A]›).collect::<Vec<_>>()",
    ),
    planned("position", "?N", "‹&[A]›.iter().position(|‹=&A›| ‹~B›)"),
    planned("nth", "?A", "‹[A]›.into_iter().nth(1)"),
    planned("next", "?A", "‹[A]›.into_iter().next()"),
    planned("or_else", "?A", "‹?A›.or_else(|| ‹~?A›)"),
    planned("matches!", "B", "matches!(‹I›, 0..=5)"),
    planned(
        "matches! enum",
        "B",
        "matches!(‹Z›, Size::Boxed { side: ‹=I› } if ‹~B›)",
    ),
    planned(
        "match range",
        "A",
        "match ‹I› { ..0 => ‹~A›, 0..=9 => ‹~A›, ‹=I› => ‹~A› }",
    ),
    planned("format precision", "T", "format!(\"{:.2}\", ‹~F›)"),
    planned("format width", "T", "format!(\"{:02}|{:>8}\", ‹~I›, ‹~T›)"),
    planned("let block", "A", "{ let ‹:I› = ‹~I›; ‹+›‹~A› }"),
    planned("expect", "A", "‹?A›.expect(\"there\")"),
    planned("len as i64", "L", "‹&[A]›.len() as i64"),
    planned(
        "if let and",
        "A",
        "if let Some(‹:I›) = ‹?I› && ‹+›‹B› { ‹~A› ‹/›} else { ‹~A› }",
    ),
];
