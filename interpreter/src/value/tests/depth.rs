//! Values of any depth in all conversions, on a thread with a small stack: an overflow would abort
//! the whole test program.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use stepwright_asl::json::Json as Written;

use super::*;

/// A thread of a library or an executor may have as little.
const STACK: usize = 256 * 1024;

fn on_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    thread.expect("a thread").join().expect("no panic")
}

/// Wraps a value in one level, of several shapes.
fn wrap(inner: Json, shape: u8) -> Json {
    match shape % 4 {
        0 => Json::Array(vec![inner]),
        1 => Json::Object([("a".to_owned(), inner)].into_iter().collect()),
        2 => Json::Array(vec![json!(1), inner, json!({"b": []})]),
        _ => Json::Object(
            [("z".to_owned(), json!([0.5])), ("a".to_owned(), inner)]
                .into_iter()
                .collect(),
        ),
    }
}

fn deep(depth: usize, shapes: &[u8]) -> Json {
    (0..depth).fold(json!("x"), |inner, level| {
        wrap(inner, shapes[level % shapes.len()])
    })
}

fn written(depth: usize, shapes: &[u8]) -> Written {
    (0..depth).fold(Written::Null, |inner, level| {
        match shapes[level % shapes.len()] % 2 {
            0 => Written::Array(vec![inner]),
            _ => Written::Object([("a".to_owned(), inner)].into_iter().collect()),
        }
    })
}

#[derive(Serialize, Deserialize)]
struct Chain {
    next: Option<Box<Chain>>,
}

impl Drop for Chain {
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut one) = next {
            next = one.next.take();
        }
    }
}

#[derive(Serialize)]
enum Tagged {
    End,
    Newtype(Box<Tagged>),
    Struct { inner: Box<Tagged> },
    Tuple(u8, Box<Tagged>),
}

/// Untagged, so that serde buffers it all at each level.
#[derive(Deserialize)]
#[serde(untagged)]
enum Buffered {
    #[allow(dead_code)]
    Number(f64),
    #[allow(dead_code)]
    Rest(Json),
}

fn all_edges(depth: usize, shapes: &[u8]) {
    let json = deep(depth, shapes);
    let value = Value::from(&json);
    assert!(value == Value::from_typed(&json).unwrap_or_else(|_| value.clone()));
    assert_eq!(
        Value::from_typed(&json).is_ok(),
        value.depth() <= MAX_DEPTH,
        "{depth}"
    );
    // After the conversion it is dropped without recursion.
    let owned = Value::from(json);
    assert!(owned == value);
    assert_eq!(owned.value_hash(), value.value_hash());
    let text = value.to_text();
    assert_eq!(text.len() as u64, value.json_len());
    assert_eq!(Value::from_text(&text).is_ok(), value.depth() <= MAX_DEPTH);
    assert!(format!("{value:?}").len() < 5_000);
    let is_typed = value.depth() <= MAX_TYPED_DEPTH;
    assert_eq!(serde_json::to_string(&value).is_ok(), is_typed);
    assert_eq!(Value::from_typed(&value).is_ok(), is_typed);
    assert_eq!(value.to_typed::<Value>().is_ok(), is_typed);
    assert_eq!(value.to_typed::<Json>().is_ok(), is_typed);
    assert_eq!(value.to_typed::<Buffered>().is_ok(), is_typed);
    let copy = value.to_json();
    if value.depth() <= MAX_DEPTH {
        assert!(Value::from(copy) == value);
    } else {
        assert_eq!(Value::from(copy).depth(), MAX_DEPTH);
    }
}

#[test]
fn no_depth_overflows_a_small_stack() {
    for depth in [1, 100, 256, 257, 999, 1_000, 1_001, 4_000, 15_000, 100_000] {
        on_small_stack(move || all_edges(depth, &[0, 1]));
    }
}

proptest! {
    #[test]
    fn no_shape_overflows_a_small_stack(
        depth in 0..6_000_usize,
        shapes in proptest::collection::vec(0..4_u8, 1..9),
    ) {
        on_small_stack(move || all_edges(depth, &shapes));
    }
}

#[test]
fn deep_json_of_a_definition_is_converted() {
    // Dropping the tree of the language package recurses.
    let thread = std::thread::Builder::new().stack_size(64 << 20);
    let done = thread.spawn(|| {
        let json = written(15_000, &[0, 1]);
        std::thread::scope(|scope| {
            let small = std::thread::Builder::new().stack_size(STACK);
            let depth = small.spawn_scoped(scope, || Value::from(&json).depth());
            assert_eq!(depth.expect("a thread").join().expect("no panic"), 15_000);
        });
    });
    done.expect("a thread").join().expect("no panic");
}

#[test]
fn types_that_nest_too_deep_are_refused() {
    on_small_stack(|| {
        let chain = |length: usize| {
            (0..length).fold(Chain { next: None }, |next, _| Chain {
                next: Some(Box::new(next)),
            })
        };
        let longest = Value::from_typed(&chain(999)).expect("is within the bound");
        assert_eq!(longest.depth(), MAX_DEPTH);
        let error = Value::from_typed(&chain(1_000)).expect_err("is beyond");
        assert_eq!(error.to_string(), "nested deeper than 1000 levels");
        assert!(Value::from_typed(&chain(100_000)).is_err());
        let read: Chain = Value::from_typed(&chain(255))
            .expect("is short")
            .to_typed()
            .expect("is short");
        drop(read);
    });
}

#[test]
fn enums_newtypes_and_options_count_towards_the_depth() {
    on_small_stack(|| {
        let nested = (0..900).fold(Tagged::End, |inner, level| match level % 3 {
            0 => Tagged::Newtype(Box::new(inner)),
            1 => Tagged::Struct {
                inner: Box::new(inner),
            },
            _ => Tagged::Tuple(1, Box::new(inner)),
        });
        // Five nodes for three levels.
        assert!(Value::from_typed(&nested).is_err());
        std::mem::forget(nested);

        #[derive(Serialize)]
        struct Wrapped(Option<Box<Wrapped>>);
        let wrapped = |count: usize| {
            (0..count).fold(Wrapped(None), |inner, _| Wrapped(Some(Box::new(inner))))
        };
        assert_eq!(Value::from_typed(&wrapped(31)), Ok(Value::Null));
        let endless = wrapped(50_000);
        assert!(Value::from_typed(&endless).is_err());
        std::mem::forget(endless);
    });
}
