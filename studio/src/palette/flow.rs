//! The states that control the flow.

use stepwright_asl::json;
use stepwright_asl::json::Json;
use stepwright_asl::model::QueryLanguage;

use super::{Fragment, InsertionPlace, PaletteItem};

/// The name, the title and the meaning of each item.
const ITEMS: [(&str, &str, &str); 9] = [
    ("Choice", "Choice", "chooses the next state by conditions"),
    ("Parallel", "Parallel", "runs branches at the same time"),
    ("Map", "Map", "runs states for each item of an array"),
    (
        "DistributedMap",
        "Distributed Map",
        "runs an execution for each item of an array, a file or a folder of S3",
    ),
    ("Pass", "Pass", "sets values, or passes its input on"),
    ("Wait", "Wait", "waits for a time"),
    ("Succeed", "Succeed", "ends successfully"),
    ("Fail", "Fail", "ends with an error"),
    (
        "Activity",
        "Activity",
        "waits for a worker that polls for the task",
    ),
];

pub(super) fn items() -> impl Iterator<Item = PaletteItem> {
    ITEMS.into_iter().map(|(name, title, about)| PaletteItem {
        id: format!("flow:{name}"),
        group: "Flow",
        title: title.to_owned(),
        about: about.to_owned(),
    })
}

pub(super) fn fragment(name: &str, place: &InsertionPlace<'_>) -> Option<Fragment> {
    let (_, title, _) = ITEMS.into_iter().find(|(item, ..)| *item == name)?;
    let is_jsonata = place.language == QueryLanguage::Jsonata;
    let empty = || json!({"States": {}});
    let state = match name {
        "Choice" => return Some(choice(place, is_jsonata)),
        "Parallel" => {
            let branches = vec![empty(), empty()];
            json!({"Type": "Parallel", "Branches": (Json::Array(branches))})
        }
        "Map" => json!({
            "Type": "Map",
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "States": {}},
        }),
        "DistributedMap" => json!({
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "States": {},
            },
            "MaxConcurrency": 1000,
        }),
        "Pass" => json!({"Type": "Pass"}),
        "Wait" => json!({"Type": "Wait", "Seconds": 60}),
        "Succeed" => json!({"Type": "Succeed"}),
        "Fail" => json!({"Type": "Fail", "Error": "Failed", "Cause": "the reason"}),
        _ => json!({
            "Type": "Task",
            "Resource": "arn:aws:states:${AWS::Region}:${AWS::AccountId}:activity:${ActivityName}",
        }),
    };
    Some(Fragment::of(title, state))
}

/// A Choice needs a target for its rule and its default.
fn choice(place: &InsertionPlace<'_>, is_jsonata: bool) -> Fragment {
    let condition = if is_jsonata {
        json!({"Condition": "{% $states.input.value = true %}"})
    } else {
        json!({"Variable": "$.value", "BooleanEquals": true})
    };
    let rule = |target: &str| {
        let mut rule = condition.as_object().cloned().unwrap_or_default();
        rule.insert("Next".to_owned(), target.into());
        Json::Array(vec![Json::Object(rule)])
    };
    match &place.target {
        Some(target) => {
            let choices = rule(target);
            Fragment::of("Choice", json!({"Type": "Choice", "Choices": choices}))
        }
        None => {
            let choices = rule("Done");
            let choice = json!({"Type": "Choice", "Choices": choices, "Default": "Done"});
            let states = json!({
                "StartAt": "Choice",
                "States": {"Choice": choice, "Done": {"Type": "Succeed"}},
            });
            Fragment::parse(&states).unwrap_or_else(|| Fragment::of("Choice", states))
        }
    }
}
