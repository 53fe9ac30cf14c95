//! Whether files are written or compared.

use super::error::EmitError;

/// The environment variable that sets the mode.
pub(super) const VARIABLE: &str = "STEPWRIGHT_EMIT";

/// The variable that CI services set.
pub(super) const CI: &str = "CI";

/// What to do with the files of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Write,
    Check,
}

/// The mode that the caller requests.
#[derive(Debug, Clone, Copy)]
pub(super) enum RequestedMode {
    /// This mode; the environment is ignored.
    Always(Mode),
    /// This mode, unless the environment sets another one.
    Otherwise(Mode),
}

impl RequestedMode {
    pub(super) fn mode(self) -> Result<Mode, EmitError> {
        let value = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        match self {
            RequestedMode::Always(mode) => Ok(mode),
            RequestedMode::Otherwise(mode) => {
                Mode::of(value(VARIABLE).as_deref(), value(CI).as_deref(), mode)
            }
        }
    }
}

impl Mode {
    fn of(said: Option<&str>, ci: Option<&str>, otherwise: Mode) -> Result<Mode, EmitError> {
        match said {
            Some("write") => Ok(Mode::Write),
            Some("check") => Ok(Mode::Check),
            None | Some("") => Ok(match ci {
                None | Some("" | "0" | "false") => otherwise,
                Some(_) => Mode::Check,
            }),
            Some(other) => Err(EmitError::usage(format!(
                "`{VARIABLE}` is `{other}`; it can be `write` or `check`"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mode::{self, Check, Write};

    #[test]
    fn the_variable_overrides_ci_and_ci_overrides_the_default() {
        assert_eq!(Mode::of(None, None, Write).unwrap(), Write);
        assert_eq!(Mode::of(None, None, Check).unwrap(), Check);
        assert_eq!(Mode::of(None, Some("true"), Write).unwrap(), Check);
        assert_eq!(Mode::of(Some(""), Some("1"), Write).unwrap(), Check);
        for no in ["", "0", "false"] {
            assert_eq!(Mode::of(None, Some(no), Write).unwrap(), Write);
        }
        assert_eq!(Mode::of(Some("write"), Some("true"), Check).unwrap(), Write);
        assert_eq!(Mode::of(Some("check"), None, Write).unwrap(), Check);
        let refused = Mode::of(Some("yes"), None, Write).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`STEPWRIGHT_EMIT` is `yes`; it can be `write` or `check`"
        );
    }
}
