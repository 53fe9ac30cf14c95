//! The extension of Zed: starts `stepwright lsp` from `PATH`.

use zed_extension_api::{self as zed, Command, Extension, LanguageServerId, Result, Worktree};

struct Stepwright;

impl Extension for Stepwright {
    fn new() -> Self {
        Stepwright
    }

    fn language_server_command(
        &mut self,
        _: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let command = worktree
            .which("stepwright")
            .ok_or("the command `stepwright` is not on PATH; install it and restart Zed")?;
        Ok(Command {
            command,
            args: vec!["lsp".into()],
            env: worktree.shell_env(),
        })
    }
}

zed::register_extension!(Stepwright);
