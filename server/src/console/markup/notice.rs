//! Notices about completed actions. The address of a page names its notice, and a link with any
//! other text shows nothing.

use stepwright_history::report::text;

/// The parameter of a page.
pub(crate) const PARAM: &str = "notice";

/// A completed action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// An Express execution was started.
    Express,
    /// A debugger was ended.
    DebuggerEnded,
    /// So many executions were stopped.
    Stopped(usize),
    /// So many executions were redriven.
    Redriven(usize),
}

impl Notice {
    /// Returns the notice for a value of the parameter.
    pub(crate) fn of(value: &str) -> Option<Self> {
        match value {
            "express" => return Some(Self::Express),
            "debugger-ended" => return Some(Self::DebuggerEnded),
            _ => {}
        }
        let (action, count) = value.split_once('-')?;
        let count = count.parse().ok()?;
        match action {
            "stopped" => Some(Self::Stopped(count)),
            "redriven" => Some(Self::Redriven(count)),
            _ => None,
        }
    }

    /// Returns the value of the parameter.
    pub(crate) fn value(self) -> String {
        match self {
            Self::Express => "express".to_owned(),
            Self::DebuggerEnded => "debugger-ended".to_owned(),
            Self::Stopped(count) => format!("stopped-{count}"),
            Self::Redriven(count) => format!("redriven-{count}"),
        }
    }

    /// Returns the sentence.
    pub(crate) fn text(self) -> String {
        let counted = |count, action| {
            let were = if count == 1 { "was" } else { "were" };
            format!("{} {were} {action}.", text::count(count, "execution"))
        };
        match self {
            Self::Express => {
                "The execution was started. Express executions are not listed.".to_owned()
            }
            Self::DebuggerEnded => "The debugger was ended.".to_owned(),
            Self::Stopped(count) => counted(count, "stopped"),
            Self::Redriven(count) => counted(count, "redriven"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_notices_are_shown() {
        for notice in [
            Notice::Express,
            Notice::DebuggerEnded,
            Notice::Stopped(1),
            Notice::Redriven(12),
        ] {
            assert_eq!(Notice::of(&notice.value()), Some(notice));
        }
        for value in [
            "",
            "Your session has expired",
            "stopped",
            "stopped-",
            "stopped--1",
            "stopped-1x",
            "deleted-1",
        ] {
            assert_eq!(Notice::of(value), None, "{value}");
        }
        assert_eq!(Notice::Stopped(1).text(), "1 execution was stopped.");
        assert_eq!(Notice::Redriven(2).text(), "2 executions were redriven.");
    }
}
