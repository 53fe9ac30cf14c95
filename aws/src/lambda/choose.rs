//! Chooses the task that a process serves.

use std::fmt;

use stepwright::asl::similar::did_you_mean;

use crate::task_function::TaskFunction;

/// The environment variable that chooses the task of a program with several tasks: by its name in
/// definitions (`ChargeCard`) or its function's name (`charge_card`).
pub const TASK_VARIABLE: &str = "STEPWRIGHT_TASK";

/// Why a program serves no task.
///
/// Its `Debug` text is the message, because `main` prints that.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChooseError {
    /// The variable is not set, and there are several tasks.
    #[error(
        "this program has several tasks; set the environment variable `{TASK_VARIABLE}` to one of {0}"
    )]
    NotSet(String),
    /// The variable names none of the tasks.
    #[error("`{TASK_VARIABLE}` is `{name}`, and no task has that name{hint}; there are {known}")]
    Unknown {
        /// The value of the variable.
        name: String,
        /// `; did you mean ..`
        hint: String,
        /// The names of the tasks.
        known: String,
    },
    /// Two tasks have one name.
    #[error(
        "two tasks of this program are named `{0}`; give one of them another `#[task(name = \"..\")]`"
    )]
    Ambiguous(String),
    /// The program has no task.
    #[error("this program has no task; add one with `Tasks::task` or `Tasks::workflow`")]
    Empty,
}

impl fmt::Debug for ChooseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns the task that `variable` names; without it, the only one.
pub(super) fn choose(
    tasks: &[TaskFunction],
    variable: Option<&str>,
) -> Result<TaskFunction, ChooseError> {
    let name = match (variable.filter(|name| !name.is_empty()), tasks) {
        (_, []) => return Err(ChooseError::Empty),
        (None, [only]) => return Ok(*only),
        (None, _) => return Err(ChooseError::NotSet(known(tasks))),
        (Some(name), _) => name,
    };
    // A name in definitions takes precedence over the name of another task's function.
    let on_wire = tasks.iter().filter(|task| task.name == name);
    let in_rust = tasks
        .iter()
        .filter(|task| task.name != name && task.function == name);
    let found: Vec<_> = on_wire.collect();
    let found = if found.is_empty() {
        in_rust.collect()
    } else {
        found
    };
    match found[..] {
        [task] => Ok(*task),
        [] => {
            let names = tasks.iter().flat_map(|task| [task.name, task.function]);
            let hint = did_you_mean(name, names);
            Err(ChooseError::Unknown {
                name: name.to_owned(),
                hint: hint.map_or_else(String::new, |hint| format!(" ({hint})")),
                known: known(tasks),
            })
        }
        _ => Err(ChooseError::Ambiguous(name.to_owned())),
    }
}

fn known(tasks: &[TaskFunction]) -> String {
    let names: Vec<_> = tasks
        .iter()
        .map(|task| format!("`{}`", task.name))
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use stepwright::task;

    #[task]
    async fn charge_card(amount: f64) -> f64 {
        amount
    }

    #[task(name = "Refund")]
    async fn refund_card(amount: f64) -> f64 {
        amount
    }

    mod other {
        #[stepwright::task(name = "Refund")]
        pub(super) async fn refund(amount: f64) -> f64 {
            amount
        }
    }

    fn both() -> [TaskFunction; 2] {
        [
            TaskFunction::of::<charge_card>(),
            TaskFunction::of::<refund_card>(),
        ]
    }

    fn chosen(variable: Option<&str>) -> Result<&'static str, String> {
        let task = choose(&both(), variable);
        task.map(|task| task.name)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_task_is_chosen_by_its_aws_name_or_its_function_name() {
        assert_eq!(chosen(Some("ChargeCard")).as_deref(), Ok("ChargeCard"));
        assert_eq!(chosen(Some("charge_card")).as_deref(), Ok("ChargeCard"));
        assert_eq!(chosen(Some("refund_card")).as_deref(), Ok("Refund"));
    }

    #[test]
    fn one_task_needs_no_variable_and_several_do() {
        let only = choose(&both()[..1], None).map(|task| task.name);
        assert_eq!(only, Ok("ChargeCard"));
        assert_eq!(
            chosen(None).unwrap_err(),
            "this program has several tasks; set the environment variable `STEPWRIGHT_TASK` to one of `ChargeCard`, `Refund`"
        );
        assert_eq!(chosen(Some("")), chosen(None));
    }

    #[test]
    fn an_unknown_task_is_refused_with_a_suggestion() {
        assert_eq!(
            chosen(Some("ChargeCrad")).unwrap_err(),
            "`STEPWRIGHT_TASK` is `ChargeCrad`, and no task has that name (did you mean `ChargeCard`?); there are `ChargeCard`, `Refund`"
        );
        assert!(matches!(choose(&[], None), Err(ChooseError::Empty)));
    }

    #[test]
    fn choosing_a_name_that_two_tasks_share_is_an_error() {
        let tasks = [
            TaskFunction::of::<refund_card>(),
            TaskFunction::of::<other::refund>(),
        ];
        assert!(matches!(
            choose(&tasks, Some("Refund")),
            Err(ChooseError::Ambiguous(_))
        ));
        let by_function = choose(&tasks, Some("refund_card"));
        assert_eq!(by_function.map(|task| task.function), Ok("refund_card"));
    }
}
