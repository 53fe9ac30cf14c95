//! `stepwright import` of random definitions: each is imported, and the source compiles and emits
//! it again.

use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

/// The number of definitions that are imported, and compiled together.
const MANY: u64 = 60;

/// A generator of small definitions. It is deterministic for a seed.
struct Chance {
    state: u64,
    is_jsonata: bool,
    /// The number of states, so that all names differ.
    states: usize,
}

const NAMES: &[&str] = &[
    "Charge",
    "fn",
    "self",
    "Zahlung prüfen",
    "pay it",
    "pay_it",
    "Pay-It",
    "1st",
    "a\"b",
    "{x}",
    "支付",
    "_",
    "end",
    "Order",
];
const FUNCTIONS: &[&str] = &[
    "charge",
    "charge-card",
    "chargeCard",
    "type",
    "${ChargeArn}",
    "arn:aws:lambda:us-east-1:123456789012:function:charge:live",
];
const PATHS: &[&str] = &[
    "$",
    "$.a",
    "$.a.b[0]",
    "$['we ird']",
    "$.list[*].id",
    "$$.Execution.Name",
];
const EXPRESSIONS: &[&str] = &[
    "{% $states.input %}",
    "{% $states.input.total * 1.5 %}",
    "{% $states.context.Execution.Name & \" \\\"x\\\"\" %}",
    "{% { 'a': 1, 'b': [2, $states.input.c] } %}",
];
const ERRORS: &[&str] = &[
    "Busy",
    "Lambda.TooManyRequestsException",
    "Order.Refused",
    "States.Timeout",
    "${Error}",
];

impl Chance {
    fn of(seed: u64) -> Self {
        let mut chance = Self {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            is_jsonata: false,
            states: 0,
        };
        chance.is_jsonata = chance.one_in(2);
        chance
    }

    /// A random number below `most`.
    fn below(&mut self, most: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % most
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn of_list<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn name(&mut self) -> String {
        self.states += 1;
        let name = self.of_list(NAMES);
        if self.one_in(3) {
            format!("{name} {}", self.states)
        } else {
            format!("{name}{}", self.states)
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.one_in(2)),
            2 => json!(self.below(100_000)),
            3 => json!(-1.25),
            4 => json!("a ${Placeholder} text"),
            5 => json!("quotes \" and \\ and {} and \u{1F4B8}"),
            6 => (0..self.below(3)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let names = ["id", "type", "two words", "Ünï", "camelCase"];
                let fields = (0..self.below(4)).map(|_| {
                    let name = self.of_list(&names).to_owned();
                    (name, self.value(depth - 1))
                });
                Value::Object(fields.collect())
            }
        }
    }

    /// A payload template with expressions.
    fn template(&mut self, depth: usize) -> Value {
        let mut value = self.value(depth);
        if !value.is_object() {
            value = json!({ "value": value });
        }
        let fields = value.as_object_mut().unwrap();
        if self.is_jsonata {
            fields.insert("computed".to_owned(), json!(self.of_list(EXPRESSIONS)));
        } else {
            fields.insert("computed.$".to_owned(), json!(self.of_list(PATHS)));
            if self.one_in(3) {
                fields.insert("made.$".to_owned(), json!("States.Format('{} x', $.a)"));
            }
        }
        value
    }

    fn maybe(
        &mut self,
        fields: &mut Map<String, Value>,
        key: &str,
        value: impl FnOnce(&mut Self) -> Value,
    ) {
        if self.one_in(3) {
            let value = value(self);
            fields.insert(key.to_owned(), value);
        }
    }

    /// Assigns a variable that no outer scope has.
    fn assign(&mut self, fields: &mut Map<String, Value>, variable: &str) {
        self.maybe(fields, "Assign", |chance| {
            if chance.is_jsonata {
                json!({ variable: "{% $states.input.a %}", format!("{variable}n"): 1 })
            } else {
                json!({ format!("{variable}.$"): "$.a", format!("{variable}n"): 1 })
            }
        });
    }

    /// Adds the optional fields of states that have an output.
    fn common(&mut self, fields: &mut Map<String, Value>, kind: &str) {
        self.maybe(fields, "Comment", |_| {
            json!("says */ what it \"does\"\nin two lines")
        });
        let variable = format!("seen{}", self.states);
        if kind != "Succeed" {
            self.assign(fields, &variable);
        }
        if self.is_jsonata {
            self.maybe(fields, "Output", |chance| chance.template(2));
            return;
        }
        self.maybe(fields, "InputPath", |chance| {
            if chance.one_in(4) {
                Value::Null
            } else {
                json!(chance.of_list(PATHS))
            }
        });
        self.maybe(fields, "OutputPath", |chance| json!(chance.of_list(PATHS)));
        if !["Wait", "Choice", "Succeed", "Fail"].contains(&kind) {
            self.maybe(fields, "ResultPath", |chance| {
                if chance.one_in(4) {
                    Value::Null
                } else {
                    json!("$.result")
                }
            });
        }
        if ["Pass", "Parallel", "Map"].contains(&kind) && self.one_in(3) {
            let template = self.template(2);
            let key = if kind == "Map" {
                "ItemSelector"
            } else {
                "Parameters"
            };
            fields.insert(key.to_owned(), template);
        }
        if ["Task", "Parallel", "Map"].contains(&kind) {
            self.maybe(fields, "ResultSelector", |chance| chance.template(1));
        }
    }

    fn handlers(&mut self, fields: &mut Map<String, Value>, targets: &[String]) {
        self.maybe(fields, "Retry", |chance| {
            let mut retrier =
                json!({ "ErrorEquals": [chance.of_list(ERRORS)], "MaxAttempts": chance.below(4) });
            if chance.one_in(2) {
                retrier["IntervalSeconds"] = json!(2);
                retrier["BackoffRate"] = json!(1.5);
                retrier["Comment"] = json!("why");
            }
            json!([retrier, { "ErrorEquals": ["States.ALL"] }])
        });
        let next = targets[self.below(targets.len())].clone();
        let variable = format!("error{}", self.states);
        self.maybe(fields, "Catch", |chance| {
            let mut catcher =
                json!({ "ErrorEquals": [chance.of_list(ERRORS), "Other"], "Next": next });
            if chance.one_in(2) {
                catcher["Comment"] = json!("why");
            }
            if chance.one_in(2) {
                if chance.is_jsonata {
                    catcher["Output"] = json!({ "why": "{% $states.errorOutput.Cause %}" })
                } else {
                    catcher["ResultPath"] = json!("$.error")
                }
            }
            if chance.one_in(3) {
                catcher["Assign"] = if chance.is_jsonata {
                    json!({ variable.as_str(): "{% $states.errorOutput %}" })
                } else {
                    json!({ format!("{variable}.$"): "$" })
                };
            }
            json!([catcher])
        });
    }

    fn rule(&mut self, depth: usize) -> Value {
        let path = ["$.a", "$.b[0]", "$['we ird']", "$.c.d"][self.below(4)];
        match self.below(if depth == 0 { 9 } else { 12 }) {
            0 => json!({ "Variable": path, "NumericGreaterThan": self.below(100) }),
            1 => json!({ "Variable": path, "StringEquals": "q\"\\{}" }),
            2 => {
                json!({ "Variable": path, "StringMatches": self.of_list(&["a*", "*b", "*c*", "a*b", "\\*"]) })
            }
            3 => json!({ "Variable": path, "IsPresent": self.one_in(2) }),
            4 => json!({ "Variable": path, "TimestampLessThanEquals": "2024-01-01T00:00:00Z" }),
            5 => json!({ "Variable": path, "TimestampEqualsPath": "$.at" }),
            6 => json!({ "Variable": path, "BooleanEquals": self.one_in(2) }),
            7 => json!({ "Variable": path, "NumericLessThanPath": "$.n" }),
            8 => {
                let test = self.of_list(&[
                    "IsNull",
                    "IsString",
                    "IsNumeric",
                    "IsBoolean",
                    "IsTimestamp",
                ]);
                json!({ "Variable": path, test: self.one_in(2) })
            }
            9 => json!({ "Not": self.rule(depth - 1) }),
            which => {
                let rules: Vec<Value> = (0..=self.below(3)).map(|_| self.rule(depth - 1)).collect();
                json!({ if which == 10 { "And" } else { "Or" }: rules })
            }
        }
    }

    /// A state with a transition to one of `later`, or with an end.
    fn state(&mut self, depth: usize, later: &[String]) -> Value {
        let next = later.first().cloned();
        let kinds = [
            "Pass", "Task", "Wait", "Choice", "Succeed", "Fail", "Parallel", "Map",
        ];
        let kind = loop {
            let kind = kinds[self.below(kinds.len())];
            let is_last = next.is_none();
            if (is_last && kind == "Choice") || (depth == 0 && ["Parallel", "Map"].contains(&kind))
            {
                continue;
            }
            // All later states must be reachable.
            if !is_last && ["Succeed", "Fail"].contains(&kind) {
                continue;
            }
            break kind;
        };
        let mut fields = Map::new();
        fields.insert("Type".to_owned(), json!(kind));
        if kind != "Fail" {
            self.common(&mut fields, kind);
        }
        let arguments = if self.is_jsonata {
            "Arguments"
        } else {
            "Parameters"
        };
        match kind {
            "Task" if self.one_in(3) => {
                let template = self.template(2);
                fields.insert(
                    "Resource".to_owned(),
                    json!("arn:aws:states:::sqs:sendMessage"),
                );
                fields.insert(
                    arguments.to_owned(),
                    json!({ "QueueUrl": "${Queue}", "MessageBody": template }),
                );
            }
            "Task" => {
                let payload = match (self.one_in(2), self.is_jsonata) {
                    (true, _) => ("Payload", self.template(2)),
                    (false, true) => ("Payload", json!("{% $states.input %}")),
                    (false, false) => ("Payload.$", json!("$")),
                };
                let function = self.of_list(FUNCTIONS);
                fields.insert(
                    "Resource".to_owned(),
                    json!("arn:aws:states:::lambda:invoke"),
                );
                fields.insert(
                    arguments.to_owned(),
                    json!({ "FunctionName": function, payload.0: payload.1 }),
                );
                self.maybe(&mut fields, "TimeoutSeconds", |_| json!(30));
            }
            "Wait" => {
                let (key, value) = if self.is_jsonata {
                    [
                        ("Seconds", json!(90)),
                        ("Seconds", json!("{% $states.input.n %}")),
                    ]
                } else {
                    [("Seconds", json!(90)), ("TimestampPath", json!("$.at"))]
                }[self.below(2)]
                .clone();
                fields.insert(key.to_owned(), value);
            }
            "Pass" if !self.is_jsonata => {
                self.maybe(&mut fields, "Result", |chance| chance.value(2));
            }
            "Choice" => {
                let rules: Vec<Value> = (0..=self.below(3))
                    .map(|_| {
                        let mut rule = if self.is_jsonata {
                            json!({ "Condition": "{% $states.input.a > 1 %}" })
                        } else {
                            self.rule(2)
                        };
                        rule["Next"] = json!(later[self.below(later.len())]);
                        rule
                    })
                    .collect();
                fields.insert("Choices".to_owned(), json!(rules));
                fields.insert("Default".to_owned(), json!(later[0]));
            }
            "Fail" => {
                self.maybe(&mut fields, "Error", |_| json!("Order.Refused"));
                self.maybe(&mut fields, "Cause", |_| json!("it is \"{refused}\" ${By}"));
            }
            "Parallel" => {
                let branches: Vec<Value> =
                    (0..=self.below(2)).map(|_| self.scope(depth - 1)).collect();
                fields.insert("Branches".to_owned(), json!(branches));
            }
            "Map" => {
                let body = self.scope(depth - 1);
                fields.insert("ItemProcessor".to_owned(), body);
                self.maybe(&mut fields, "MaxConcurrency", |_| json!(3));
            }
            _ => {}
        }
        if ["Task", "Parallel", "Map"].contains(&kind) && !later.is_empty() {
            self.handlers(&mut fields, later);
        }
        match next {
            _ if ["Choice", "Succeed", "Fail"].contains(&kind) => None,
            Some(next) => fields.insert("Next".to_owned(), json!(next)),
            None => fields.insert("End".to_owned(), json!(true)),
        };
        Value::Object(fields)
    }

    fn scope(&mut self, depth: usize) -> Value {
        let count = 1 + self.below(4);
        let names: Vec<String> = (0..count).map(|_| self.name()).collect();
        let mut states = Map::new();
        for (number, name) in names.iter().enumerate() {
            let state = self.state(depth, &names[number + 1..]);
            states.insert(name.clone(), state);
        }
        json!({ "StartAt": names[0], "States": states })
    }

    fn definition(mut self) -> Value {
        let mut definition = self.scope(2);
        if self.is_jsonata {
            definition["QueryLanguage"] = json!("JSONata");
        }
        definition
    }
}

fn import(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .arg("import")
        .args(arguments)
        .output()
        .unwrap()
}

/// Writes random definitions and their sources; definitions that violate AWS's rules are omitted.
fn imported(folder: &Path, many: u64) -> Vec<(std::path::PathBuf, String)> {
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let mut files = Vec::new();
    for seed in 1..=many {
        let definition = Chance::of(seed).definition();
        let file = folder.join(format!("random{seed}.json"));
        std::fs::write(&file, format!("{definition:#}")).unwrap();
        let (name, module) = (file.to_str().unwrap(), format!("m{seed}"));
        let source = folder.join(format!("src/{module}.rs"));
        let output = import(&[
            name,
            "--name",
            "Imported",
            "--output",
            source.to_str().unwrap(),
            "--force",
        ]);
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => files.push((file, module)),
            // Diagnostics of `validate`.
            Some(1) if said.starts_with("error[SW") => {}
            code => panic!("{name}: {code:?}: {said}"),
        }
    }
    files
}

#[test]
fn random_definitions_are_imported() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random_import");
    let files = imported(&folder, MANY);
    assert!(
        files.len() * 10 >= MANY as usize * 9,
        "{} of {MANY}",
        files.len()
    );
}

/// Compiles all sources as one crate, which compares the emitted definitions with the originals.
#[test]
#[ignore = "compiles a separate project: cargo test -p stepwright-cli --test all import_random:: -- --ignored"]
fn random_definitions_compile_and_emit_themselves() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random_imported");
    let many = std::env::var("IMPORTS")
        .ok()
        .and_then(|many| many.parse().ok());
    let files = imported(&folder, many.unwrap_or(MANY));
    let modules: String = files
        .iter()
        .map(|(_, module)| format!("mod {module};\n"))
        .collect();
    let checks: String = files
        .iter()
        .map(|(file, module)| {
            format!("    same({file:?}, &{module}::Imported::definition().to_json());\n")
        })
        .collect();
    let main = format!(
        "{modules}\nfn same(file: &str, emitted: &str) {{\n    let text = std::fs::read_to_string(file).unwrap();\n    \
         let wrote: serde_json::Value = serde_json::from_str(&text).unwrap();\n    \
         let emits: serde_json::Value = serde_json::from_str(emitted).unwrap();\n    \
         assert_eq!(wrote, emits, \"{{file}}\");\n}}\n\nfn main() {{\n{checks}}}\n"
    );
    std::fs::write(folder.join("src/main.rs"), main).unwrap();
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = format!(
        "[package]\nname = \"random_imported\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nschemars = \"1\"\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = {{ version = \"1\", features = [\"preserve_order\"] }}\n\
         stepwright = {{ path = {:?} }}\n\n[workspace]\n",
        project.join("dsl")
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(project.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .status()
        .unwrap();
    assert!(status.success());
}
