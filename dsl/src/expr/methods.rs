//! The methods that a workflow can evaluate, as a table for the lowering.
//!
//! Any other method is a fault whose message suggests a task.

use crate::shape::Shape;
use stepwright_asl::front_end::callable::{self, Kind};

/// A kind of value that has methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Receiver {
    /// A list, a set, a tuple, or an iterator over one.
    List,
    /// A list of numbers.
    Numbers,
    /// A list of texts.
    Texts,
    /// A list of lists.
    Lists,
    /// A list of `Option`s.
    Options,
    /// A map.
    Map,
    /// A map that is iterated in the order of its keys.
    SortedMap,
    /// A text.
    Text,
    /// A number without fraction.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Bool,
    /// An `Option`.
    Option,
    /// A `serde_json::Value`.
    Json,
}

impl Receiver {
    /// The standard types of this kind.
    const fn kinds(self) -> &'static [Kind] {
        match self {
            Receiver::List
            | Receiver::Numbers
            | Receiver::Texts
            | Receiver::Lists
            | Receiver::Options => &[Kind::List, Kind::Set, Kind::Iterator],
            Receiver::Map | Receiver::SortedMap => &[Kind::Map],
            Receiver::Text => &[Kind::Text],
            Receiver::Integer => &[Kind::Signed, Kind::Unsigned],
            Receiver::Number => &[Kind::Signed, Kind::Unsigned, Kind::Float],
            Receiver::Bool => &[Kind::Bool],
            Receiver::Option => &[Kind::Option],
            Receiver::Json => &[Kind::Json],
        }
    }

    /// Whether one of these types has the method.
    const fn has(self, method: &str) -> bool {
        let kinds = self.kinds();
        let mut at = 0;
        while at < kinds.len() {
            if kinds[at].has(method) {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// The kind of an argument.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ArgumentKind {
    /// Any value.
    Value,
    /// A text: `&str`, `String`, a `char`.
    Text,
    /// A number without fraction.
    Integer,
    /// A list, a set, a map or an `Option`, of which the items are iterated.
    Items,
    /// A closure, with the shapes of its parameters.
    Closure(&'static [ResultShape]),
    /// A closure whose results JSONata orders like Rust.
    Key(&'static [ResultShape]),
}

/// The shape of a call's result, or of a closure's parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ResultShape {
    Bool,
    /// A count, which has few digits.
    Count,
    Integer,
    Number,
    Text,
    Json,
    /// The shape of the receiver.
    This,
    /// The shape of the receiver's items.
    Item,
    /// The shape of the items of the receiver's lists.
    Inner,
    /// The shape of the value in a `Some` receiver.
    Some,
    /// The shape of a map's keys or values.
    Key,
    Entry,
    /// The shape of the first argument.
    First,
    /// The shape of the closure's result.
    Closure,
    /// The shape of the items of the first argument, a list.
    FirstItem,
    List(&'static ResultShape),
    Option(&'static ResultShape),
    Pair(&'static ResultShape, &'static ResultShape),
}

/// One method on one kind of receiver.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// The kind of value that has the method.
    pub receiver: Receiver,
    /// The names in Rust that have this meaning.
    pub names: &'static [&'static str],
    /// The JSONata form: `$this` is the receiver, `$a` and `$b` are the arguments, `$f` is a
    /// closure. `$one`, `$entry`, `$rust_key`, `$rust_keys`, `$rust_order` and `$text_key` are
    /// replaced by code that depends on the type of the items or keys.
    pub jsonata: &'static str,
    /// The JSONPath form, if there is one.
    pub jsonpath: Option<&'static str>,
    pub(crate) takes: &'static [ArgumentKind],
    pub(crate) gives: ResultShape,
    /// JSONata returns nothing where Rust returns `None`.
    pub(crate) maybe: bool,
    /// The receiver may have the form that JSONata's functions return: a single item unwrapped, an
    /// empty list as nothing.
    pub(crate) streams: bool,
    /// The receiver is a set; order and repetition do not change the result.
    pub(crate) unordered: bool,
}

const fn row(
    receiver: Receiver,
    names: &'static [&'static str],
    takes: &'static [ArgumentKind],
    gives: ResultShape,
    jsonata: &'static str,
) -> Method {
    Method {
        receiver,
        names,
        jsonata,
        jsonpath: None,
        takes,
        gives,
        maybe: false,
        streams: false,
        unordered: false,
    }
}

impl Receiver {
    /// Whether it is a list or an iterator.
    pub(crate) fn is_list(self) -> bool {
        matches!(
            self,
            Receiver::List
                | Receiver::Numbers
                | Receiver::Texts
                | Receiver::Lists
                | Receiver::Options
        )
    }
}

impl Method {
    const fn jsonpath(mut self, form: &'static str) -> Method {
        self.jsonpath = Some(form);
        self
    }

    const fn maybe(mut self) -> Method {
        self.maybe = true;
        self
    }

    const fn streams(mut self) -> Method {
        self.streams = true;
        self
    }

    const fn unordered(mut self) -> Method {
        self.unordered = true;
        self
    }

    /// Whether a value of that shape has this method.
    pub(crate) fn applies_to(&self, shape: &Shape) -> bool {
        let shape = shape.plain();
        let item = || shape.item().plain();
        match self.receiver {
            Receiver::List => shape.is_list(),
            Receiver::Numbers => {
                shape.is_list() && (item().is_number() || matches!(item(), Shape::Any))
            }
            Receiver::Texts => shape.is_list() && matches!(item(), Shape::String | Shape::Any),
            Receiver::Lists => shape.is_list() && item().is_list(),
            Receiver::Options => shape.is_list() && matches!(item(), Shape::Option(_)),
            Receiver::Map => matches!(shape, Shape::Map(_)),
            Receiver::SortedMap => matches!(shape, Shape::Map(map) if map.sorted),
            Receiver::Text => matches!(shape, Shape::String),
            Receiver::Integer => shape.is_integer(),
            Receiver::Number => shape.is_number(),
            Receiver::Bool => matches!(shape, Shape::Bool),
            Receiver::Option => matches!(shape, Shape::Option(_)),
            Receiver::Json => matches!(shape, Shape::Any),
        }
    }
}

/// Whether a method without arguments returns its receiver, as JSON.
pub(crate) fn is_identity(name: &str) -> bool {
    callable::IDENTITIES.contains(&name)
}

/// Whether a std method without arguments returns a text that equals its receiver in JSON.
pub(crate) fn gives_text(name: &str) -> bool {
    matches!(name, "as_str" | "into_string" | "into_boxed_str")
}

/// Whether a method returns the text that it is called on.
pub(crate) fn is_same_text(name: &str) -> bool {
    is_identity(name) || matches!(name, "to_string" | "into")
}

/// The row for a closure that can fail.
pub(crate) fn with_failing_closure(name: &str, row: &Method) -> Option<&'static Method> {
    let mut rows = WITH_FAILING_CLOSURE.iter();
    rows.find(|other| other.names.contains(&name) && other.receiver == row.receiver)
}

/// How a method treats a lazy iterator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Returns another lazy iterator.
    Later,
    /// Consumes some of the items.
    Some,
    /// Consumes all items.
    All,
}

/// How a method of lists treats a lazy iterator.
pub(crate) fn runs(name: &str) -> Run {
    match name {
        "chain" | "enumerate" | "filter" | "flatten" | "map" | "rev" | "skip" => Run::Later,
        "all" | "any" | "find" | "first" | "get" | "len" | "next" | "nth" | "position" | "take"
        | "zip" => Run::Some,
        _ => Run::All,
    }
}

/// The row of a call: the first row that matches the receiver and the number of arguments.
pub(crate) fn find(name: &str, shape: &Shape, arguments: usize) -> Option<&'static Method> {
    METHODS.iter().find(|row| {
        row.names.contains(&name) && row.takes.len() == arguments && row.applies_to(shape)
    })
}

/// White space as in Rust's `trim`: JavaScript's white space, without U+FEFF and with U+0085.
macro_rules! blanks {
    () => {
        r"(?:[^\S\uFEFF]|\u0085)+"
    };
}

use ArgumentKind as T;
use Receiver as R;
use ResultShape as G;

const ITEM: &[ResultShape] = &[G::Item];
const SOME: &[ResultShape] = &[G::Some];

/// The methods that a workflow expression can call, one row for each kind of receiver.
///
/// Methods that do not change the JSON (`clone`, `iter`, `as_str`, `collect`, ..) are not listed.
#[rustfmt::skip]
pub const METHODS: &[Method] = &[
    // Lists and iterators.
    row(R::List, &["len", "count"], &[], G::Count, "$count($this)").jsonpath("States.ArrayLength($this)").streams(),
    row(R::List, &["is_empty"], &[], G::Bool, "$count($this) = 0").streams().unordered(),
    row(R::List, &["map"], &[T::Closure(ITEM)], G::List(&G::Closure), "[$map($this, $f)]").streams(),
    row(R::List, &["filter"], &[T::Closure(ITEM)], G::List(&G::Item), "[$filter($this, $f)]").streams(),
    row(R::List, &["find"], &[T::Closure(ITEM)], G::Option(&G::Item), "[$filter($this, $f)][0]").maybe().streams(),
    row(R::List, &["any"], &[T::Closure(ITEM)], G::Bool, "true in $map($this, $f)").streams().unordered(),
    row(R::List, &["all"], &[T::Closure(ITEM)], G::Bool, "$not(false in $map($this, $f))").streams().unordered(),
    row(R::List, &["position"], &[T::Closure(ITEM)], G::Option(&G::Count), "$map($this, function($item, $at) { $f($item) ? $at })[0]").maybe().streams(),
    row(R::Numbers, &["sum"], &[], G::Item, "$sum($this)"),
    row(R::Numbers, &["product"], &[], G::Item, "$reduce($this, function($all, $item) { $all * $item }, 1)"),
    row(R::Numbers, &["min"], &[], G::Option(&G::Item), "$min($this)").maybe().unordered(),
    row(R::Numbers, &["max"], &[], G::Option(&G::Item), "$max($this)").maybe().unordered(),
    // `$sort` is stable. Rust returns the first of several minimums and the last of several
    // maximums.
    row(R::List, &["min_by_key"], &[T::Key(ITEM)], G::Option(&G::Item), "$sort($this, function($left, $right) { $f($left) > $f($right) })[0]").maybe(),
    row(R::List, &["max_by_key"], &[T::Key(ITEM)], G::Option(&G::Item), "$sort($this, function($left, $right) { $f($left) > $f($right) })[-1]").maybe(),
    row(R::List, &["first", "next"], &[], G::Option(&G::Item), "$this[0]").maybe().streams(),
    row(R::List, &["last"], &[], G::Option(&G::Item), "$this[-1]").maybe().streams(),
    row(R::List, &["get", "nth"], &[T::Integer], G::Option(&G::Item), "$this[$a]").maybe(),
    row(R::List, &["zip"], &[T::Items], G::List(&G::Pair(&G::Item, &G::FirstItem)), "[$zip($this, $a)]"),
    row(R::List, &["enumerate"], &[], G::List(&G::Pair(&G::Count, &G::Item)), "[$map($this, function($item, $at) { [$at, $one($item)] })]").streams(),
    row(R::List, &["take"], &[T::Integer], G::List(&G::Item), "[$filter($this, function($item, $at) { $at < $a })]").streams(),
    row(R::List, &["skip"], &[T::Integer], G::List(&G::Item), "[$filter($this, function($item, $at) { $at >= $a })]").streams(),
    row(R::List, &["chain"], &[T::Items], G::List(&G::Item), "[$append($this, $a)]"),
    row(R::Lists, &["flatten", "concat"], &[], G::List(&G::Inner), "[$reduce($this, $append, [])]"),
    row(R::Options, &["flatten"], &[], G::List(&G::Inner), "[$filter($this, function($item) { $item != null })]").streams(),
    row(R::List, &["fold"], &[T::Value, T::Closure(&[G::First, G::Item])], G::First, "$reduce($this, $f, $a)"),
    row(R::List, &["rev"], &[], G::List(&G::Item), "$reverse($this)"),
    row(R::Texts, &["concat"], &[], G::Text, "$join($this)"),
    row(R::Texts, &["join"], &[T::Text], G::Text, "$join($this, $a)"),
    // Maps.
    row(R::Map, &["len"], &[], G::Count, "$count($keys($this))"),
    row(R::Map, &["is_empty"], &[], G::Bool, "$this = {}"),
    row(R::Map, &["get"], &[T::Value], G::Option(&G::Entry), "$lookup($this, $text_key($a))").maybe(),
    row(R::Map, &["contains_key"], &[T::Value], G::Bool, "$exists($lookup($this, $text_key($a)))"),
    row(R::SortedMap, &["keys", "into_keys"], &[], G::List(&G::Key), "[$rust_order($rust_keys($keys($this)))]"),
    row(R::SortedMap, &["values", "into_values"], &[], G::List(&G::Entry), "[$map($rust_order($rust_keys($keys($this))), function($key) { $lookup($this, $text_key($key)) })]"),
    row(R::SortedMap, &["iter", "into_iter"], &[], G::List(&G::Pair(&G::Key, &G::Entry)), "[$map($rust_order($rust_keys($keys($this))), function($key) { [$key, $entry($lookup($this, $text_key($key)))] })]"),
    row(R::Map, &["keys", "into_keys"], &[], G::List(&G::Key), "[$rust_keys($keys($this))]"),
    row(R::Map, &["values", "into_values"], &[], G::List(&G::Entry), "[$each($this, function($value) { $value })]"),
    row(R::Map, &["iter", "into_iter"], &[], G::List(&G::Pair(&G::Key, &G::Entry)), "[$each($this, function($value, $key) { [$rust_key($key), $entry($value)] })]"),
    // Texts.
    row(R::Text, &["is_empty"], &[], G::Bool, "$this = ''"),
    row(R::Text, &["starts_with"], &[T::Text], G::Bool, "$substring($this, 0, $length($a)) = $a"),
    row(R::Text, &["ends_with"], &[T::Text], G::Bool, "$substring($this, $length($this) - $length($a)) = $a"),
    row(R::Text, &["to_uppercase"], &[], G::Text, "$uppercase($this)"),
    row(R::Text, &["to_lowercase"], &[], G::Text, "$lowercase($this)"),
    row(R::Text, &["trim"], &[], G::Text, concat!("$replace($this, /^", blanks!(), "|", blanks!(), "$/, '')")),
    row(R::Text, &["trim_start"], &[], G::Text, concat!("$replace($this, /^", blanks!(), "/, '')")),
    row(R::Text, &["trim_end"], &[], G::Text, concat!("$replace($this, /", blanks!(), "$/, '')")),
    row(R::Text, &["replace"], &[T::Text, T::Text], G::Text, "$replace($this, $a, $b)"),
    row(R::Text, &["strip_prefix"], &[T::Text], G::Option(&G::Text), "$substring($this, 0, $length($a)) = $a ? $substring($this, $length($a))").maybe(),
    row(R::Text, &["strip_suffix"], &[T::Text], G::Option(&G::Text), "$substring($this, $length($this) - $length($a)) = $a ? $substring($this, 0, $length($this) - $length($a))").maybe(),
    row(R::Text, &["split_once"], &[T::Text], G::Option(&G::Pair(&G::Text, &G::Text)), "$contains($this, $a) ? [$substringBefore($this, $a), $substringAfter($this, $a)]").maybe(),
    row(R::Text, &["split"], &[T::Text], G::List(&G::Text), "$split($this, $a)"),
    // Numbers.
    row(R::Number, &["abs"], &[], G::This, "$abs($this)"),
    row(R::Number, &["floor"], &[], G::This, "$floor($this)"),
    row(R::Number, &["ceil"], &[], G::This, "$ceil($this)"),
    // Rust rounds halves away from zero; `$round` rounds them to even.
    row(R::Number, &["round"], &[], G::This, "$this % 1 = 0.5 ? $ceil($this) : $this % 1 = -0.5 ? $floor($this) : $round($this)"),
    row(R::Number, &["trunc"], &[], G::This, "$this - $this % 1"),
    row(R::Number, &["sqrt"], &[], G::This, "$sqrt($this)"),
    row(R::Integer, &["signum"], &[], G::This, "$this > 0 ? 1 : $this < 0 ? -1 : 0"),
    row(R::Number, &["pow", "powi", "powf"], &[T::Value], G::This, "$power($this, $a)"),
    row(R::Number, &["min"], &[T::Value], G::This, "$min([$this, $a])"),
    row(R::Number, &["max"], &[T::Value], G::This, "$max([$this, $a])"),
    row(R::Number, &["clamp"], &[T::Value, T::Value], G::This, "$max([$a, $min([$b, $this])])"),
    // Conditions.
    row(R::Bool, &["then_some"], &[T::Value], G::Option(&G::First), "$this ? $a : null"),
    row(R::Bool, &["then"], &[T::Closure(&[])], G::Option(&G::Closure), "$this ? $f() : null"),
    // Options.
    row(R::Option, &["is_some"], &[], G::Bool, "$this != null"),
    row(R::Option, &["is_none"], &[], G::Bool, "$not($this != null)"),
    row(R::Option, &["is_some_and"], &[T::Closure(SOME)], G::Bool, "$this != null and $f($this)"),
    row(R::Option, &["is_none_or"], &[T::Closure(SOME)], G::Bool, "$this != null ? $f($this) : true"),
    row(R::Option, &["unwrap_or"], &[T::Value], G::Some, "$this != null ? $this : $a"),
    row(R::Option, &["unwrap_or_else"], &[T::Closure(&[])], G::Some, "$this != null ? $this : $f()"),
    row(R::Option, &["unwrap"], &[], G::Some, "$this != null ? $this : $error('called unwrap on None')"),
    row(R::Option, &["expect"], &[T::Text], G::Some, "$this != null ? $this : $error($a)"),
    row(R::Option, &["map"], &[T::Closure(SOME)], G::Option(&G::Closure), "$this != null ? $f($this) : null"),
    row(R::Option, &["and_then"], &[T::Closure(SOME)], G::Closure, "$this != null ? $f($this) : null"),
    row(R::Option, &["filter"], &[T::Closure(SOME)], G::This, "$this != null and $f($this) ? $this : null"),
    row(R::Option, &["map_or"], &[T::Value, T::Closure(SOME)], G::Closure, "$this != null ? $f($this) : $a"),
    row(R::Option, &["or"], &[T::Value], G::This, "$this != null ? $this : $a"),
    row(R::Option, &["or_else"], &[T::Closure(&[])], G::This, "$this != null ? $this : $f()"),
    row(R::Option, &["flatten"], &[], G::Some, "$this"),
    row(R::Option, &["iter", "into_iter"], &[], G::List(&G::Some), "$this != null ? [$entry($this)] : []"),
    // Values of `serde_json`.
    row(R::Json, &["is_null"], &[], G::Bool, "$this = null"),
    row(R::Json, &["is_string"], &[], G::Bool, "$type($this) = 'string'"),
    row(R::Json, &["is_number"], &[], G::Bool, "$type($this) = 'number'"),
    row(R::Json, &["is_boolean"], &[], G::Bool, "$type($this) = 'boolean'"),
    row(R::Json, &["is_array"], &[], G::Bool, "$type($this) = 'array'"),
    row(R::Json, &["is_object"], &[], G::Bool, "$type($this) = 'object'"),
    row(R::Json, &["as_str"], &[], G::Option(&G::Text), "$type($this) = 'string' ? $this : null"),
    row(R::Json, &["as_f64"], &[], G::Option(&G::Number), "$type($this) = 'number' ? $this : null"),
    row(R::Json, &["as_i64"], &[], G::Option(&G::Integer), "$type($this) = 'number' and $this % 1 = 0 ? $this : null"),
    row(R::Json, &["as_bool"], &[], G::Option(&G::Bool), "$type($this) = 'boolean' ? $this : null"),
    row(R::Json, &["as_array"], &[], G::Option(&G::List(&G::Json)), "$type($this) = 'array' ? $this : null"),
];

/// Checks that the rows agree with the table of `callable`: a method that is lowered has a proof,
/// and a method that is accepted is lowered.
const _: () = {
    let mut at = 0;
    while at < METHODS.len() {
        let mut name = 0;
        while name < METHODS[at].names.len() {
            assert!(
                METHODS[at].receiver.has(METHODS[at].names[name]),
                "no type of this receiver has the method in `callable`"
            );
            name += 1;
        }
        at += 1;
    }
    let mut kind = 0;
    while kind < Kind::ALL.len() {
        assert_lowered(Kind::ALL[kind].by_reference());
        assert_lowered(Kind::ALL[kind].by_value());
        kind += 1;
    }
    assert_lowered(callable::UNIVERSAL);
};

const fn assert_lowered(names: &[&str]) {
    let mut at = 0;
    while at < names.len() {
        let name = names[at];
        let mut lowered =
            callable::has(callable::IDENTITIES, name) || callable::has(callable::CODE, name);
        let mut row = 0;
        while row < METHODS.len() {
            lowered |= callable::has(METHODS[row].names, name);
            row += 1;
        }
        assert!(lowered, "a method of `callable` has no row");
        at += 1;
    }
}

/// Rows that replace the rows of these names when the closure can fail: they evaluate it for the
/// same items as Rust. `$map` and `$filter` evaluate it for all items, and `$sort` does not
/// evaluate it for a single item.
#[rustfmt::skip]
pub(crate) const WITH_FAILING_CLOSURE: &[Method] = &[
    row(R::List, &["any"], &[T::Closure(ITEM)], G::Bool, "$reduce($this, function($found, $item) { $found or $f($item) }, false)"),
    row(R::List, &["all"], &[T::Closure(ITEM)], G::Bool, "$reduce($this, function($all, $item) { $all and $f($item) }, true)"),
    row(R::List, &["find"], &[T::Closure(ITEM)], G::Option(&G::Item), "$reduce($this, function($found, $item) { $found != [] ? $found : $f($item) ? [$one($item)] : [] }, [])[0]").maybe(),
    row(R::List, &["position"], &[T::Closure(ITEM)], G::Option(&G::Count), "$reduce($this, function($found, $item, $at) { $found != [] ? $found : $f($item) ? [$at] : [] }, [])[0]").maybe(),
    row(R::List, &["min_by_key"], &[T::Key(ITEM)], G::Option(&G::Item), "($keys := $map($this, $f); $sort($this, function($left, $right) { $f($left) > $f($right) })[0])").maybe(),
    row(R::List, &["max_by_key"], &[T::Key(ITEM)], G::Option(&G::Item), "($keys := $map($this, $f); $sort($this, function($left, $right) { $f($left) > $f($right) })[-1])").maybe(),
];

/// One character, including a surrogate pair, which JavaScript sees as two.
macro_rules! character {
    () => {
        r"[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S]"
    };
}

/// Rows that replace the rows of these names when the first argument is not a literal, or is empty.
/// In Rust an empty text matches before, between and after all characters; JSONata rejects it.
#[rustfmt::skip]
pub(crate) const WITH_EMPTY_TEXT: &[Method] = &[
    row(R::Text, &["replace"], &[T::Text, T::Text], G::Text, concat!("$a = '' ? $b & $replace($this, /", character!(), "/, function($m) { $m.match & $b }) : $replace($this, $a, $b)")),
    row(R::Text, &["split"], &[T::Text], G::List(&G::Text), concat!("$a = '' ? $append($append('', $match($this, /", character!(), "/).match), '') : $split($this, $a)")),
];

/// The rows of a map's methods when the key may be a property that each JavaScript object inherits,
/// such as `toString`: `$lookup` finds these properties even if the map does not contain the key.
#[rustfmt::skip]
pub(crate) const WITH_ANY_KEY: &[Method] = &[
    row(R::Map, &["get"], &[T::Value], G::Option(&G::Entry), "$text_key($a) in $keys($this) ? $lookup($this, $a) : null"),
    row(R::Map, &["contains_key"], &[T::Value], G::Bool, "$text_key($a) in $keys($this)"),
];

/// The row of `clamp` when the bounds are not two literals: Rust panics if the lower bound is
/// greater than the upper one.
#[rustfmt::skip]
pub(crate) const WITH_ANY_BOUNDS: &[Method] = &[
    row(R::Number, &["clamp"], &[T::Value, T::Value], G::This, "$a > $b ? $error('the bounds of clamp are in the wrong order') : $max([$a, $min([$b, $this])])"),
];
