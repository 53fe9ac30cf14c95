//! Lists of executions by a filter.

use stepwright_engine::Status;
use stepwright_engine::store::StoreFilter;
use tokio_postgres::types::{ToSql, Type};

use crate::row::{EXECUTION, EXECUTIONS};

/// A query with its values.
pub(crate) struct ListQuery {
    pub(crate) text: String,
    pub(crate) values: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl ListQuery {
    /// The query of a list, which reads at most `scan` executions. Its first three columns are the
    /// number of executions that it has read, and the position of the last of them. The others are
    /// those of an execution; they are missing in the only row of an empty list.
    pub(crate) fn of(filter: &StoreFilter, scan: i64, limit: i64) -> Self {
        let mut query = Self {
            text: String::new(),
            values: Vec::new(),
        };
        let scanned = query.scanned(filter);
        let found = query.found(filter);
        let scan = query.value(scan, Type::INT8);
        let limit = query.value(limit, Type::INT8);
        query.text = format!(
            "WITH scanned AS MATERIALIZED (
                 SELECT e.key, e.position FROM @.executions AS e WHERE {scanned} ORDER BY e.position DESC, e.key DESC LIMIT {scan}
             ), last AS (SELECT position, key FROM scanned ORDER BY position, key LIMIT 1),
             total AS (SELECT count(*) AS count FROM scanned),
             found AS (
                 SELECT scanned.position AS place, scanned.key AS place_key, {EXECUTION}
                 FROM scanned JOIN ({EXECUTIONS}) ON e.key = scanned.key
                 WHERE {found} ORDER BY scanned.position DESC, scanned.key DESC LIMIT {limit}
             )
             SELECT total.count, last.position, last.key, found.*
             FROM total LEFT JOIN last ON true LEFT JOIN found ON true ORDER BY found.place DESC, found.place_key DESC",
        );
        query
    }

    /// Adds a value. Returns its name in the text.
    fn value(&mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) -> String {
        self.values.push((Box::new(value), kind));
        format!("${}", self.values.len())
    }

    fn text(&mut self, text: &str) -> String {
        self.value(text.as_bytes().to_vec(), Type::BYTEA)
    }

    /// The conditions that an index answers, in the order of the list.
    fn scanned(&mut self, filter: &StoreFilter) -> String {
        let mut all = Vec::new();
        all.push(match &filter.map_run {
            Some(map_run) => format!("e.map_run = {}", self.text(map_run)),
            None => "e.map_run IS NULL".to_owned(),
        });
        if let Some(machine) = &filter.machine {
            let name = self.text(machine);
            all.push(format!(
                "e.machine = (SELECT machine FROM @.versions WHERE name = {name} LIMIT 1)"
            ));
        }
        if let Some(version) = &filter.version {
            all.push(format!("e.origin_version = {}", self.text(version)));
        }
        if let Some(alias) = &filter.alias {
            all.push(format!("e.origin_alias = {}", self.text(alias)));
        }
        match filter.is_redriven {
            Some(true) => all.push("e.redrives > 0".to_owned()),
            Some(false) => all.push("e.redrives = 0".to_owned()),
            None => {}
        }
        if filter.status == Some(Status::Running) {
            all.push("e.key IN (SELECT key FROM @.open)".to_owned());
        }
        if let Some(from) = filter.started_from {
            let from = self.value(from.unix_micros(), Type::INT8);
            all.push(format!("e.started >= {from}"));
            if filter.map_run.is_none() {
                all.push(format!("e.position >= {from}"));
            }
        }
        if let Some(after) = filter.after {
            let order = self.value(after.order, Type::INT8);
            // No execution has a key that is too large, so all keys are before it.
            let (sign, key) = match i64::try_from(after.key) {
                Ok(key) => ("<", key),
                Err(_) => ("<=", i64::MAX),
            };
            let key = self.value(key, Type::INT8);
            all.push(format!("(e.position, e.key) {sign} ({order}, {key})"));
        }
        all.join(" AND ")
    }

    /// The other conditions.
    fn found(&mut self, filter: &StoreFilter) -> String {
        let mut all = vec!["true".to_owned()];
        if let Some(name) = &filter.name {
            all.push(format!("e.name = {}", self.text(name)));
        }
        if let Some(part) = filter.name_part.as_deref().filter(|part| !part.is_empty()) {
            all.push(format!("position({} IN e.name) > 0", self.text(part)));
        }
        if let Some(status) = filter.status {
            let status = self.value(status.as_str(), Type::TEXT);
            all.push(format!("coalesce(d.status, 'RUNNING') = {status}"));
        }
        if filter.is_failed {
            all.push("d.status NOT IN ('RUNNING', 'SUCCEEDED')".to_owned());
        }
        all.join(" AND ")
    }
}
