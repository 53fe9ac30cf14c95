//! The rules that produce decimals and values of decimals.

use super::rules::{Rule, rule};

/// Leaves.
pub(super) const LEAVES: &[(&str, &[&str])] = &[
    (
        "D",
        &[
            "i.amount",
            "i.rate",
            "Decimal::ZERO",
            "Decimal::ONE_HUNDRED",
            "Decimal::from(7)",
            "Decimal::new(19, 2)",
            "Decimal::new(-2500, 3)",
        ],
    ),
    ("[D]", &["i.amounts.clone()"]),
    ("?D", &["i.discount"]),
];

/// Rules that produce values from decimals.
pub(super) const RULES: &[Rule] = &[
    rule("decimal add", "D", "‹D› + ‹D›"),
    rule("decimal sub", "D", "‹D› - ‹D›"),
    rule("decimal mul", "D", "‹D› * ‹D›"),
    rule("decimal neg", "D", "-‹D›"),
    rule("decimal abs", "D", "‹D›.abs()"),
    rule("decimal round_dp", "D", "‹D›.round_dp(2)"),
    rule("decimal round_dp 0", "D", "‹D›.round_dp(0)"),
    rule("decimal round_dp n", "D", "‹D›.round_dp(i.places)"),
    rule("decimal round", "D", "‹D›.round()"),
    rule("decimal floor", "D", "‹D›.floor()"),
    rule("decimal ceil", "D", "‹D›.ceil()"),
    rule("decimal trunc", "D", "‹D›.trunc()"),
    rule("decimal normalize", "D", "‹D›.normalize()"),
    rule("decimal min", "D", "‹D›.min(‹~D›)"),
    rule("decimal max", "D", "‹D›.max(‹~D›)"),
    rule(
        "decimal clamp",
        "D",
        "‹D›.clamp(Decimal::from(-1), ‹~D›.abs())",
    ),
    rule("decimal from", "D", "Decimal::from(‹~I›)"),
    rule("decimal new", "D", "Decimal::new(i.large, i.places)"),
    rule("decimal sum", "D", "‹&[D]›.iter().sum::<Decimal>()"),
    rule(
        "decimal sum of items",
        "D",
        "‹&[I]›.iter().map(|‹=&I›| ‹~D›).sum::<Decimal>()",
    ),
    rule(
        "decimal product",
        "D",
        "‹&[D]›.iter().take(2).product::<Decimal>()",
    ),
    rule(
        "decimal fold",
        "D",
        "‹&[D]›.iter().fold(‹~D›, |‹=D›, ‹=&D›| ‹~D›)",
    ),
    rule("decimal least", "?D", "‹&[D]›.iter().min().copied()"),
    rule("decimal most", "?D", "‹&[D]›.iter().max().copied()"),
    rule(
        "decimal max_by_key",
        "?D",
        "‹&[D]›.iter().max_by_key(|‹=&&D›| ‹~D›).copied()",
    ),
    rule("decimal unwrap_or", "D", "‹?D›.unwrap_or(‹~D›)"),
    rule("decimal unwrap_or_default", "D", "‹?D›.unwrap_or_default()"),
    rule("decimal if", "D", "if ‹~B› { ‹~D› } else { ‹~D› }"),
    rule(
        "decimal map",
        "[D]",
        "‹&[D]›.iter().map(|‹=&D›| ‹~D›).collect::<Vec<_>>()",
    ),
    rule(
        "decimal filter",
        "[D]",
        "‹&[D]›.iter().filter(|‹=&&D›| ‹~B›).copied().collect::<Vec<_>>()",
    ),
    rule("decimal is_zero", "B", "‹D›.is_zero()"),
    rule("decimal is_sign_negative", "B", "‹D›.is_sign_negative()"),
    rule("decimal is_sign_positive", "B", "‹D›.is_sign_positive()"),
    rule("decimal lt", "B", "‹D› < ‹D›"),
    rule("decimal eq", "B", "‹D› == ‹D›"),
    rule("decimal contains", "B", "‹&[D]›.contains(&‹D›)"),
    rule("decimal to_string", "T", "‹D›.to_string()"),
    rule("decimal format", "T", "format!(\"{} EUR\", ‹~D›)"),
    rule(
        "decimal precision",
        "T",
        "format!(\"{:.2}|{:.0}|{:+.3}\", ‹~D›, ‹~D›, ‹~D›)",
    ),
    rule(
        "decimal width",
        "T",
        "format!(\"{:9}|{:08}|{:*^9.1}\", ‹~D›, ‹~D›, ‹~D›)",
    ),
    rule(
        "decimal chain option",
        "[D]",
        "‹&[D]›.iter().copied().chain(‹?D›).collect::<Vec<_>>()",
    ),
];
