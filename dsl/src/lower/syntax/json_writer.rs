//! A function in JSONata that writes JSON with all digits of its numbers.

/// A function that writes a value as JSON.
///
/// For a number with more digits than `$string` writes, it tries numbers of decimals until the text
/// has the value of the number: that is the shortest text with the value, as Rust and JavaScript
/// write it.
pub(in crate::lower) const WRITE_JSON: &str = concat!(
    "function($v) {(",
    "$decimals := function($v, $n) {($t := $formatNumber($v, $pad('0.', $n + 2, '#')); ",
    "$number($t) = $v or $n > 98 ? $t : $decimals($v, $n + 1))}; ",
    "$write := function($v) {",
    "$type($v) = 'number' ? ",
    "($floor($v) = $v ? $formatBase($v) : $number($string($v)) = $v ? $string($v) : $decimals($v, 1)) : ",
    "$type($v) = 'array' ? '[' & $join($map($v, function($v) {$write($v)}), ',') & ']' : ",
    "$type($v) = 'object' ? ",
    "'{' & $join($each($v, function($v, $k) {$write($k) & ':' & $write($v)}), ',') & '}' : ",
    "($t := $string([$v]); $substring($t, 1, $length($t) - 2))}; ",
    "$write($v))}",
);

/// The names of the functions that it calls: its own, and those of JSONata.
pub(in crate::lower) fn called() -> impl Iterator<Item = &'static str> {
    let words = WRITE_JSON.split('$').skip(1);
    words.filter_map(|word| word.split_once('(').map(|(name, _)| name))
}
