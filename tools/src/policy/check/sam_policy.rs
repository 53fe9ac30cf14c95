//! The policy templates of AWS SAM.

use stepwright_asl::json::{Json, Object};

use super::pattern::Pattern;
use super::statement::{RoleStatement, SelectedPattern, Selection};
use crate::policy::Effect;

const TABLE: &str = include_str!("sam_policies.csv");

/// The statements of a policy template; `None` if the table does not have it.
pub(super) fn statements(
    name: &str,
    parameters: &Object,
    text: &mut dyn FnMut(&Json) -> Option<String>,
) -> Option<Vec<RoleStatement>> {
    let rows = TABLE.lines().filter(|row| !row.starts_with('#'));
    let rows = rows.filter_map(|row| row.strip_prefix(name)?.strip_prefix(';'));
    let statements: Vec<RoleStatement> = rows
        .filter_map(|row| {
            let mut cells = row.split(';');
            let (actions, resources) = (cells.next()?, cells.next()?);
            let condition = cells.next().filter(|key| !key.is_empty());
            let resources: Option<Vec<SelectedPattern>> = resources
                .split(' ')
                .map(|resource| filled(resource, parameters, text))
                .collect();
            let actions = actions.split(' ');
            let actions = actions.map(|action| SelectedPattern::new(action, Pattern::action));
            Some(RoleStatement {
                effect: Effect::Allow,
                actions: Selection::Listed(actions.collect()),
                resources: resources.map_or(Selection::Unknown, Selection::Listed),
                condition: condition.map(|key| {
                    let keys = Object::from_iter([(key.to_owned(), Json::Null)]);
                    Object::from_iter([("StringEquals".to_owned(), Json::Object(keys))])
                }),
                name: format!("`{name}`"),
            })
        })
        .collect();
    (!statements.is_empty()).then_some(statements)
}

/// A resource with the values of its parameters; `None` if one is unknown.
fn filled(
    resource: &str,
    parameters: &Object,
    text: &mut dyn FnMut(&Json) -> Option<String>,
) -> Option<SelectedPattern> {
    // A value is inserted as it is, because it can contain placeholders.
    let mut variables = resource.to_owned();
    for name in parameters.keys() {
        variables = variables.replace(&format!("{{{name}}}"), &format!("${{{name}}}"));
    }
    let arguments = vec![Json::from(variables), Json::Object(parameters.clone())];
    let sub = Object::from_iter([("Fn::Sub".to_owned(), Json::Array(arguments))]);
    let known = text(&Json::Object(sub))?;
    Some(SelectedPattern::new(&known, Pattern::resource))
}
