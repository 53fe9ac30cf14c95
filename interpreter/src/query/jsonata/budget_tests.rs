//! Attacks on the budget of an evaluation: large arguments of each function and operator. Each
//! evaluation must end, with a result or with the error of the budget. A call that escapes the
//! budget takes minutes or all memory.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::query::TimeBudget;
use crate::query::fixture::Fixture;

use super::limits::MAX_TIME;

/// Calls with large arguments. `$states.input` is that of [`input`]; `$N` and `$T` are the longest
/// array and text, and `$dag` is a list that contains the same list twice, 60 levels deep.
const ATTACKS: &[&str] = &[
    // Functions that compare items.
    "$count($distinct($N))",
    "$count($distinct($states.input.numbers))",
    "$count($distinct($states.input.objects))",
    "$count($distinct($N.[$]))",
    "$count($distinct($N.{'k': $}))",
    "$count($distinct($N.$string($)))",
    "$distinct([$dag, $dag, [$dag]])",
    "$count($keys($merge($N.{$string($): 1})))",
    "$count($keys($states.input.numbers{$string($): $}))",
    "$count($keys($states.input.objects))",
    "$count($keys($N.{$string($): 1}))",
    "$keys($dag)",
    // Values that contain each other.
    "$f($N[0], 60) = $f($N[0], 60)",
    "$dag = $f(1, 60)",
    "[$dag] in [[$dag], $f(1, 60)]",
    "$string($dag)",
    "$string($f(1, 60), true)",
    "$string($f('', 18), true)",
    "$boolean($dag)",
    "$not($dag)",
    "$dag ? 1 : 2",
    "$dag and $dag",
    "$dag.x",
    "$lookup($dag, 'x')",
    "$count($dag.**)",
    "$count($dag.*)",
    "$spread($dag)",
    "$sum($dag)",
    "$max($dag)",
    "$clone($dag)",
    "$dag ~> |$|{'x': 1}|",
    "$type($dag)",
    "$exists($dag)",
    "$error($dag)",
    "$number($dag)",
    "$dag",
    "$flat($dag)",
    "$count($dag)",
    "$dag & ''",
    "$hash($string($dag), 'MD5')",
    "$partition($dag, 1)",
    "$append($dag, $dag) = $append($dag, $f(1, 60))",
    "$merge([$dag])",
    // Long arrays in loops.
    "$count($N.($ in $N))",
    "$count($N[$ in $N])",
    "$count($N.($N = $N))",
    "$count($N.([$N] = [$N]))",
    "$count($N.(($N.$) = ($N.$)))",
    "$reduce($N, function($a, $v) { $append($a, $v) })",
    "$reduce($N, function($a, $v) { [$a, $v] })",
    "$reduce($N, function($a, $v) { $merge([$a, {$string($v): $v}]) }, {})",
    "$reduce($N, function($a, $v) { $a & 'abcdefghij' }, '')",
    "$length($reduce([1..60], function($a, $v) { $a & $a }, 'ab'))",
    "$count($reduce([1..60], function($a, $v) { $append($a, $a) }, [1, 2]))",
    "$count($N.$count($N))",
    "$count($N.$sum($N))",
    "$count($N.$max($N))",
    "$count($N.$min($N))",
    "$count($N.$average($N))",
    "$count($N.$reverse($N))",
    "$count($N.$shuffle($N))",
    "$count($N.$sort($N))",
    "$count($N.$zip($N, $N))",
    "$count($N.$append($N, $N))",
    "$count($N.$filter($N, function($v) { $v > 1 }))",
    "$count($N.$map($N, function($v) { $v }))",
    "$count($N.$single($N, function($v) { $v = 0 }))",
    "$count($N.[1..360000])",
    "$count($N.$range(1, 360000, 1))",
    "$count($N.$partition($N, 1))",
    "$count($N.$string($N))",
    "$count($N.$join($N.$string($)))",
    "$count($N.$exists($N))",
    "$count($N.$boolean($N))",
    "$count($N.$type($N))",
    "$count($N.$N[$ = 3])",
    "$count($N.$N[[1, 2, 3]])",
    "$count($N.$N[$N])",
    "$count($N[$N])",
    "$count($N.($N^($)))",
    "$N^(>$)[0]",
    "$N^($string($), >$)[0]",
    "$N^($,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$,$)[0]",
    "$count($N[$append([1..360144].(0), $)])",
    "$count($N[([1..300000].(5))])",
    "$count($sort($N, function($a, $b) { $a > $b }))",
    "$count($sort($N.$string($)))",
    "$zip($N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N, $N)",
    "$count($N@$a.$N@$b.($a + $b))",
    "$count($N#$i.$N#$j.($i + $j))",
    "$count($states.input.objects.%.objects.%.objects)",
    "$count($N.{$string($): $})",
    "$N{$string($): $count($)}",
    "$N{$string($ % 10): $sum($)}",
    "$count($N.function($x) { $x })",
    "$count($N.{'a': 1, 'b': 2, 'c': 3, 'd': 4})",
    "$count($N.[[[[[[1]]]]]])",
    // Long objects.
    "$count($N.$spread($states.input.big))",
    "$count($N.$keys($states.input.big))",
    "$count($N.$merge([$states.input.big, $states.input.big]))",
    "$count($N.$each($states.input.big, function($v, $k) { $k }))",
    "$count($N.$sift($states.input.big, function($v) { $v = 0 }))",
    "$count($N.$lookup($states.input.big, 'k77'))",
    "$count($N.$clone($states.input.big))",
    "$count($N.($states.input.big ~> |$|{'x': 1}, 'k1'|))",
    "$states.input ~> |objects|{'x': $states.input}|",
    "$count($merge($N.($states.input.big)))",
    "$count($states.input.**.**.**)",
    "$count($states.input.*.*.*)",
    // Long texts.
    "$length($pad('', 1000000000, 'x'))",
    "$length($pad('', -10000000, 'é'))",
    "$count($N.$pad('', 6000000))",
    "[1..1000].$pad($string($), 6000000)",
    "$length($replace($T, 'x', $T))",
    "$length($replace($T, /x/, $T))",
    "$length($replace($T, /x/, 'y'))",
    "$length($replace($T, /x/, function($m) { $T }))",
    "$length($replace($T, /(x)(x)(x)/, '$1$2$3$1$2$3'))",
    "$length($replace($T, /(x+)/, $pad('', 60000, '$1')))",
    "$length($replace($T, /((((((((((((((((((((((((((((((((((((((((((((((((x+))))))))))))))))))))))))))))))))))))))))))))))))/, 'y'))",
    "$count($split($T, ''))",
    "$count($split($T, 'x'))",
    "$count($split($T, /x/))",
    "$count($match($T, /x/))",
    "$count($match($T, /(x)(x)/))",
    "$match($T, /(x+x+)+y/)",
    "$contains($T, /(x+x+)+y/)",
    "$replace($T, /(x|xx)+y/, '')",
    "$replace($T, /((((((((((((((x|xx))))))))))))))+y/, '')",
    "$replace($pad('', 256000, 'x'), /((((((((((((((x|xx))))))))))))))+y/, '')",
    "$split($T, /(.*)*y/)",
    "$contains($T, $T & 'y')",
    "$count($N.$contains($T, 'y'))",
    "$count($N.$length($T))",
    "$count($N.$uppercase($T))",
    "$count($N.$lowercase($T))",
    "$count($N.$trim($T))",
    "$count($N.$substring($T, 5, 10))",
    "$count($N.$substringBefore($T, 'y'))",
    "$count($N.$substringAfter($T, 'y'))",
    "$count($N.$encodeUrl($T))",
    "$count($N.$encodeUrlComponent($T))",
    "$count($N.$decodeUrl($T))",
    "$count($N.$decodeUrlComponent($T))",
    "$count($N.$base64encode($T))",
    "$count($N.$base64decode($T))",
    "$count($N.$hash($T, 'SHA-512'))",
    "$count($N.($T < $T))",
    "$count($N.($T = $T & ''))",
    "$count($N.$number($T))",
    "$join($N.$string($T))",
    "$join($N.$string($), $T)",
    "$count($N.$parse($string($N)))",
    "$parse($join([1..3000000].'1', ','))",
    "$parse('[' & $join($N.'1,1,1') & '1]')",
    "$count($parse('[' & $replace($T, 'x', '[') & ']'))",
    // Numbers and times.
    "$length($formatNumber(1, $pad('', 6000000, '0')))",
    "$length($formatNumber(1, $pad('', 60000, '0,')))",
    "$length($formatInteger(1e15, 'I'))",
    "$length($formatInteger(1e300, 'w'))",
    "$length($formatInteger(1, $pad('', 600000, '0,')))",
    "$parseInteger($T, 'w')",
    "$parseInteger($pad('', 60000, 'one thousand and '), 'w')",
    "$length($formatBase(1e308, 2))",
    "$length($fromMillis(0, $pad('', 600000, '[Y]')))",
    "$length($fromMillis(0, '[Y,1000000000]'))",
    "$length($fromMillis(0, '[f,1000000000]'))",
    "$toMillis($T, '[Y]')",
    "$toMillis($T, $pad('', 6000, '[Y]'))",
    "$toMillis($pad('', 600000, '1'), $pad('', 600, '[Y]'))",
    "$count($N.$toMillis('2020-01-01'))",
    "$count($N.$fromMillis($))",
    "$count($N.$formatNumber($, '#,##0.00'))",
    "$count($N.$formatInteger($, 'w'))",
    "$count($N.$formatBase($, 2))",
    "$count($N.$round($, -10))",
    "$round(1.5, 1000000000)",
    "$power(10, 308)",
    "$count($N.$power($, 2))",
    "$count($N.$sqrt($))",
    "$count($N.$abs($))",
    "$count($N.$floor($))",
    "$count($N.$ceil($))",
    "$count($N.$random())",
    "$count($N.$uuid())",
    "$count($N.$now())",
    "$count($N.$millis())",
    "$count($N.$not($))",
    "$count($N.$assert(true))",
    "$count($N.$assert($dag))",
    // Endless recursion.
    "($g := function($x) { $g($x) }; $g(1))",
    "($g := function($x) { $g([$x]) }; $g(1))",
    "($g := function($x) { $g([$x, $x]) }; $g(1))",
    "($g := function($x) { $g({'a': $x, 'b': $x}) }; $g(1))",
    "($g := function($x) { $g($x & $x) }; $g('ab'))",
    "($g := function($x) { $map([1, 2], $g) }; $g(1))",
    "($g := function($x) { 1 + $g($x) }; $g(1))",
    "($g := function($x) { $g(function() { $x }) }; $g(1))",
    // Functions as values.
    "$count($map($N, $distinct))",
    "$count($map($N.[$N], $distinct))",
    "$count(($N ~> $distinct))",
    "($d := $distinct; $count($d($N)))",
    "$count($map([$N, $N, $N], $keys))",
    "$eval('$N')",
    "$count($N ~> $map(function($v) { $N ~> $distinct }))",
];

/// Large values, of 256 KiB together.
fn input() -> String {
    let mut text = String::from("{\"numbers\":[0");
    for number in 1..12_000 {
        let _written = write!(text, ",{number}");
    }
    text.push_str("],\"objects\":[{}");
    for number in 0..3_000 {
        let _written = write!(text, ",{{\"k{number}\":{number},\"same\":[1,2]}}");
    }
    text.push_str("],\"big\":{\"k\":0");
    for number in 0..6_000 {
        let _written = write!(text, ",\"k{number}\":{number}");
    }
    text.push_str("}}");
    text
}

/// Returns the expression with the definitions of its large values.
fn attack(call: &str) -> String {
    format!(
        "($N := [1..360144]; $T := $pad('', 3000000, 'x'); \
         $f := function($x, $n) {{ $n = 0 ? $x : $f([[$x], [$x]], $n - 1) }}; \
         $flat := function($x) {{ $x.$ }}; $dag := $f(1, 60); {call})"
    )
}

/// Returns the peak of the memory of this process so far, in MB: 0 if the system does not report
/// it.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0) / 1024
}

#[test]
fn each_function_ends_within_its_budget() {
    let mut fixture = Fixture::new(&input());
    let is_full = std::env::var("STEPWRIGHT_TEST_ATTACKS").is_ok_and(|value| value == "full");
    for call in ATTACKS {
        // The whole time takes long for all attacks: `STEPWRIGHT_TEST_ATTACKS=full` has it.
        let _rest = (!is_full).then(|| TimeBudget::with_rest(MAX_TIME, Duration::from_millis(10)));
        let began = Instant::now();
        let result = fixture.jsonata(&attack(call));
        let took = began.elapsed();
        let shown = match &result {
            Ok(value) => value.chars().take(40).collect::<String>(),
            Err(cause) => cause.chars().take(120).collect(),
        };
        println!("{took:>10.2?} {:>4} MB {call} -> {shown}", peak());
        if is_full {
            assert!(took < 2 * MAX_TIME, "{call} took {took:?}");
            assert!(peak() < 600, "{call} needs {} MB", peak());
        }
    }
}

#[test]
fn values_that_are_nested_deep_and_share_values_are_dropped() {
    let mut fixture = Fixture::new("1");
    for (nested, kind) in [
        ("[[$x], [$x]]", "array"),
        ("{'a': $x, 'b': $x}", "object"),
        ("function() { $x }", "function"),
        ("$append($x, ?)", "function"),
        ("[$x].function() { 1 }", "function"),
    ] {
        let source = format!(
            "$type($reduce([1..20000], function($x, $n) {{ {nested} }}, [function() {{ 1 }}]))"
        );
        assert_eq!(
            fixture.jsonata(&source),
            Ok(format!("\"{kind}\"")),
            "{nested}"
        );
    }
}

#[test]
fn the_attacks_call_all_functions() {
    let mut missing: BTreeSet<&str> = jlens_core::function_catalog()
        .iter()
        .map(|function| function.name)
        .chain(["partition", "range", "hash", "random", "uuid", "parse"])
        .collect();
    missing.retain(|name| {
        let call = format!("${name}");
        !ATTACKS.iter().any(|attack| {
            let mut calls = attack.match_indices(&call);
            calls.any(|(at, _)| !attack[at + call.len()..].starts_with(char::is_alphanumeric))
        })
    });
    assert!(missing.is_empty(), "{missing:?}");
}
