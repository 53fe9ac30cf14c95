//! Floats as decimal text, as Rust writes them.

use super::expression::Lowering;
use crate::lower::code::Code;
use crate::lower::syntax::Syntax;
use crate::lower::syntax::reader;
use crate::shape::Shape;

/// The digits without an exponent. `$string` writes one below `1e-6` and from `1e21` on; Rust
/// writes zeros.
const WITHOUT_EXPONENT: &str = concat!(
    r"$replace($string($this), /(\d)\.?(\d*)e(.)(\d+)/, function($m) { $m.groups[2] = '-' ",
    "? '0.' & $pad('', $number($m.groups[3]) - 1, '0') & $m.groups[0] & $m.groups[1] ",
    ": $pad($m.groups[0] & $m.groups[1], $number($m.groups[3]) + 1, '0') })"
);

/// The message for a number whose digits `$formatNumber` does not write.
pub(super) const TOO_LARGE: &str = "a number from 1e21 on has no decimal places in JSONata";

/// A whole number. A half is exact in binary, and both languages round it to even.
const WHOLE: &str = "$abs($this) >= 1e21 ? $error($message) : $formatNumber($this, $picture)";

/// Decimal places. `$formatNumber` rounds the shortest decimal text of a number, and Rust its
/// binary value. They differ where the text ends with a 5 after the last place: 2.675 is
/// 2.67499999999999982.. in binary. The exact remainder of the nearest half tells on which side of
/// it the number is, and the number is then moved to that side by its last bit.
const PLACES: &str = concat!(
    "($m := $abs($this); $r := $m > 0 ? $round($m * $scale) % $m : 0; $m >= 1e21 ? $error($message) : $formatNumber($this * (",
    "$m > $limit or $r = 0 ? 1 : $r < $m / 2 ? 0.9999999999999998 : 1.0000000000000002), $picture))"
);

impl Lowering<'_, '_> {
    /// The text of a float.
    pub(super) fn float_text(&mut self, number: Code) -> Code {
        if let Syntax::Number(digits) = &number.syntax
            && digits.parse::<f64>().is_ok_and(has_no_exponent)
        {
            return self.call("string", vec![number.syntax], Shape::String);
        }
        let syntax = self.template(WITHOUT_EXPONENT, &[("this", number.syntax)]);
        Code::new(syntax, Shape::String)
    }

    /// The text of a float with this number of decimal places, at most 15.
    pub(super) fn places(&mut self, number: Code, places: usize) -> Code {
        let zeros = "0".repeat(places);
        let picture = match places {
            0 => "0".to_owned(),
            _ => format!("0.{zeros}"),
        };
        self.twice(number, |this, number| {
            let values = [
                ("this", number.syntax.clone()),
                ("message", Syntax::text(TOO_LARGE)),
                ("picture", Syntax::text(picture)),
                ("scale", Syntax::Number(format!("2{zeros}"))),
                // More digits than a float has are not rounded in this way.
                (
                    "limit",
                    Syntax::Number(format!("1{}", "0".repeat(15_usize.saturating_sub(places)))),
                ),
            ];
            let template = if places == 0 { WHOLE } else { PLACES };
            Code::new(this.template(template, &values), Shape::String)
        })
    }

    /// A template with values for its names.
    fn template(&mut self, template: &'static str, values: &[(&str, Syntax)]) -> Syntax {
        let mut syntax = reader::read(template, &mut |name| self.fresh(name));
        for (name, value) in values {
            syntax.replace_variable(name, value);
        }
        syntax
    }
}

/// Whether JSONata writes a number without an exponent.
fn has_no_exponent(number: f64) -> bool {
    number == 0.0 || (1e-6..1e21).contains(&number.abs())
}
