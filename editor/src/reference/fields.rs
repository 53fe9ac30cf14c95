//! The fields and the types of states.

use stepwright_asl::model::StateKind;

/// A line for each field; the first lines of the file explain it.
const TABLE: &str = include_str!("fields.txt");

/// The meaning of a field of a structure.
pub(crate) fn field(structure: &str, field: &str) -> Option<String> {
    let row = |name: &str| {
        let mut rows = TABLE.lines().filter_map(|line| line.split_once('|'));
        rows.find(|(key, _)| *key == name)
            .map(|(_, meaning)| meaning.to_owned())
    };
    row(&format!("{structure}.{field}")).or_else(|| row(field))
}

/// The page of AWS's documentation about a structure and a field of it.
pub(crate) fn page(structure: &str, field: &str) -> String {
    let name = match (structure, field) {
        (_, "Assign") => "workflow-variables",
        (_, "Retry" | "Catch") | ("Retrier" | "Catcher", _) => "concepts-error-handling",
        (_, "ItemReader") | ("ItemReader" | "ReaderConfig", _) => "input-output-itemreader",
        (_, "ItemBatcher") | ("ItemBatcher", _) => "input-output-itembatcher",
        (_, "ResultWriter") | ("ResultWriter" | "WriterConfig", _) => "input-output-resultwriter",
        (_, "InputPath" | "OutputPath" | "ResultPath" | "ResultSelector") => {
            "amazon-states-language-paths"
        }
        ("Task", _) => "state-task",
        ("Pass", _) => "state-pass",
        ("Choice" | "ChoiceRule", _) => "state-choice",
        ("Wait", _) => "state-wait",
        ("Succeed", _) => "state-succeed",
        ("Fail", _) => "state-fail",
        ("Parallel", _) => "state-parallel",
        ("Map", _) => "state-map",
        ("ItemProcessor" | "ProcessorConfig", _) => "state-map-distributed",
        ("StateMachine" | "Branch", _) => "statemachine-structure",
        _ => "workflow-states",
    };
    format!("https://docs.aws.amazon.com/step-functions/latest/dg/{name}.html")
}

/// The effect of a state of a type.
pub(crate) fn state_type(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Task => "calls a service, a function or an activity",
        StateKind::Pass => "passes its input on, or sets values",
        StateKind::Choice => "chooses the next state",
        StateKind::Wait => "waits for a time",
        StateKind::Succeed => "ends successfully",
        StateKind::Fail => "ends with an error",
        StateKind::Parallel => "runs branches at the same time",
        StateKind::Map => "processes each item",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use stepwright_asl::StateMachine;
    use stepwright_asl::model::{Schema, ValueKind};

    use super::*;

    fn collect(
        schema: &'static Schema,
        seen: &mut BTreeSet<&'static str>,
        fields: &mut BTreeSet<&'static str>,
    ) {
        if !seen.insert(schema.name) {
            return;
        }
        for one in schema.fields {
            assert!(field(schema.name, one.name).is_some(), "{}", one.name);
            fields.insert(one.name);
            if let ValueKind::Structure(inner) | ValueKind::Structures(inner) = one.kind {
                collect(inner(), seen, fields);
            }
        }
    }

    #[test]
    fn every_field_has_a_line_and_no_other() {
        let (mut seen, mut fields) = (BTreeSet::new(), BTreeSet::from(["Type"]));
        collect(StateMachine::schema(), &mut seen, &mut fields);
        for kind in StateKind::ALL {
            collect(kind.schema(), &mut seen, &mut fields);
        }
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let (name, meaning) = line.split_once('|').expect("a name and a meaning");
            let bare = name.rsplit('.').next().unwrap_or(name);
            assert!(fields.contains(bare), "{name}");
            assert!(meaning.ends_with('.'), "{name}");
        }
    }
}
