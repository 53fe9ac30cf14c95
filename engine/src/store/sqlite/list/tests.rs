//! Proves that lists use an index, read a limited number of rows, and are correct.

use rusqlite::{StatementStatus, params_from_iter};

use super::*;
use crate::clock::Timestamp;
use crate::store::{
    Change, SqliteStore, Store, StoreReader as _, StoredChild, StoredExecution, StoredListing,
    StoredMapRun, StoredOrigin,
};

const RUN: &str = "arn:run";

/// Returns a listing with this number of redrives and this version.
fn listing(redrive_count: u32, version: Option<&str>) -> StoredListing {
    let origin = version.map(|version| StoredOrigin {
        version: Some(version.into()),
        alias: Some("alias".into()),
        machine: None,
    });
    StoredListing {
        origin: origin.map(std::sync::Arc::new),
        redrive_count,
        ..StoredListing::default()
    }
}

fn execution(key: u64, started: i64, status: Status) -> StoredExecution {
    StoredExecution {
        key,
        arn: format!("arn:{key}").into(),
        name: format!("n-{key}").into(),
        machine: "m".into(),
        machine_hash: "h".into(),
        status,
        started: Timestamp::from_unix_micros(started),
        stopped: None,
        child_of: None,
        listing: listing(0, None),
    }
}

fn start(execution: StoredExecution) -> Change {
    Change::Start {
        execution,
        data: bytes::Bytes::from_static(b"0"),
    }
}

fn store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path().join("lists.db")).expect("it opens");
    (folder, store)
}

/// Returns all combinations of filters that lists use.
fn filters() -> Vec<StoreFilter> {
    let mut all = vec![StoreFilter::default()];
    let mut vary = |change: &dyn Fn(&mut StoreFilter)| {
        let changed = all.clone().into_iter().map(|mut filter| {
            change(&mut filter);
            filter
        });
        all.extend(changed.collect::<Vec<_>>());
    };
    vary(&|filter| filter.machine = Some("m".to_owned()));
    vary(&|filter| filter.map_run = Some(RUN.to_owned()));
    vary(&|filter| filter.version = Some("v".to_owned()));
    vary(&|filter| filter.alias = Some("alias".to_owned()));
    vary(&|filter| filter.is_redriven = Some(true));
    vary(&|filter| filter.name = Some("n-1".to_owned()));
    vary(&|filter| {
        filter.name_part = Some("-1".to_owned());
        filter.started_from = Some(Timestamp::from_unix_micros(3));
    });
    vary(&|filter| filter.is_failed = true);
    vary(&|filter| {
        filter.after = Some(ListPosition { order: 7, key: 3 });
    });
    let statuses = [
        Status::Running,
        Status::Succeeded,
        Status::Failed,
        Status::TimedOut,
        Status::Aborted,
    ];
    let with = |filter: &StoreFilter| {
        let mut with: Vec<_> = statuses
            .iter()
            .map(|status| StoreFilter {
                status: Some(*status),
                ..filter.clone()
            })
            .collect();
        with.push(filter.clone());
        with.push(StoreFilter {
            is_redriven: Some(false),
            ..filter.clone()
        });
        with
    };
    all.iter().flat_map(with).collect()
}

/// Returns the lines of a statement's plan.
fn plan(connection: &Connection, text: &str, values: &[Value]) -> Vec<String> {
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
        .expect("it is SQL");
    let lines = statement.query_map(params_from_iter(values), |row| row.get(3));
    let lines = lines.expect("there is a plan");
    lines.map(|line| line.expect("text")).collect()
}

#[test]
fn every_list_uses_an_index_without_scanning_or_sorting() {
    let (_folder, mut store) = store();
    let run = StoredMapRun {
        arn: RUN.to_owned(),
        execution: 1,
        data: bytes::Bytes::new(),
    };
    let first = StoredExecution {
        listing: listing(0, Some("v")),
        ..execution(1, 1, Status::Running)
    };
    let changes = [start(first), Change::MapRun(run)];
    store.commit(&changes).expect("it is durable");
    for filter in filters() {
        let connection = &store.connection;
        for range in ranges(connection, &filter).expect("ranges") {
            let statements = range.statements(filter.after);
            assert_eq!(statements.len(), 1 + usize::from(filter.after.is_some()));
            for (text, values) in statements {
                let plan = plan(connection, &text, &values);
                let is_search = |line: &&String| line.contains("SEARCH executions USING");
                let searches: Vec<&String> = plan.iter().filter(is_search).collect();
                let is_slow = plan
                    .iter()
                    .any(|line| line.contains("SCAN") || line.contains("TEMP B-TREE"));
                assert!(
                    searches.len() == 1 && !is_slow,
                    "{filter:?}: {text}: {plan:#?}"
                );
                // The position bounds the search.
                assert_eq!(
                    searches[0].contains('<'),
                    filter.after.is_some(),
                    "{filter:?}: {plan:#?}"
                );
            }
        }
    }
}

/// Returns how many steps SQLite's virtual machine needs for a page. They do not depend on the load
/// of the computer.
fn steps(store: &SqliteStore, filter: &StoreFilter) -> i32 {
    let connection = &store.connection;
    let ranges = ranges(connection, filter).expect("ranges");
    let status = |is_reset: bool| -> i32 {
        let statements = ranges
            .iter()
            .flat_map(|range| range.statements(filter.after));
        let statuses = statements.map(|(text, _)| {
            let statement = connection.prepare_cached(&text).expect("it is SQL");
            if is_reset {
                statement.reset_status(StatementStatus::VmStep)
            } else {
                statement.get_status(StatementStatus::VmStep)
            }
        });
        statuses.sum()
    };
    status(true);
    read(connection, filter, SCAN).expect("a page");
    status(false)
}

#[test]
fn the_cost_of_a_page_does_not_depend_on_the_store_size() {
    let cost = |size: u64| {
        let (_folder, mut store) = store();
        let run = StoredMapRun {
            arn: RUN.to_owned(),
            execution: 1,
            data: bytes::Bytes::new(),
        };
        let mut changes = vec![start(execution(1, 0, Status::Running)), Change::MapRun(run)];
        for key in 2..=size {
            // Half of the executions start at the same time.
            let started = if key.is_multiple_of(2) { 7 } else { key as i64 };
            let status = match key % 50 {
                0 => Status::Failed,
                1 => Status::Running,
                _ => Status::Succeeded,
            };
            let of_version = key.is_multiple_of(97).then_some("v");
            changes.push(start(StoredExecution {
                listing: listing(u32::from(key.is_multiple_of(101)), of_version),
                ..execution(key, started, status)
            }));
            let child = StoredChild {
                map_run: RUN.to_owned(),
                number: key as u32,
            };
            changes.push(start(StoredExecution {
                machine: "m/l".into(),
                child_of: Some(child),
                ..execution(size + key, started, status)
            }));
        }
        store.commit(&changes).expect("it is durable");
        let middle = Some(ListPosition {
            order: 7,
            key: size / 2,
        });
        let base = StoreFilter {
            machine: Some("m".to_owned()),
            limit: Some(10),
            ..StoreFilter::default()
        };
        let children = StoreFilter {
            map_run: Some(RUN.to_owned()),
            limit: Some(10),
            ..StoreFilter::default()
        };
        let filters = [
            base.clone(),
            StoreFilter {
                after: middle,
                ..base.clone()
            },
            StoreFilter {
                status: Some(Status::Failed),
                ..base.clone()
            },
            StoreFilter {
                status: Some(Status::Running),
                after: middle,
                ..base.clone()
            },
            StoreFilter {
                version: Some("v".to_owned()),
                ..base.clone()
            },
            StoreFilter {
                is_redriven: Some(true),
                ..base.clone()
            },
            StoreFilter {
                machine: None,
                ..base
            },
            StoreFilter {
                status: Some(Status::Failed),
                ..children.clone()
            },
            children,
        ];
        filters.map(|filter| steps(&store, &filter))
    };
    let (small, large) = (cost(1_200), cost(19_200));
    for (small, large) in small.into_iter().zip(large) {
        assert!(
            large <= small + small / 4,
            "{small} steps and {large} steps"
        );
    }
}

#[test]
fn a_selective_filter_reads_a_bounded_number_of_rows() {
    let (_folder, mut store) = store();
    let size = 2 * SCAN as u64;
    // The oldest execution succeeded, all others are running.
    let mut changes = vec![start(execution(1, 1, Status::Succeeded))];
    changes.extend((2..=size).map(|key| start(execution(key, key as i64, Status::Running))));
    store.commit(&changes).expect("it is durable");
    let mut reader = store.reader().expect("a reader");
    let mut filter = StoreFilter {
        machine: Some("m".to_owned()),
        status: Some(Status::Succeeded),
        limit: Some(10),
        ..StoreFilter::default()
    };
    let page = reader.page(&filter).expect("a page");
    assert!(page.executions.is_empty());
    let key = size - SCAN as u64 + 1;
    let order = key as i64;
    assert_eq!(page.next, Some(ListPosition { order, key }));
    filter.after = page.next;
    let page = reader.page(&filter).expect("a page");
    let keys: Vec<u64> = page.executions.iter().map(|row| row.key).collect();
    assert_eq!(keys, [1]);
    // The next list has no position.
    filter.after = None;
    assert_eq!(reader.list(&filter).expect("rows"), page.executions);
}

/// The report: a list by name or time said "none" after 5,000 executions, and counts were those of
/// the newest ones.
#[test]
fn names_times_failures_and_counts_are_those_of_a_scan_of_all() {
    let (_folder, mut store) = store();
    let mut memory = crate::store::MemoryStore::new();
    let run = StoredMapRun {
        arn: RUN.to_owned(),
        execution: 1,
        data: bytes::Bytes::new(),
    };
    let mut changes = vec![start(execution(1, 1, Status::Running)), Change::MapRun(run)];
    let statuses = [
        Status::Succeeded,
        Status::Running,
        Status::Failed,
        Status::TimedOut,
        Status::Aborted,
    ];
    for key in 2..400_u64 {
        let status = statuses[(key % 13).min(4) as usize];
        let is_child = key.is_multiple_of(7);
        let child = StoredChild {
            map_run: RUN.to_owned(),
            number: key as u32,
        };
        let machine = match (is_child, key % 2) {
            (true, _) => "m/l",
            (false, 0) => "m",
            (false, _) => "other",
        };
        changes.push(start(StoredExecution {
            machine: machine.into(),
            child_of: is_child.then_some(child),
            ..execution(key, (key / 3) as i64, status)
        }));
    }
    store.commit(&changes).expect("it is durable");
    memory.commit(&changes).expect("it is durable");
    let mut reader = store.reader().expect("it can be read");
    for name_part in [None, Some("-1"), Some("n-23"), Some("%"), Some("'")] {
        for started_from in [None, Some(0), Some(60), Some(1_000)] {
            for (is_failed, status) in [
                (false, None),
                (true, None),
                (true, Some(Status::Failed)),
                (true, Some(Status::Running)),
            ] {
                for map_run in [None, Some(RUN.to_owned())] {
                    for after in [
                        None,
                        Some(ListPosition {
                            order: 70,
                            key: 212,
                        }),
                    ] {
                        let filter = StoreFilter {
                            name_part: name_part.map(str::to_owned),
                            started_from: started_from.map(Timestamp::from_unix_micros),
                            is_failed,
                            status,
                            map_run: map_run.clone(),
                            after,
                            limit: Some(40),
                            ..StoreFilter::default()
                        };
                        let keys = |rows: Vec<StoredExecution>| {
                            rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
                        };
                        let found = keys(reader.list(&filter).expect("a list"));
                        let expected = keys(memory.list(&filter).expect("a list"));
                        assert_eq!(found, expected, "{filter:?}");
                    }
                }
            }
        }
    }
    let sorted = |mut counts: Vec<MachineCount>| {
        counts.sort_by_key(|count| (count.machine.clone(), count.status.as_str()));
        counts
    };
    let counts = sorted(reader.counts().expect("counts"));
    assert_eq!(counts, sorted(memory.counts().expect("counts")));
    assert!(
        counts.iter().all(|count| count.machine != "m/l"),
        "{counts:?}"
    );
}
