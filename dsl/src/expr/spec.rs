//! The format of one `{}` of a `format!`.

use stepwright_asl::setters;

/// The alignment of a value in its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `^`
    Center,
    /// `>`
    Right,
}

/// The format after the colon of `{:>8.2}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
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
    pub fn new() -> Spec {
        Spec::default()
    }

    setters! { self:
        /// The fill character; a blank by default.
        fill(fill: char) => self.fill = fill;
        /// The alignment; by default texts are aligned left and numbers right.
        align(align: Align) => self.align = Some(align);
        /// Writes a `+` before numbers that are not negative.
        sign() => self.sign = true;
        /// Pads numbers with zeros between the sign and the digits.
        zero() => self.zero = true;
        /// The minimum number of characters.
        width(width: usize) => self.width = Some(width);
        /// The number of digits after the decimal point of a float; the maximum number of
        /// characters of a text.
        precision(precision: usize) => self.precision = Some(precision);
    }
}
