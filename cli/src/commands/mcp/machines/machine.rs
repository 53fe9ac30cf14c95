//! A state machine that is a tool.

/// A state machine of a file or of a server.
pub(super) struct Machine {
    pub(super) name: String,
    /// The `Comment` of the definition.
    pub(super) comment: Option<String>,
    /// The file with its name, `template.yaml#Orders`, or the ARN on the server.
    pub(super) place: String,
    /// The text of a definition that is in no file.
    pub(super) text: Option<String>,
    pub(super) is_express: bool,
}
