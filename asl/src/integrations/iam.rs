//! What IAM knows of the actions that SDK integrations call.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Written by `derive.py`. Lines by their first character. `@` begins a prefix of IAM: `=` a type of its resources and the ARN (`~` for
/// `arn:${Partition}:<prefix>:${Region}:${Account}:`), `!` types and the actions that need them (`*` behind those that each call needs, `?` for
/// resources of any type), `+` an action and those that it may need beside it. `#` begins a service of the SDK: `>` an operation and the actions
/// that it needs, `-` operations that have no action of their name.
const TABLE: &str = include_str!("iam.txt");

/// The actions of a prefix that need a resource, and the services whose operations are not all actions.
struct Table {
    prefixes: HashMap<&'static str, Prefix>,
    operations: HashMap<&'static str, HashMap<&'static str, Operation>>,
}

#[derive(Default)]
struct Prefix {
    types: HashMap<&'static str, &'static str>,
    /// The types of each action.
    needs: HashMap<&'static str, &'static str>,
    dependent: HashMap<&'static str, &'static str>,
}

/// What IAM says of an operation of an SDK service that has no action of its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operation {
    /// It needs these actions, in a list with commas.
    Needs(&'static str),
    /// It has no action of its name, and which it needs is not known.
    Missing,
}

/// What an action is allowed on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Needs {
    /// The tables do not have this prefix.
    Unknown,
    /// It takes no resource: `*`.
    Nothing,
    /// Whatever the arguments name.
    Anything,
    /// Resources of these types.
    Types(Vec<Need>),
}

/// A type of resources.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Need {
    /// The ARN, with `${Partition}`, `${Region}`, `${Account}` and names of its own.
    pub(crate) arn: String,
    /// Whether each call needs it.
    pub(crate) required: bool,
}

/// What an operation of an SDK service needs; `None` where the action has its name.
pub(crate) fn operation(service: &str, operation: &str) -> Option<Operation> {
    let of_service = table().operations.get(service)?;
    of_service.get(operation).copied()
}

/// What an action is allowed on, and the actions that it may need beside it.
pub(crate) fn needs(prefix: &str, action: &str) -> (Needs, Vec<&'static str>) {
    let Some(known) = table().prefixes.get(prefix) else {
        return (Needs::Unknown, Vec::new());
    };
    let dependent = known.dependent.get(action).copied();
    let dependent = dependent.map(|list| list.split(',').collect());
    let needs = match known.needs.get(action).copied() {
        None => Needs::Nothing,
        Some("?") => Needs::Anything,
        Some(types) => Needs::Types(
            types
                .split(',')
                .filter_map(|name| {
                    let (name, required) = match name.strip_suffix('*') {
                        Some(name) => (name, true),
                        None => (name, false),
                    };
                    let arn = match *known.types.get(name)? {
                        arn if arn.starts_with('~') => format!(
                            "arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:{}",
                            &arn[1..]
                        ),
                        arn => arn.to_owned(),
                    };
                    Some(Need { arn, required })
                })
                .collect(),
        ),
    };
    (needs, dependent.unwrap_or_default())
}

fn table() -> &'static Table {
    static LOADED: OnceLock<Table> = OnceLock::new();
    LOADED.get_or_init(|| {
        let mut table = Table {
            prefixes: HashMap::new(),
            operations: HashMap::new(),
        };
        let (mut prefix, mut service) = ("", "");
        for line in TABLE.lines() {
            let (mark, rest) = line.split_at(line.len().min(1));
            let (left, right) = rest.split_once('\t').unwrap_or((rest, ""));
            match mark {
                "@" => {
                    prefix = rest;
                    table.prefixes.insert(prefix, Prefix::default());
                }
                "#" => service = rest,
                ">" => {
                    let of_service = table.operations.entry(service).or_default();
                    of_service.insert(left, Operation::Needs(right));
                }
                "-" => {
                    let missing = rest.split(',').map(|name| (name, Operation::Missing));
                    let of_service = table.operations.entry(service).or_default();
                    of_service.extend(missing);
                }
                _ => {
                    let Some(known) = table.prefixes.get_mut(prefix) else {
                        continue;
                    };
                    match mark {
                        "=" => {
                            known.types.insert(left, right);
                        }
                        "!" => known
                            .needs
                            .extend(right.split(',').map(|action| (action, left))),
                        _ => {
                            known.dependent.insert(left, right);
                        }
                    }
                }
            }
        }
        table
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        for line in TABLE.lines() {
            assert!(
                line.starts_with(['@', '=', '!', '+', '#', '>', '-']),
                "{line}"
            );
            let tab = line.starts_with(['=', '!', '+', '>']);
            assert_eq!(line.matches('\t').count(), usize::from(tab), "{line}");
        }
        for (prefix, known) in &table().prefixes {
            for (action, types) in &known.needs {
                let (needs, _) = super::needs(prefix, action);
                let Needs::Types(needs) = needs else {
                    assert_eq!((*types, needs), ("?", Needs::Anything));
                    continue;
                };
                assert_eq!(needs.len(), types.split(',').count(), "{prefix}:{action}");
                assert!(needs.iter().all(|need| need.arn.starts_with("arn:")));
            }
        }
    }

    #[test]
    fn actions_have_their_resources() {
        let (needs, _) = needs("dynamodb", "Query");
        let Needs::Types(types) = needs else {
            panic!("{needs:?}")
        };
        assert_eq!(
            types[0].arn,
            "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"
        );
        assert_eq!([types[0].required, types[1].required], [true, false]);
        assert_eq!(super::needs("sqs", "ListQueues").0, Needs::Nothing);
        assert_eq!(super::needs("ec2", "RunInstances").0, Needs::Unknown);
        assert!(
            super::needs("lambda", "CreateFunction")
                .1
                .contains(&"iam:PassRole")
        );
    }

    #[test]
    fn operations_that_are_no_actions_are_known() {
        assert_eq!(
            operation("s3", "ListObjectsV2"),
            Some(Operation::Needs("s3:ListBucket"))
        );
        assert_eq!(operation("s3", "RenameObject"), Some(Operation::Missing));
        assert_eq!(operation("s3", "GetObject"), None);
    }
}
