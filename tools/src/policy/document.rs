//! Policies and their JSON.

use std::fmt;

use stepwright_asl::json::{Json, Object};

use super::warning::Warning;

/// The policy that the role of a state machine needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
    pub(super) warnings: Vec<Warning>,
    pub(super) roles: Vec<RolePolicy>,
}

/// The policy of another role, which `Credentials` of a Task name.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RolePolicy {
    /// The ARN of the role.
    pub role: String,
    /// The statements of its policy.
    pub statements: Vec<Statement>,
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Statement {
    /// Whether it allows or denies.
    pub effect: Effect,
    /// The IAM actions, sorted.
    pub actions: Vec<String>,
    /// The ARNs, sorted; `*` for all.
    pub resources: Vec<String>,
    /// The condition: operators, and for each the keys and their values.
    pub condition: Option<Object>,
}

/// The effect of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

impl Effect {
    /// IAM's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        }
    }
}

impl Policy {
    /// The statements. If no permissions are needed, there is one statement that denies everything,
    /// because IAM rejects a policy without statements (AWS's guide does the same).
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The issues that the policy cannot resolve.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The policies of the roles that `Credentials` name, in the order of their ARNs.
    pub fn roles(&self) -> &[RolePolicy] {
        &self.roles
    }

    /// The policy document.
    pub fn to_value(&self) -> Json {
        document(&self.statements)
    }

    /// The policy document as JSON text, indented by two blanks for each level.
    pub fn to_json_pretty(&self) -> String {
        self.to_value().to_pretty()
    }

    /// The policy document as compact JSON text.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }
}

impl RolePolicy {
    /// The policy document.
    pub fn to_value(&self) -> Json {
        document(&self.statements)
    }
}

impl Statement {
    /// A statement that denies everything.
    pub(super) fn nothing() -> Statement {
        Statement {
            effect: Effect::Deny,
            actions: vec!["*".to_owned()],
            resources: vec!["*".to_owned()],
            condition: None,
        }
    }

    fn to_value(&self) -> Json {
        let list = |texts: &[String]| {
            Json::Array(texts.iter().map(|text| Json::from(text.as_str())).collect())
        };
        let mut members = Object::new();
        members.insert("Effect".to_owned(), Json::from(self.effect.as_str()));
        members.insert("Action".to_owned(), list(&self.actions));
        members.insert("Resource".to_owned(), list(&self.resources));
        if let Some(condition) = &self.condition {
            members.insert("Condition".to_owned(), Json::Object(condition.clone()));
        }
        Json::Object(members)
    }
}

/// The policy document, indented.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json_pretty())
    }
}

fn document(statements: &[Statement]) -> Json {
    let mut members = Object::new();
    members.insert("Version".to_owned(), Json::from("2012-10-17"));
    let statements = statements.iter().map(Statement::to_value);
    members.insert("Statement".to_owned(), Json::Array(statements.collect()));
    Json::Object(members)
}
