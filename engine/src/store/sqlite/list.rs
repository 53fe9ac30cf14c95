//! Lists of executions. Each list reads a range of one index from its newest row on, so that the
//! cost of a page does not depend on the size of the store.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use rusqlite::types::Value;
use rusqlite::{Connection, Error, OptionalExtension, Row, params_from_iter};

use super::row::{self, RawExecution};
use crate::Status;
use crate::clock::Timestamp;
use crate::store::filter::is_failed;
use crate::store::{ListPosition, MachineCount, RangeRows, StoreFilter};

/// The statuses of the index `executions_failed`.
const FAILED: [Status; 3] = [Status::Failed, Status::TimedOut, Status::Aborted];

/// The maximum rows that a page reads to find rows that pass its filter.
pub(super) const SCAN: usize = 4_096;

/// Reads the rows of a page: at most one more than its limit, and at most `scan` rows of each
/// range. Must be called in a transaction.
pub(super) fn read(
    connection: &Connection,
    filter: &StoreFilter,
    scan: usize,
) -> Result<RangeRows<RawExecution>, Error> {
    let limit = filter
        .limit
        .map_or(usize::MAX, |limit| limit.saturating_add(1));
    let ranges = ranges(connection, filter)?.into_iter();
    RangeRows::merge(ranges.map(|range| range.read(connection, filter.after, limit, scan)))
}

/// A range of an index with equal first columns, in the order of a list.
#[derive(Debug)]
struct IndexRange {
    index: &'static str,
    /// The first column of the list's order; the second one is the key.
    order: &'static str,
    /// Selects the range in the index.
    prefix: &'static str,
    values: Vec<Value>,
    /// The smallest value of the order, if there is one.
    from: Option<i64>,
    /// Conditions for rows of the range; empty when all rows pass.
    filter: Conditions,
}

/// Conditions that are joined with `AND`.
#[derive(Clone, Debug, Default)]
struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        if !self.text.is_empty() {
            self.text.push_str(" AND ");
        }
        self.text.push_str(condition);
        self.values.extend(values);
    }
}

impl IndexRange {
    /// Returns the statements that read the range after a position. SQLite bounds a search by one
    /// column only. So the first statement reads the rows of the same order with smaller keys, and
    /// the second one the rows of smaller orders.
    fn statements(&self, after: Option<ListPosition>) -> Vec<(String, Vec<Value>)> {
        let order = self.order;
        let Some(after) = after else {
            return vec![self.statement("", Vec::new())];
        };
        let bound = format!(" AND {order} < ?");
        let below = self.statement(&bound, vec![after.order.into()]);
        // A key that is too large for SQLite is after all keys.
        let key = i64::try_from(after.key).unwrap_or(i64::MAX);
        let comparison = if i64::try_from(after.key).is_ok() {
            "<"
        } else {
            "<="
        };
        let bound = format!(" AND {order} = ? AND key {comparison} ?");
        let same = self.statement(&bound, vec![after.order.into(), key.into()]);
        vec![same, below]
    }

    fn statement(&self, bound: &str, bound_values: Vec<Value>) -> (String, Vec<Value>) {
        let Self {
            index,
            order,
            prefix,
            from,
            filter,
            ..
        } = self;
        let lowest = match from {
            Some(_) => format!(" AND {order} >= ?"),
            None => String::new(),
        };
        let passes = match filter.text.as_str() {
            "" => "1",
            text => text,
        };
        let text = format!(
            "SELECT {}, {order}, {passes} FROM executions INDEXED BY {index} WHERE {prefix}{lowest}{bound}
             ORDER BY {order} DESC, key DESC",
            row::EXECUTION
        );
        let mut values = filter.values.clone();
        values.extend(self.values.iter().cloned());
        values.extend(from.map(Value::from));
        values.extend(bound_values);
        (text, values)
    }

    fn read(
        &self,
        connection: &Connection,
        after: Option<ListPosition>,
        limit: usize,
        scan: usize,
    ) -> Result<RangeRows<RawExecution>, Error> {
        let mut page = RangeRows {
            rows: Vec::new(),
            end: None,
        };
        let mut scanned = 0;
        for (text, values) in self.statements(after) {
            let mut statement = connection.prepare_cached(&text)?;
            let mut found = statement.query(params_from_iter(values))?;
            while let Some(row) = found.next()? {
                scanned += 1;
                let Some(position) = readable(position(row))? else {
                    continue;
                };
                if row.get::<_, Option<bool>>(PASSES)?.unwrap_or_default()
                    && let Some(execution) = readable(RawExecution::read(row))?
                {
                    page.rows.push((position, execution));
                }
                if page.rows.len() >= limit || scanned >= scan {
                    page.end = Some(position);
                    return Ok(page);
                }
            }
        }
        Ok(page)
    }
}

fn position(row: &Row<'_>) -> Result<ListPosition, Error> {
    Ok(ListPosition {
        order: row.get(ORDER)?,
        key: row::key(row, 0)?,
    })
}

/// Returns `None`, with a warning, for a row that this library did not write: it must not hide the
/// others.
fn readable<T>(read: Result<T, Error>) -> Result<Option<T>, Error> {
    match read {
        Err(error) if row::is_damage(&error) => {
            tracing::warn!(%error, "a list omits an execution whose row is damaged; `stepwright store check` names it");
            Ok(None)
        }
        read => read.map(Some),
    }
}

/// The columns after those of [`row::EXECUTION`].
const ORDER: usize = 13;
const PASSES: usize = 14;

/// Chooses the index with the fewest rows for a filter, and returns its ranges: one for each state
/// machine, or each origin.
fn ranges(connection: &Connection, filter: &StoreFilter) -> Result<Vec<IndexRange>, Error> {
    if let Some(map_run) = &filter.map_run {
        return of_map_run(connection, filter, map_run);
    }
    if filter.is_failed && filter.status.is_none() {
        let ranges = FAILED.map(|status| {
            let filter = StoreFilter {
                status: Some(status),
                ..filter.clone()
            };
            ranges(connection, &filter)
        });
        let ranges = ranges.into_iter().collect::<Result<Vec<_>, _>>()?;
        return Ok(ranges.into_iter().flatten().collect());
    }
    let from = filter.started_from.map(Timestamp::unix_micros);
    let failed = filter.status.filter(|status| is_failed(*status));
    let has_origin = filter.version.is_some() || filter.alias.is_some();
    let mut rest = Conditions::default();
    named(&mut rest, filter);
    if filter.is_failed {
        rest.add("status NOT IN ('RUNNING', 'SUCCEEDED')", []);
    }
    if has_origin {
        with_status(&mut rest, filter);
        with_redrives(&mut rest, filter);
        if let Some(machine) = &filter.machine {
            let of_machine = "machine = (SELECT machine FROM versions WHERE name = ?)";
            rest.add(of_machine, [machine.clone().into()]);
        }
        let range = |origin: i64| IndexRange {
            index: "executions_of_origin",
            order: "started",
            prefix: "map_run IS NULL AND origin = ?",
            values: vec![origin.into()],
            from,
            filter: rest.clone(),
        };
        return Ok(origins(connection, filter)?
            .into_iter()
            .map(range)
            .collect());
    }
    let (index, prefix, status) = if filter.is_redriven == Some(true) {
        with_status(&mut rest, filter);
        let prefix = "map_run IS NULL AND redrives > 0 AND machine = ?";
        ("executions_redriven", prefix, None)
    } else if failed.is_some() {
        with_redrives(&mut rest, filter);
        let prefix = "map_run IS NULL AND status NOT IN ('RUNNING', 'SUCCEEDED') AND machine = ? AND status = ?";
        ("executions_failed", prefix, failed)
    } else if filter.status == Some(Status::Running) {
        with_redrives(&mut rest, filter);
        let prefix = "status = 'RUNNING' AND map_run IS NULL AND machine = ?";
        ("executions_open", prefix, None)
    } else {
        with_status(&mut rest, filter);
        with_redrives(&mut rest, filter);
        let prefix = "map_run IS NULL AND machine = ?";
        ("executions_of_machine", prefix, None)
    };
    let range = |machine: i64| IndexRange {
        index,
        order: "started",
        prefix,
        values: [Some(machine.into()), status.map(text)]
            .into_iter()
            .flatten()
            .collect(),
        from,
        filter: rest.clone(),
    };
    Ok(machines(connection, filter)?
        .into_iter()
        .map(range)
        .collect())
}

/// Returns the range of a Map Run's children.
fn of_map_run(
    connection: &Connection,
    filter: &StoreFilter,
    map_run: &str,
) -> Result<Vec<IndexRange>, Error> {
    let mut query = connection.prepare_cached("SELECT id FROM map_runs WHERE arn = ?")?;
    let id: Option<i64> = query.query_row([map_run], |row| row.get(0)).optional()?;
    let Some(id) = id else {
        return Ok(Vec::new());
    };
    let mut rest = Conditions::default();
    named(&mut rest, filter);
    if let Some(from) = filter.started_from {
        rest.add("started >= ?", [from.unix_micros().into()]);
    }
    if filter.is_failed {
        rest.add("status NOT IN ('RUNNING', 'SUCCEEDED')", []);
    }
    with_redrives(&mut rest, filter);
    of_origin(&mut rest, filter);
    if let Some(machine) = &filter.machine {
        let of_machine = "machine = (SELECT machine FROM versions WHERE name = ?)";
        rest.add(of_machine, [machine.clone().into()]);
    }
    let (index, prefix, status) = match filter.status {
        Some(status) if !matches!(status, Status::Running | Status::Succeeded) => (
            "children_failed",
            "map_run IS NOT NULL AND status NOT IN ('RUNNING', 'SUCCEEDED') AND map_run = ? AND status = ?",
            Some(status),
        ),
        _ => {
            with_status(&mut rest, filter);
            ("executions_of_map_run", "map_run = ?", None)
        }
    };
    Ok(vec![IndexRange {
        index,
        order: "number",
        prefix,
        from: None,
        values: [Some(id.into()), status.map(text)]
            .into_iter()
            .flatten()
            .collect(),
        filter: rest,
    }])
}

fn text(status: Status) -> Value {
    status.as_str().to_owned().into()
}

fn named(to: &mut Conditions, filter: &StoreFilter) {
    if let Some(name) = &filter.name {
        to.add("name = ?", [name.clone().into()]);
    }
    if let Some(part) = &filter.name_part {
        to.add("instr(name, ?) > 0", [part.clone().into()]);
    }
}

fn with_status(to: &mut Conditions, filter: &StoreFilter) {
    if let Some(status) = filter.status {
        to.add("status = ?", [text(status)]);
    }
}

fn with_redrives(to: &mut Conditions, filter: &StoreFilter) {
    match filter.is_redriven {
        Some(true) => to.add("redrives > 0", []),
        Some(false) => to.add("redrives = 0", []),
        None => {}
    }
}

fn of_origin(to: &mut Conditions, filter: &StoreFilter) {
    let columns = [("version", &filter.version), ("alias", &filter.alias)];
    for (column, arn) in columns {
        if let Some(arn) = arn {
            let condition = format!("origin IN (SELECT id FROM origins WHERE {column} = ?)");
            to.add(&condition, [arn.clone().into()]);
        }
    }
}

fn machines(connection: &Connection, filter: &StoreFilter) -> Result<Vec<i64>, Error> {
    match &filter.machine {
        Some(name) => ids(
            connection,
            "SELECT machine FROM versions WHERE name = ? LIMIT 1",
            vec![name.clone().into()],
        ),
        None => ids(
            connection,
            "SELECT DISTINCT machine FROM versions",
            Vec::new(),
        ),
    }
}

fn origins(connection: &Connection, filter: &StoreFilter) -> Result<Vec<i64>, Error> {
    let mut conditions = Conditions::default();
    let columns = [
        ("version = ?", &filter.version),
        ("alias = ?", &filter.alias),
    ];
    for (condition, arn) in columns {
        if let Some(arn) = arn {
            conditions.add(condition, [arn.clone().into()]);
        }
    }
    let query = format!("SELECT id FROM origins WHERE {}", conditions.text);
    ids(connection, &query, conditions.values)
}

fn ids(connection: &Connection, query: &str, values: Vec<Value>) -> Result<Vec<i64>, Error> {
    let mut statement = connection.prepare_cached(query)?;
    let ids = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    ids.collect()
}

/// Counts the executions of each state machine by their status, without the children of Map Runs.
/// It reads only indexes. Must be called in a transaction.
pub(super) fn counts(connection: &Connection) -> Result<Vec<MachineCount>, Error> {
    let query = "
        SELECT machine, NULL, count(*) FROM executions INDEXED BY executions_of_machine WHERE map_run IS NULL GROUP BY machine
        UNION ALL
        SELECT machine, 'RUNNING', count(*) FROM executions INDEXED BY executions_open
            WHERE status = 'RUNNING' AND map_run IS NULL GROUP BY machine
        UNION ALL
        SELECT machine, status, count(*) FROM executions INDEXED BY executions_failed
            WHERE map_run IS NULL AND status NOT IN ('RUNNING', 'SUCCEEDED') GROUP BY machine, status";
    let mut names = HashMap::new();
    let mut statement = connection.prepare_cached("SELECT machine, name FROM versions")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        names.insert(row.get::<_, i64>(0)?, row.get::<_, String>(1)?);
    }
    let mut succeeded: BTreeMap<i64, u64> = BTreeMap::new();
    let mut counts = Vec::new();
    let mut statement = connection.prepare_cached(query)?;
    let mut found = statement.query([])?;
    // The totals are first.
    while let Some(row) = found.next()? {
        let (machine, count): (i64, i64) = (row.get(0)?, row.get(2)?);
        let count = count.unsigned_abs();
        let status: Option<String> = row.get(1)?;
        match status.as_deref() {
            None => _ = succeeded.insert(machine, count),
            Some(status) => {
                if let Some(rest) = succeeded.get_mut(&machine) {
                    *rest = rest.saturating_sub(count);
                }
                // A damaged row can have any text.
                counts.extend(Status::from_word(status).map(|status| (machine, status, count)));
            }
        }
    }
    counts.extend(
        succeeded
            .into_iter()
            .map(|(machine, count)| (machine, Status::Succeeded, count)),
    );
    let counts = counts.into_iter().filter_map(|(machine, status, count)| {
        let machine = names.get(&machine)?.clone();
        Some(MachineCount {
            machine,
            status,
            count,
        })
    });
    Ok(counts.filter(|count| count.count > 0).collect())
}
