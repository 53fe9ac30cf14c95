//! Random documents, and JSON in random formatting.

use proptest::prelude::*;
use stepwright_asl::json::Json;

/// Any value, with keys and strings that need special quoting.
pub(crate) fn any_json() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(vec![
        "",
        " ",
        "~",
        "null",
        "yes",
        "1_000",
        "010",
        "1e3",
        ".inf",
        "12:30",
        "- a",
        "a: b",
        "a #b",
        "#",
        "&a",
        "*a",
        "!Ref x",
        "{% $a %}",
        "{",
        "]",
        ",",
        "a,b",
        "|",
        ">",
        "%",
        "@",
        "`",
        "'",
        "\"",
        "---",
        "...",
        "? x",
        "a\nb",
        "a\n",
        "\n",
        " a\nb",
        "a\n\nb\n",
        "a \nb",
        "a\tb",
        "\u{85}",
        "\u{feff}",
        "\u{2028}",
        "\u{7f}",
        "é",
        "😀",
        "${X}",
        "$.a",
        "<<",
        "a:",
        ":a",
        "\\",
        "trailing ",
        "~/",
        "a\r\nb",
    ]);
    let text = prop_oneof![
        any::<String>(),
        "[ -~\\n]{0,20}",
        "[A-Z][a-z]{0,8}",
        word.prop_map(str::to_owned),
    ];
    let number = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>()
            .prop_filter("is no JSON", |n| n.is_finite())
            .prop_map(|n| format!("{n:?}")),
        prop::sample::select(vec![
            "1.50",
            "1E3",
            "123456789012345678901.5",
            "123456789012345678901234567890",
            "-0",
            "1e400",
            "-0.0"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        number.prop_map(|n| n.parse().expect("is JSON")),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 30, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// Numbers in realistic spellings: several spellings of the same value.
fn number(text: &str, choice: u64) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    match choice % 3 {
        0 if text.contains('.') && !text.contains('e') => format!("{text}0"),
        1 => text.replace('e', "E"),
        2 if is_plain && text.len() < 9 => format!("{text}.50"),
        _ => text.to_owned(),
    }
}

/// The value as JSON; `style` selects blanks, line breaks and spellings.
pub(crate) fn write(json: &Json, style: u64) -> String {
    written(json, style, Notation::Json)
}

/// The same in YAML flow style: tabs are not allowed as indentation, and a colon must be on the
/// line of its key.
pub(crate) fn write_flow(json: &Json, style: u64) -> String {
    written(json, style, Notation::Flow).replace('\t', " ")
}

/// The same in JSON5, with comments that contain `(more)`.
pub(crate) fn write_json5(json: &Json, style: u64) -> String {
    written(json, style, Notation::Json5)
}

#[derive(Clone, Copy, PartialEq)]
enum Notation {
    Json,
    Flow,
    Json5,
}

fn written(json: &Json, style: u64, notation: Notation) -> String {
    let mut writer = Writer {
        out: String::new(),
        style,
        notation,
    };
    writer.blanks();
    writer.value(json);
    writer.blanks();
    writer.out
}

struct Writer {
    out: String,
    style: u64,
    notation: Notation,
}

impl Writer {
    fn choose(&mut self) -> u64 {
        self.style = self
            .style
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.style >> 33
    }

    fn blanks(&mut self) {
        let blanks = ["", " ", "", "\n", "\r\n", "\t", "\n\n    ", "  "];
        let choice = self.choose() as usize % blanks.len();
        self.out.push_str(blanks[choice]);
        if self.notation == Notation::Json5 {
            let comments = [
                "",
                "",
                "// \"(more)\" {\n",
                "/* (more)\n, */",
                "/*(more)*/ ",
                "",
            ];
            let choice = self.choose() as usize % comments.len();
            self.out.push_str(comments[choice]);
        }
    }

    fn key(&mut self, key: &str) {
        let is_word = !key.is_empty() && key.chars().all(|char| char.is_ascii_alphabetic());
        match self.choose() % 3 {
            0 if self.notation == Notation::Json5 && is_word => self.out.push_str(key),
            1 if self.notation == Notation::Json5 && is_word => {
                self.out.push_str(&format!("'{key}'"));
            }
            _ => self.out.push_str(&Json::from(key).to_string()),
        }
    }

    fn value(&mut self, json: &Json) {
        match json {
            Json::Array(items) => {
                self.children('[', items.len(), |writer, at| writer.value(&items[at]), ']');
            }
            Json::Object(members) => self.children(
                '{',
                members.len(),
                |writer, at| {
                    let (key, value) = members.get_index(at).expect("is there");
                    writer.key(key);
                    if writer.notation != Notation::Flow {
                        writer.blanks();
                    }
                    writer.out.push(':');
                    writer.blanks();
                    writer.value(value);
                },
                '}',
            ),
            Json::Number(written) => {
                let choice = self.choose();
                self.out.push_str(&number(&written.to_string(), choice));
            }
            other => self.out.push_str(&other.to_string()),
        }
    }

    fn children(
        &mut self,
        open: char,
        count: usize,
        child: impl Fn(&mut Writer, usize),
        close: char,
    ) {
        self.out.push(open);
        self.blanks();
        for at in 0..count {
            if at > 0 {
                self.out.push(',');
                self.blanks();
            }
            child(self, at);
            self.blanks();
        }
        if count > 0 && self.notation == Notation::Json5 && self.choose().is_multiple_of(2) {
            self.out.push(',');
            self.blanks();
        }
        self.out.push(close);
    }
}
