//! One line of a conformance file.

use serde_json::Value;

use super::{
    ConvertedReplay, Differences, ReplayMode, conversion, execution, test_state, validation,
};

/// One recorded behaviour of the service.
#[derive(Debug)]
pub struct Row {
    /// The row's id.
    pub id: String,
    kind: Kind,
    fields: Value,
}

/// The format of a row, which its fields show.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Execution,
    TestState,
    Validation,
}

impl Row {
    fn parse(line: &str) -> Result<Self, String> {
        let fields: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let id = fields["id"]
            .as_str()
            .ok_or("the row has no `id`")?
            .to_owned();
        let kind = if fields.get("inspectionLevel").is_some() {
            Kind::TestState
        } else if fields.get("valid").is_some() {
            Kind::Validation
        } else if fields.get("expect").is_some() {
            Kind::Execution
        } else {
            return Err(format!("`{id}` has the fields of no known format"));
        };
        Ok(Self { id, kind, fields })
    }

    /// Replays the row.
    ///
    /// # Errors
    ///
    /// All differences between the recording and the actual behaviour.
    pub async fn check(&self, way: ReplayMode<'_>) -> Result<(), Differences> {
        match (self.kind, way) {
            (Kind::Execution, ReplayMode::InProcess) => execution::check(&self.fields).await,
            (Kind::Execution, ReplayMode::Api) => execution::check_by_api(&self.fields).await,
            (Kind::Execution, ReplayMode::Endpoint(address)) => {
                execution::check_at(&self.fields, address).await
            }
            (Kind::TestState, way) => test_state::check(&self.fields, way).await,
            (Kind::Validation, ReplayMode::InProcess) => validation::check(&self.fields),
            (Kind::Validation, way) => validation::check_by_api(&self.fields, way).await,
        }
    }

    /// Converts the definition of an execution from JSONPath to JSONata, and replays the row with
    /// the recorded results of tasks. `None` for rows of other formats.
    ///
    /// # Errors
    ///
    /// All differences in the output, the error, the cause and the path of states.
    pub async fn check_converted(&self) -> Option<Result<ConvertedReplay, Differences>> {
        match self.kind {
            Kind::Execution => Some(conversion::check(&self.fields).await),
            Kind::TestState | Kind::Validation => None,
        }
    }

    /// Whether the row can be replayed in this mode: a running server has neither the results of
    /// tasks nor the content of objects.
    pub fn has_all(&self, way: ReplayMode<'_>) -> bool {
        let is_empty = |field: &str| match &self.fields[field] {
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => true,
        };
        match (self.kind, way) {
            (_, ReplayMode::InProcess | ReplayMode::Api)
            | (Kind::Validation, ReplayMode::Endpoint(_)) => true,
            (Kind::TestState, ReplayMode::Endpoint(_)) => !test_state::calls_a_task(&self.fields),
            (Kind::Execution, ReplayMode::Endpoint(_)) => {
                ["tasks", "s3", "lambdas"].into_iter().all(is_empty)
            }
        }
    }
}

/// Reads a file of rows, one JSON object per line.
///
/// # Errors
///
/// When a file cannot be read, or a line is not a row.
pub fn read_rows(path: &std::path::Path) -> Result<Vec<Row>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            Row::parse(line).map_err(|error| format!("{}:{}: {error}", path.display(), index + 1))
        })
        .collect()
}
