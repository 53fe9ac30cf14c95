//! Requests that start executions, as commands of a POSIX shell.
//!
//! ```
//! # extern crate stepwright_engine as stepwright_runtime;
//! use stepwright_runtime::start_command::StartCommand;
//!
//! let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
//! let command = StartCommand::new("http://127.0.0.1:8083", arn, r#"{"name": "O'Hara"}"#);
//! assert!(command.aws().ends_with(r#"--input '{"name": "O'\''Hara"}'"#));
//! assert!(command.curl().contains("X-Amz-Target: AWSStepFunctions.StartExecution"));
//! ```

use serde_json::json;

/// The names of an access key that the reader of a command replaces by its own.
const KEY_ID: &str = "ACCESS_KEY_ID";
const SECRET: &str = "SECRET_ACCESS_KEY";

/// A request that starts an execution, for a server of the Step Functions API.
#[derive(Clone, Debug)]
#[must_use]
pub struct StartCommand {
    endpoint: String,
    machine_arn: String,
    input: String,
    is_signed: bool,
}

impl StartCommand {
    /// Creates the request: the URL of the server, the ARN of the state machine, of its version or
    /// alias, and the input as JSON text.
    pub fn new(
        endpoint: impl Into<String>,
        machine_arn: impl Into<String>,
        input: impl Into<String>,
    ) -> Self {
        Self {
            endpoint: endpoint.into(),
            machine_arn: machine_arn.into(),
            input: input.into(),
            is_signed: false,
        }
    }

    /// Signs the request. The commands contain `ACCESS_KEY_ID` and `SECRET_ACCESS_KEY` instead of
    /// an access key.
    pub fn signed(mut self, is_signed: bool) -> Self {
        self.is_signed = is_signed;
        self
    }

    /// Returns the command of the AWS CLI.
    pub fn aws(&self) -> String {
        let (keys, unsigned) = if self.is_signed {
            (
                format!("AWS_ACCESS_KEY_ID={KEY_ID} AWS_SECRET_ACCESS_KEY={SECRET} "),
                "",
            )
        } else {
            (String::new(), " --no-sign-request")
        };
        format!(
            "{keys}aws stepfunctions start-execution --endpoint-url {} --region {}{unsigned} --state-machine-arn {} --input {}",
            shell_word(&self.endpoint),
            shell_word(self.region()),
            shell_word(&self.machine_arn),
            shell_word(&self.input),
        )
    }

    /// Returns the command of curl. A signature needs curl 7.75.
    pub fn curl(&self) -> String {
        let body = json!({"stateMachineArn": self.machine_arn, "input": self.input});
        let signature = if self.is_signed {
            format!(
                " --user {KEY_ID}:{SECRET} --aws-sigv4 {}",
                shell_word(&format!("aws:amz:{}:states", self.region()))
            )
        } else {
            String::new()
        };
        format!(
            "curl {}{signature} --header 'Content-Type: application/x-amz-json-1.0' --header 'X-Amz-Target: AWSStepFunctions.StartExecution' --data {}",
            shell_word(&self.endpoint),
            shell_word(&body.to_string()),
        )
    }

    /// Returns the region of the ARN.
    fn region(&self) -> &str {
        let mut parts = self.machine_arn.split(':');
        parts.nth(3).unwrap_or_default()
    }
}

/// Returns a text as one word of a POSIX shell. Only letters, digits and a few signs have no
/// quotes.
pub fn shell_word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+,=".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:büro";

    #[test]
    fn words_with_special_characters_are_quoted() {
        for (text, word) in [
            ("", "''"),
            ("http://127.0.0.1:8083", "http://127.0.0.1:8083"),
            ("AB+/=0", "AB+/=0"),
            ("a b", "'a b'"),
            ("$HOME `x` \"q\" \\", "'$HOME `x` \"q\" \\'"),
            ("it's", r"'it'\''s'"),
            ("line\nbreak", "'line\nbreak'"),
            ("日本語", "'日本語'"),
            ("~", "'~'"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }

    #[test]
    fn a_signed_request_has_placeholders_of_a_key() {
        let command = StartCommand::new("http://localhost:1", ARN, "{}").signed(true);
        assert!(
            command
                .aws()
                .starts_with("AWS_ACCESS_KEY_ID=ACCESS_KEY_ID ")
        );
        assert!(!command.aws().contains("--no-sign-request"));
        assert!(
            command
                .curl()
                .contains("--aws-sigv4 aws:amz:eu-west-1:states")
        );
    }

    /// The words that a shell passes to a program.
    #[cfg(unix)]
    #[test]
    fn a_shell_passes_each_input_unchanged() {
        use std::process::Command;
        for input in [
            r#"{"a": "it's \"$HOME\" `ls` \\ !x"}"#,
            "{\n  \"line\": 1\n}\n",
            "\"日本語 \u{202e} é\"",
            "''",
            "-5",
        ] {
            let start = StartCommand::new("http://127.0.0.1:8083", ARN, input);
            for (name, text) in [("aws", start.aws()), ("curl", start.curl())] {
                let script = format!("{name}() {{ printf '%s\\0' \"$@\"; }}\n{text}\n");
                let output = Command::new("sh").arg("-c").arg(script).output();
                let output = output.expect("there is a shell");
                assert!(output.status.success(), "{output:?}");
                let words = String::from_utf8(output.stdout).expect("it is text");
                let words: Vec<&str> = words.split_terminator('\0').collect();
                let last = words.last().expect("there is an input");
                match name {
                    "aws" => assert_eq!(*last, input),
                    _ => {
                        let body: serde_json::Value =
                            serde_json::from_str(last).expect("it is JSON");
                        assert_eq!(body["input"], input);
                        assert_eq!(body["stateMachineArn"], ARN);
                    }
                }
            }
        }
    }
}
