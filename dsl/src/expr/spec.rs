//! How one `{}` of a `format!` is written.

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

    /// What fills the width; a blank without.
    #[must_use]
    pub fn fill(mut self, fill: char) -> Spec {
        self.fill = fill;
        self
    }

    /// The side on which the value stands; without, texts stand on the left and numbers on the right.
    #[must_use]
    pub fn align(mut self, align: Align) -> Spec {
        self.align = Some(align);
        self
    }

    /// A `+` before numbers that are not negative.
    #[must_use]
    pub fn sign(mut self) -> Spec {
        self.sign = true;
        self
    }

    /// Numbers are filled with zeros, between the sign and the digits.
    #[must_use]
    pub fn zero(mut self) -> Spec {
        self.zero = true;
        self
    }

    /// How many characters it has at least.
    #[must_use]
    pub fn width(mut self, width: usize) -> Spec {
        self.width = Some(width);
        self
    }

    /// How many digits a float has behind the point; of a text, how many characters at most.
    #[must_use]
    pub fn precision(mut self, precision: usize) -> Spec {
        self.precision = Some(precision);
        self
    }
}
