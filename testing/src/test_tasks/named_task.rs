//! The valid names of a task, as in `--task 'NAME=..'`.

use stepwright_asl::placeholder;
use stepwright_asl::resource::Resource;

/// A Task state, with the properties that a name can match.
#[derive(Debug, Clone, Copy)]
pub struct NamedTask<'a> {
    /// The name of the state machine.
    pub machine: &'a str,
    /// The name of the state.
    pub state: &'a str,
    /// Its `Resource`.
    pub resource: &'a str,
    /// The function or the state machine in its parameters.
    pub target: Option<&'a str>,
}

impl<'a> NamedTask<'a> {
    /// Returns the one whose name means this task. The name of a state takes precedence over that
    /// of a function, which takes precedence over a resource. A name with a version takes
    /// precedence over one without.
    pub fn find<'b, T: AsRef<str>>(&self, all: &'b [T]) -> Option<&'b T> {
        let by: [&dyn Fn(&str) -> bool; 6] = [
            &|name| {
                let state = name.strip_prefix(self.machine);
                state.and_then(|rest| rest.strip_prefix('/')) == Some(self.state)
            },
            &|name| name == self.state,
            &|name| self.called().any(|called| called == name),
            &|name| self.called().any(|called| is_function(called, name)),
            &|name| name == self.resource,
            &|name| name == Resource::parse(self.resource).base(),
        ];
        by.into_iter()
            .find_map(|is_meant| all.iter().find(|one| is_meant(one.as_ref())))
    }

    /// The names that a message suggests.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        let is_own = Resource::parse(self.resource).integration().is_none();
        let called = self.target.or(is_own.then_some(self.resource));
        let function = called.map(|called| match placeholder::whole(called) {
            Some(named) => placeholder::resource_name(named),
            None => FunctionName::parse(called).name,
        });
        let resource = (!is_own).then(|| Resource::parse(self.resource).base());
        [Some(self.state), function, resource].into_iter().flatten()
    }

    /// The names of the called resource in the definition.
    fn called(&self) -> impl Iterator<Item = &str> {
        let is_own = Resource::parse(self.resource).integration().is_none();
        self.target
            .into_iter()
            .chain(is_own.then_some(self.resource))
    }
}

/// Whether a name refers to the function (activity, state machine) with this name in a definition.
/// `charge` matches every way to call `charge`; a name with a version, an account or a region only
/// matches calls that do not contradict it.
fn is_function(called: &str, name: &str) -> bool {
    if let Some(named) = placeholder::whole(called) {
        return placeholder::resource_name(named) == name;
    }
    let (called, wanted) = (FunctionName::parse(called), FunctionName::parse(name));
    called.name == wanted.name
        && (wanted.qualifier.is_none() || wanted.qualifier == called.qualifier)
        && (called.place.ends_with(wanted.place) || wanted.place.ends_with(called.place))
}

/// The parts of `charge`, `charge:PROD`, `123456789012:function:charge:2` and ARNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionName<'a> {
    /// The text before the name, such as `123456789012:function:`.
    place: &'a str,
    /// The name alone.
    pub name: &'a str,
    /// A version or an alias.
    pub qualifier: Option<&'a str>,
}

impl<'a> FunctionName<'a> {
    /// Finds the parts.
    pub fn parse(text: &'a str) -> Self {
        let ends = ["function:", "activity:", "stateMachine:"]
            .into_iter()
            .filter_map(|kind| {
                let at = text.find(kind)?;
                (at == 0 || text[..at].ends_with(':')).then_some(at + kind.len())
            });
        let (place, rest) = text.split_at(ends.min().unwrap_or(0));
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest, None),
        };
        Self {
            place,
            name,
            qualifier,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(name: &str, resource: &str, target: Option<&str>) -> bool {
        let task = NamedTask {
            machine: "orders",
            state: "Charge it",
            resource,
            target,
        };
        task.find(&[name]).is_some()
    }

    #[test]
    fn a_function_name_matches_every_form_of_its_arn() {
        const INVOKE: &str = "arn:aws:states:::lambda:invoke";
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:items";
        for called in [
            "items",
            "items:$LATEST",
            "items:PROD",
            "items:7",
            "function:items",
            "123456789012:function:items:PROD",
            arn,
            &format!("{arn}:PROD"),
            "${items}",
            "${itemsArn}",
        ] {
            assert!(answered("items", INVOKE, Some(called)), "{called}");
            assert!(!answered("item", INVOKE, Some(called)), "{called}");
        }
        assert!(answered("items", arn, None));
        assert!(answered("items:PROD", INVOKE, Some(&format!("{arn}:PROD"))));
        assert!(!answered(
            "items:PROD",
            INVOKE,
            Some(&format!("{arn}:TEST"))
        ));
        assert!(!answered("items:PROD", INVOKE, Some(arn)));
        assert!(answered(arn, INVOKE, Some("items:7")));
        assert!(answered("123456789012:function:items", INVOKE, Some(arn)));
        assert!(!answered("999999999999:function:items", INVOKE, Some(arn)));
    }

    #[test]
    fn a_resource_matches_with_or_without_its_integration_pattern() {
        let resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
        assert!(answered(resource, resource, None));
        assert!(answered("arn:aws:states:::sqs:sendMessage", resource, None));
        assert!(!answered(
            resource,
            "arn:aws:states:::sqs:sendMessage",
            None
        ));
    }

    #[test]
    fn the_most_specific_name_takes_precedence() {
        let names = [
            "arn:aws:states:::lambda:invoke",
            "charge",
            "charge:PROD",
            "Charge it",
            "orders/Charge it",
        ];
        let task = NamedTask {
            machine: "orders",
            state: "Charge it",
            resource: "arn:aws:states:::lambda:invoke",
            target: Some("charge:PROD"),
        };
        // Later names take precedence: each applies if no later one is bound.
        for count in 1..=names.len() {
            assert_eq!(task.find(&names[..count]), names.get(count - 1));
        }
    }
}
