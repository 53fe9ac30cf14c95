//! The content of frequent managed policies of AWS.

use super::pattern::Pattern;
use super::statement::{RoleStatement, SelectedPattern, Selection};
use crate::policy::Effect;

const TABLE: &str = include_str!("managed_policies.csv");

/// The statements of a managed policy of AWS, given its ARN or, as SAM accepts, its name; `None` if
/// the table does not have it.
pub(super) fn statements(arn: &str) -> Option<Vec<RoleStatement>> {
    let name = match arn.split_once(":policy/") {
        Some((owner, path)) if owner.ends_with(":iam::aws") => path.rsplit('/').next()?,
        Some(_) => return None,
        None => arn,
    };
    let mut rows = TABLE.lines().map(|row| row.split(';').collect::<Vec<_>>());
    let row = rows.find(|row| row.first() == Some(&name))?;
    let [_, allowed, except, possible] = row.as_slice() else {
        return None;
    };
    let patterns = |list: &str| {
        let actions = list.split(' ').filter(|action| !action.is_empty());
        let patterns = actions.map(|action| SelectedPattern::new(action, Pattern::action));
        patterns.collect::<Vec<_>>()
    };
    let statement = |actions, resources| RoleStatement {
        effect: Effect::Allow,
        actions,
        resources,
        condition: None,
        name: format!("`{name}`"),
    };
    let everything = Selection::Listed(vec![SelectedPattern::new("*", Pattern::resource)]);
    let actions = if except.is_empty() {
        Selection::Listed(patterns(allowed))
    } else {
        Selection::Others(patterns(except))
    };
    let possible = Selection::Listed(patterns(possible));
    Some(vec![
        statement(actions, everything),
        statement(possible, Selection::Managed),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_the_table_is_read() {
        let rows = TABLE.lines().filter(|row| !row.starts_with('#'));
        for row in rows {
            let name = row.split(';').next().expect("a name");
            assert!(statements(name).is_some(), "{row}");
            let arn = format!("arn:aws:iam::aws:policy/service-role/{name}");
            assert!(statements(&arn).is_some(), "{row}");
        }
        assert!(statements("arn:aws:iam::123456789012:policy/AWSLambdaRole").is_none());
    }
}
