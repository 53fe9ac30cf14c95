//! How one `{}` of a `format!` is written.

use crate::setters::setters;

/// The side on which a value stands in its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `^`
    Center,
    /// `>`
    Right,
}

/// What stands behind the colon of `{:>8.2}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    pub(crate) fill: char,
    pub(crate) align: Option<Align>,
    /// `+`
    pub(crate) sign: bool,
    /// `0`
    pub(crate) zero: bool,
    pub(crate) width: Option<usize>,
    pub(crate) precision: Option<usize>,
}

impl Default for Spec {
    fn default() -> Self {
        Spec {
            fill: ' ',
            align: None,
            sign: false,
            zero: false,
            width: None,
            precision: None,
        }
    }
}

impl Spec {
    /// `{}`
    #[must_use]
    pub fn new() -> Spec {
        Spec::default()
    }

    setters! { self:
        /// What fills the width; a blank without.
        fill(fill: char) => self.fill = fill;
        /// The side on which the value stands; without, texts stand on the left and numbers on the right.
        align(align: Align) => self.align = Some(align);
        /// A `+` before numbers that are not negative.
        sign() => self.sign = true;
        /// Numbers are filled with zeros, between the sign and the digits.
        zero() => self.zero = true;
        /// How many characters it has at least.
        width(width: usize) => self.width = Some(width);
        /// How many digits a float has behind the point; of a text, how many characters at most.
        precision(precision: usize) => self.precision = Some(precision);
    }
}
