//! Checks that executions make exactly the allocations in `table.md`, with about its bytes. Unlike
//! times, these numbers are the same in each run: time is virtual, random numbers have a seed, and
//! all measured work runs on one thread. They are the same in debug and release builds and with any
//! features. They apply to 64-bit targets and the pinned toolchain.
//!
//! `ALLOCATIONS=overwrite cargo test -p stepwright-benches` writes the table
//! again, also when an execution allocates less than before: read the difference, and commit it
//! with the change that caused it.

mod measure;
mod table;
mod waiting;
#[path = "../workloads/mod.rs"]
mod workloads;

use std::path::Path;

use measure::{Allocated, Work};
use table::{Row, Table};
use workloads::{FIVE_STATES, GROWING_DOCUMENT, SHAPES, Shape};

/// The length of the shortest workload, with which the others are compared.
const ONE: usize = 1;
const MORE: usize = 101;

fn row(shape: Shape, work: Work) -> Row {
    let (one, more) = (shape.of(ONE), shape.of(MORE));
    let transitions = more.transitions - one.transitions;
    let one = work.allocates(&one);
    Row {
        shape: shape.name,
        work,
        one,
        more: work.allocates(&more) - one,
        transitions: transitions as u64,
    }
}

fn rows() -> Vec<Row> {
    let executions = SHAPES
        .iter()
        .flat_map(|shape| [Work::Standard, Work::Express].map(|work| row(*shape, work)));
    let others = [Work::Started, Work::Snapshot, Work::Program].map(|work| row(FIVE_STATES, work));
    executions.chain(others).collect()
}

#[test]
fn executions_make_the_allocations_in_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("allocations/table.md");
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let measured = Table::of(rows());
    if std::env::var_os("ALLOCATIONS").is_some_and(|how| how == "overwrite") {
        std::fs::write(path, measured.to_string()).expect("the table is written");
        return;
    }
    let differences = measured.differences(&kept);
    assert!(
        differences.is_empty(),
        "the allocations of executions differ from benches/allocations/table.md:\n{differences}\
         If the change is intended, run this test with ALLOCATIONS=overwrite, review the difference and commit the table"
    );
}

/// If something is created for each pair of states, items or rounds, the factor approaches 64. Both
/// lengths are powers of two because a list doubles its capacity when it is full.
#[test]
fn allocations_grow_linearly_with_the_number_of_states() {
    // A document that grows is longer in each event: its history as JSON grows with the square of
    // the states, as on AWS.
    let shapes = SHAPES
        .iter()
        .filter(|shape| shape.name != GROWING_DOCUMENT.name);
    for (shape, work) in shapes.flat_map(|shape| Work::ALL.map(|work| (shape, work))) {
        let [short, long] = [32, 256].map(|length| work.allocates(&shape.of(length)));
        let factor = |short: u64, long: u64| long as f64 / short as f64;
        let (times, bytes) = (
            factor(short.times, long.times),
            factor(short.bytes, long.bytes),
        );
        assert!(
            times < 8.5 && bytes < 8.5,
            "{}, {work}: {times:.2} times the allocations, {bytes:.2} times the bytes",
            shape.name
        );
    }
}

#[test]
fn a_workload_enters_the_declared_number_of_states() {
    for shape in SHAPES {
        let workload = shape.of(7);
        let entered = measure::executed(&workload).history.path().len();
        assert_eq!(entered, workload.transitions, "{}", shape.name);
    }
}

#[test]
fn the_same_work_allocates_the_same_each_time() {
    for work in Work::ALL {
        let workload = FIVE_STATES.of(MORE);
        let first = work.allocates(&workload);
        assert_eq!(work.allocates(&workload), first, "{}", work);
    }
}

#[test]
fn an_allocation_of_one_byte_is_counted() {
    let one = Allocated::by(|| drop(std::hint::black_box(Box::new(7_u8))));
    assert_eq!(one, Allocated { times: 1, bytes: 1 });
}

#[test]
fn differences_show_changed_new_and_missing_rows() {
    let row = |shape, times: u64| {
        let of = |times| Allocated {
            times,
            bytes: 8 * times,
        };
        Row {
            shape,
            work: Work::Express,
            one: of(times),
            more: of(100 * times),
            transitions: 100,
        }
    };
    let kept = Table::of(vec![row("a", 1), row("b", 2), row("c", 3)]).to_string();
    let differs = |rows: Vec<Row>| Table::of(rows).differences(&kept);
    assert_eq!(differs(vec![row("a", 1), row("b", 2), row("c", 3)]), "");
    assert_eq!(
        differs(vec![row("a", 1), row("b", 1), row("d", 3)]),
        "- | b | Express | 2 | 16 | 200 | 1600 | 2.00 | 16 |\n\
         + | b | Express | 1 | 8 | 100 | 800 | 1.00 | 8 |\n\
         - | c | Express | 3 | 24 | 300 | 2400 | 3.00 | 24 |\n\
         + | d | Express | 3 | 24 | 300 | 2400 | 3.00 | 24 |\n"
    );
    assert_ne!(differs(vec![row("b", 2), row("a", 1), row("c", 3)]), "");
    let twice = vec![row("a", 1), row("a", 1), row("b", 2), row("c", 3)];
    assert_ne!(differs(twice), "");
}

#[test]
fn bytes_may_differ_a_little_and_allocations_may_not() {
    let table = |times, bytes| {
        let one = Allocated { times, bytes };
        Table::of(vec![Row {
            shape: "a",
            work: Work::Express,
            one,
            more: one,
            transitions: 1,
        }])
    };
    let kept = table(10, 1000).to_string();
    assert_eq!(table(10, 1050).differences(&kept), "");
    assert_eq!(table(10, 952).differences(&kept), "");
    assert_ne!(table(10, 1060).differences(&kept), "");
    assert_ne!(table(11, 1000).differences(&kept), "");
}
