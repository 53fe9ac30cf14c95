//! Parts of conditions in both query languages.

use proptest::prelude::*;
use serde_json::{Value, json};
use stepwright_asl::jsonata::LogicKind;
use stepwright_asl::model::QueryLanguage;
use stepwright_editor::{
    Combination, ConditionChange, ConditionPart, Document, Operation, TextEdit,
};

use super::changed;
use super::generator::documents;

const RULE: &str = "/States/C/Choices/0";

fn change(part: &[usize], change: ConditionChange) -> Operation {
    Operation::ChangeCondition {
        rule: RULE.to_owned(),
        part: part.to_vec(),
        change,
    }
}

/// A rule with this condition and a comment next to it.
fn jsonata(condition: &str) -> String {
    format!(
        "{{\n  \"QueryLanguage\": \"JSONata\", \"StartAt\": \"C\",\n  \"States\": {{\"C\": {{\"Type\": \"Choice\", // one\n    \"Choices\": [{{\"Condition\": {}, \"Next\": \"D\"}}], \"Default\": \"D\"}}, \"D\": {{\"Type\":   \"Succeed\"}}}}\n}}\n",
        json!(format!("{{%{condition}%}}"))
    )
}

/// The expression after a change, or the reason of a refusal. The rest of the text remains.
fn expression(condition: &str, part: &[usize], what: ConditionChange) -> String {
    let text = jsonata(condition);
    let document = Document::open("a.asl.jsonc", &text, 1);
    match document.edits(0, &change(part, what)) {
        Ok(edits) => {
            let after = TextEdit::apply(&text, &edits);
            let condition = document.with_text(&after, 2);
            let condition = condition.definitions()[0]
                .json()
                .pointer(&format!("{RULE}/Condition"));
            let condition = condition
                .and_then(|text| text.as_str())
                .expect("a condition");
            let condition = &condition[2..condition.len() - 2];
            assert_eq!(after, jsonata(condition));
            condition.to_owned()
        }
        Err(error) => error.to_string(),
    }
}

fn add(combination: Combination, expression: &str) -> ConditionChange {
    ConditionChange::Add {
        combination,
        condition: expression.into(),
    }
}

#[test]
fn an_expression_changes_where_its_part_is() {
    use Combination::{And, Or};
    use ConditionChange::{Combine, Negate, Remove};

    let set = |text: &str| ConditionChange::Set(text.to_owned());
    let source = " $a > 1  and ($b or $not( $c )) and  $d /* last */ ";
    let cases: [(&[usize], ConditionChange, &str); 17] = [
        (
            &[0],
            set("$a < 2"),
            " $a < 2  and ($b or $not( $c )) and  $d /* last */ ",
        ),
        (
            &[0],
            set("$x or $y"),
            " ($x or $y)  and ($b or $not( $c )) and  $d /* last */ ",
        ),
        (
            &[0],
            set("{% $x ? $y : $z %}"),
            " ($x ? $y : $z)  and ($b or $not( $c )) and  $d /* last */ ",
        ),
        (
            &[1, 1, 0],
            set("$x or 'it''s'"),
            "S0201: Syntax error: \"s\"",
        ),
        (
            &[1, 1, 0],
            set("$x = \"q\\\"\" or $y"),
            " $a > 1  and ($b or $not( $x = \"q\\\"\" or $y )) and  $d /* last */ ",
        ),
        (
            &[0],
            add(And, "{% $e %}"),
            " $a > 1 and $e  and ($b or $not( $c )) and  $d /* last */ ",
        ),
        (
            &[0],
            add(Or, "{% $e %}"),
            " ($a > 1 or $e)  and ($b or $not( $c )) and  $d /* last */ ",
        ),
        (
            &[1],
            add(Or, "{% $e and $f %}"),
            " $a > 1  and ($b or $not( $c ) or $e and $f) and  $d /* last */ ",
        ),
        (
            &[],
            add(Or, "{% $e %}"),
            " $a > 1  and ($b or $not( $c )) and  $d or $e /* last */ ",
        ),
        (
            &[1],
            Combine(And),
            " $a > 1  and ($b and $not( $c )) and  $d /* last */ ",
        ),
        (
            &[],
            Combine(Or),
            " $a > 1  or ($b or $not( $c )) or  $d /* last */ ",
        ),
        (
            &[1],
            Negate,
            " $a > 1  and $not($b or $not( $c )) and  $d /* last */ ",
        ),
        (
            &[1, 1],
            Negate,
            " $a > 1  and ($b or $c) and  $d /* last */ ",
        ),
        (&[0], Remove, " ($b or $not( $c )) and  $d /* last */ "),
        (&[2], Remove, " $a > 1  and ($b or $not( $c )) /* last */ "),
        (&[1, 1, 0], Remove, " $a > 1  and $b and  $d /* last */ "),
        (&[3], Remove, "there is no such part of the condition"),
    ];
    for (part, what, after) in cases {
        assert_eq!(
            expression(source, part, what.clone()),
            after,
            "{part:?} {what:?}"
        );
    }
    assert_eq!(
        expression("$a", &[], Remove),
        "this is the only part of the condition; remove the rule"
    );
    assert_eq!(
        expression("$a ? $b : $c", &[], add(And, "{% $d %}")),
        "($a ? $b : $c) and $d"
    );
}

#[test]
fn the_parts_of_a_template_keep_their_tags_and_comments() {
    let text = "Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: C
        States:
          C:
            Type: Choice
            Choices:
              - Variable: $.table # the table
                StringEquals: !Ref Table
                Next: D
            Default: D
          D: {Type: Succeed}
";
    let document = Document::open("template.yaml", text, 1);
    let comparison = stepwright_asl::json!({"Variable": "$.b", "IsNull": true});
    let add = |combination| ConditionChange::Add {
        combination,
        condition: comparison.clone(),
    };
    let mut document = document;
    for (part, what) in [
        (&[][..], ConditionChange::Negate),
        (&[], add(Combination::Or)),
        (&[0, 0], add(Combination::And)),
        (&[0, 0], ConditionChange::Combine(Combination::Or)),
    ] {
        document = changed(&document, &change(part, what)).expect("it can be changed");
        assert!(
            document.text().contains("StringEquals: !Ref Table"),
            "{}",
            document.text()
        );
        assert!(
            document.text().contains("$.table # the table"),
            "{}",
            document.text()
        );
    }
    let rule = document.definitions()[0]
        .json()
        .pointer(RULE)
        .expect("the rule");
    assert_eq!(
        stepwright_asl::condition::readable(rule),
        "not ($.table = \"${Table}\" or $.b is null) or $.b is null"
    );
    for (part, what) in [
        (&[1][..], ConditionChange::Remove),
        (&[0, 1], ConditionChange::Remove),
        (&[], ConditionChange::Negate),
    ] {
        document = changed(&document, &change(part, what)).expect("it can be changed");
    }
    assert_eq!(document.text(), text);
}

/// A condition as a tree.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Test(u8),
    Not(Box<Tree>),
    Group(Combination, Vec<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    any::<u8>()
        .prop_map(Tree::Test)
        .prop_recursive(4, 12, 3, |inner| {
            let group = prop_oneof![Just(Combination::And), Just(Combination::Or)];
            prop_oneof![
                inner.clone().prop_map(|inner| Tree::Not(Box::new(inner))),
                (group, prop::collection::vec(inner, 2..4))
                    .prop_map(|(group, parts)| Tree::Group(group, parts)),
            ]
        })
}

impl Tree {
    fn expression(&self) -> String {
        match self {
            Tree::Test(number) => format!("$a > {number}"),
            Tree::Not(inner) => format!("$not({})", inner.expression()),
            Tree::Group(combination, parts) => {
                let parts = parts.iter().map(|part| match part {
                    Tree::Group(..) => format!("({})", part.expression()),
                    part => part.expression(),
                });
                let word = format!(" {combination:?} ").to_lowercase();
                parts.collect::<Vec<_>>().join(&word)
            }
        }
    }

    fn object(&self) -> Value {
        match self {
            Tree::Test(number) => json!({"Variable": "$.a", "NumericGreaterThan": number}),
            Tree::Not(inner) => json!({"Not": inner.object()}),
            Tree::Group(combination, parts) => {
                let parts: Vec<Value> = parts.iter().map(Tree::object).collect();
                json!({format!("{combination:?}"): parts})
            }
        }
    }

    fn of(part: &ConditionPart) -> Tree {
        let parts = part.parts.iter().map(Tree::of);
        match part.kind {
            LogicKind::And => Tree::Group(Combination::And, parts.collect()),
            LogicKind::Or => Tree::Group(Combination::Or, parts.collect()),
            LogicKind::Not => Tree::Not(Box::new(Tree::of(&part.parts[0]))),
            _ => {
                let text = match part.condition.get("NumericGreaterThan") {
                    Some(number) => number.to_string(),
                    None => part.condition.to_string(),
                };
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                Tree::Test(digits.parse().expect("a number"))
            }
        }
    }

    /// The same condition with a group in a group of the same kind as one group.
    fn flat(self) -> Tree {
        match self {
            Tree::Group(combination, parts) => {
                let parts = parts
                    .into_iter()
                    .map(Tree::flat)
                    .flat_map(|part| match part {
                        Tree::Group(own, parts) if own == combination => parts,
                        part => vec![part],
                    });
                let mut parts: Vec<Tree> = parts.collect();
                match parts.len() {
                    1 => parts.remove(0),
                    _ => Tree::Group(combination, parts),
                }
            }
            Tree::Not(inner) => Tree::Not(Box::new(inner.flat())),
            test => test,
        }
    }

    fn paths(&self) -> Vec<Vec<usize>> {
        let parts = match self {
            Tree::Test(_) => &[][..],
            Tree::Not(inner) => std::slice::from_ref(&**inner),
            Tree::Group(_, parts) => parts,
        };
        let mut paths = vec![Vec::new()];
        for (index, part) in parts.iter().enumerate() {
            let inner = part.paths().into_iter();
            paths.extend(inner.map(|path| [vec![index], path].concat()));
        }
        paths
    }

    /// Replaces the part at a path; `None` removes it.
    fn with(self, path: &[usize], new: &dyn Fn(Tree) -> Option<Tree>) -> Option<Tree> {
        let [index, rest @ ..] = path else {
            return new(self);
        };
        match self {
            Tree::Test(_) => Some(self),
            Tree::Not(inner) => Some(Tree::Not(Box::new(inner.with(rest, new)?))),
            Tree::Group(combination, mut parts) => {
                let part = parts.remove(*index);
                if let Some(part) = part.with(rest, new) {
                    parts.insert(*index, part);
                }
                (!parts.is_empty()).then_some(Tree::Group(combination, parts))
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_change_has_the_same_meaning_in_both_languages(tree in tree(), pick in any::<prop::sample::Index>(), kind in 0..5_u8) {
        let path = pick.get(&tree.paths()).clone();
        let both = |combination| move |part: Tree| Some(Tree::Group(combination, vec![part, Tree::Test(7)]));
        let (change_of, wanted): (&dyn Fn(bool) -> ConditionChange, Option<Tree>) = match kind {
            0 | 1 => {
                let combination = if kind == 0 { Combination::And } else { Combination::Or };
                let wanted = tree.clone().with(&path, &both(combination));
                (&move |is_jsonata| ConditionChange::Add {
                    combination,
                    condition: if is_jsonata {
                        "{% $a > 7 %}".into()
                    } else {
                        stepwright_asl::json!({"Variable": "$.a", "NumericGreaterThan": 7})
                    },
                }, wanted)
            }
            2 => (&|_| ConditionChange::Negate, tree.clone().with(&path, &|part| Some(match part {
                Tree::Not(inner) => *inner,
                part => Tree::Not(Box::new(part)),
            }))),
            3 => (&|_| ConditionChange::Remove, tree.clone().with(&path, &|_| None)),
            _ => (&|_| ConditionChange::Combine(Combination::Or), tree.clone().with(&path, &|part| Some(match part {
                Tree::Group(_, parts) => Tree::Group(Combination::Or, parts),
                part => part,
            }))),
        };
        for is_jsonata in [true, false] {
            let mut rule = if is_jsonata {
                json!({"Condition": format!("{{% {} %}}", tree.expression())})
            } else {
                tree.object()
            };
            rule["Next"] = json!("D");
            let (name, language) = if is_jsonata {
                ("JSONata", QueryLanguage::Jsonata)
            } else {
                ("JSONPath", QueryLanguage::JsonPath)
            };
            let definition = json!({"QueryLanguage": name, "StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [rule], "Default": "D"}, "D": {"Type": "Succeed"}}});
            for document in documents(&definition) {
                let after = changed(&document, &change(&path, change_of(is_jsonata)));
                let Some(wanted) = wanted.clone() else {
                    prop_assert!(after.is_err());
                    continue;
                };
                let after = match after {
                    Ok(after) => after,
                    // A part that is no group cannot be combined in another way.
                    Err(error) => {
                        prop_assert!(kind == 4 && wanted == tree, "{error}: {}", document.text());
                        continue;
                    }
                };
                let rule = after.definitions()[0].json().pointer(RULE).expect("the rule");
                let part = ConditionPart::of(rule, language).expect("a condition");
                prop_assert_eq!(Tree::of(&part).flat(), wanted.flat(), "{}", after.text());
                prop_assert_eq!(rule.get("Next").and_then(|next| next.as_str()), Some("D"));
            }
        }
    }
}
