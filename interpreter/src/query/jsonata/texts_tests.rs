//! Texts of numbers against npm `jsonata` 2.0.6.

use super::texts::to_15_digits;
use crate::query::fixture::Fixture;

/// The input of the expressions.
const INPUT: &str = r#"{"n":1700000000123456,"m":-1234567890123456,"max":9007199254740991,"half":1000000000000005,"f":0.30000000000000004,"sixteen":123456789012345.67,"big":1e+21,"small":1.5e-7,"one":1,"list":[1700000000123456,[12345678901234568]],"order":{"id":1700000000123456,"lines":[{"price":0.7999999999999999}]}}"#;

/// Expressions, and their results in npm `jsonata` 2.0.6.
pub(super) const REFERENCE: &[(&str, &str)] = &[
    (r#"$string($states.input.n)"#, r#""1700000000123460""#),
    (
        r#"'order ' & $states.input.n"#,
        r#""order 1700000000123460""#,
    ),
    (r#"$states.input.m & ''"#, r#""-1234567890123460""#),
    (
        r#"$states.input.n & $states.input.n"#,
        r#""17000000001234601700000000123460""#,
    ),
    (r#"$string($states.input.max)"#, r#""9007199254740990""#),
    (r#"$string($states.input.half)"#, r#""1000000000000010""#),
    (
        r#"$states.input.f & '|' & $states.input.sixteen"#,
        r#""0.3|123456789012346""#,
    ),
    (
        r#"$string([$states.input.big, $states.input.small, $states.input.one])"#,
        r#""[1e+21,1.5e-7,1]""#,
    ),
    (
        r#"$string($states.input.list)"#,
        r#""[1700000000123460,[12345678901234600]]""#,
    ),
    (
        r#"'' & $states.input.order"#,
        r#""{\"id\":1700000000123460,\"lines\":[{\"price\":0.8}]}""#,
    ),
    (
        r#"$string($states.input.order, true)"#,
        r#""{\n  \"id\": 1700000000123460,\n  \"lines\": [\n    {\n      \"price\": 0.8\n    }\n  ]\n}""#,
    ),
    (
        r#"$states.input.order.id.$string()"#,
        r#""1700000000123460""#,
    ),
    (
        r#"$map($states.input.list, $string)"#,
        r#"["1700000000123460","[12345678901234600]"]"#,
    ),
    (r#"$states.input.n ~> $string"#, r#""1700000000123460""#),
    (
        r#"$join([$string($states.input.n), 'x'], '-')"#,
        r#""1700000000123460-x""#,
    ),
    (
        r#"$number($string($states.input.n))"#,
        r#"1700000000123460"#,
    ),
    (
        r#"{$string($states.input.n): 1}"#,
        r#"{"1700000000123460":1}"#,
    ),
    (r#"$formatBase($states.input.n)"#, r#""1700000000123456""#),
    (
        r#"$formatNumber($states.input.n, '#,##0')"#,
        r#""1,700,000,000,123,456""#,
    ),
    (r#"$round($states.input.n, -2)"#, r#"1700000000123500"#),
    (r#"$length($string($states.input.m))"#, r#"17"#),
    (
        r#"$clone($states.input.order)"#,
        r#"{"id":1700000000123460,"lines":[{"price":0.8}]}"#,
    ),
    (
        r#"$states.input.order ~> |lines|{'n': 1}|"#,
        r#"{"id":1700000000123460,"lines":[{"price":0.8,"n":1}]}"#,
    ),
    (
        r#"$reduce([$states.input.n, $states.input.m], function($l, $r) { $l & $r })"#,
        r#""1700000000123460-1234567890123460""#,
    ),
    (
        r#"$string($states.input.n - 1) = $string($states.input.n)"#,
        r#"true"#,
    ),
    (
        r#"'a' & $states.input.missing & null & true & []"#,
        r#""anulltrue[]""#,
    ),
    (r#"$string($sum) & 'f'"#, r#""f""#),
    (r#"$string($states.input.missing)"#, r#"undefined"#),
    (r#"$clone(1)"#, r#"error T0410"#),
    (r#"$string('a', 'b')"#, r#"error T0410"#),
];

#[test]
fn expressions_return_the_results_of_jsonata_2_0_6() {
    let mut fixture = Fixture::new(INPUT);
    for (expression, expected) in REFERENCE {
        let given = match fixture.jsonata(expression) {
            Ok(given) => given,
            Err(error) if error.contains("undefined") => "undefined".to_owned(),
            Err(error) => {
                let code = error.split("evaluation. ").nth(1).unwrap_or(&error);
                format!("error {}", code.split(':').next().unwrap_or_default())
            }
        };
        assert_eq!(given, *expected, "{expression}");
    }
}

#[test]
fn numbers_are_rounded_to_15_digits_as_by_to_precision() {
    for (number, expected) in [
        (0.1 + 0.2, 0.3),
        (1_700_000_000_123_456.0, 1_700_000_000_123_460.0),
        (-1_700_000_000_123_456.0, -1_700_000_000_123_460.0),
        // Halves.
        (1_000_000_000_000_005.0, 1_000_000_000_000_010.0),
        (100_000_000_000_000.5, 100_000_000_000_001.0),
        (-100_000_000_000_000.5, -100_000_000_000_001.0),
        (9_007_199_254_740_991.0, 9_007_199_254_740_990.0),
        (999_999_999_999_999.0, 999_999_999_999_999.0),
        (9_999_999_999_999_999.0, 1e16),
        (1e21, 1e21),
        (1e-7, 1e-7),
        (f64::MIN_POSITIVE, 2.225_073_858_507_2e-308),
        (5e-324, 5e-324),
    ] {
        assert_eq!(to_15_digits(number), expected, "{number}");
    }
}
