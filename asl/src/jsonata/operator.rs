//! JSONata's binary operators, and the binding powers of the reference implementation.

/// How tightly the parts of an expression bind. A part is in parentheses where a higher power is
/// needed.
pub mod power {
    /// Any expression.
    pub const LOOSE: u8 = 0;
    /// `? :`
    pub const CONDITIONAL: u8 = 20;
    pub(super) const RANGE: u8 = 22;
    pub(super) const OR: u8 = 25;
    pub(super) const AND: u8 = 30;
    /// Comparisons, `in`, and the operators that JSONata's grammar treats like them.
    pub(crate) const COMPARISON: u8 = 40;
    /// `+`, `-` and `&`.
    pub const SUM: u8 = 50;
    pub(super) const PRODUCT: u8 = 60;
    /// `-` before a value, and grouping.
    pub const NEGATION: u8 = 70;
    /// A path, a call, a literal.
    pub const ATOM: u8 = 100;
}

macro_rules! operators {
    ($($name:ident $symbol:literal $power:ident;)*) => {
        /// An operator between two operands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operator {
            $(#[doc = concat!("`", $symbol, "`")] $name,)*
        }

        impl Operator {
            /// All operators.
            pub const ALL: &[Operator] = &[$(Operator::$name),*];

            /// How it is written.
            pub fn symbol(self) -> &'static str {
                match self {
                    $(Operator::$name => $symbol,)*
                }
            }

            /// How tightly it binds.
            pub fn power(self) -> u8 {
                match self {
                    $(Operator::$name => power::$power,)*
                }
            }
        }
    };
}

// A symbol that begins with another one precedes it.
operators! {
    Range ".." RANGE;
    Or "or" OR;
    And "and" AND;
    In "in" COMPARISON;
    Ne "!=" COMPARISON;
    Le "<=" COMPARISON;
    Ge ">=" COMPARISON;
    Eq "=" COMPARISON;
    Lt "<" COMPARISON;
    Gt ">" COMPARISON;
    Add "+" SUM;
    Sub "-" SUM;
    Concat "&" SUM;
    Mul "*" PRODUCT;
    Div "/" PRODUCT;
    Rem "%" PRODUCT;
}

impl Operator {
    /// The operator with this symbol.
    pub fn from_symbol(symbol: &str) -> Option<Operator> {
        let mut all = Operator::ALL.iter().copied();
        all.find(|operator| operator.symbol() == symbol)
    }

    /// The power that a printed left operand needs. Comparisons do not chain.
    pub fn left_power(self) -> u8 {
        match self.power() {
            power::COMPARISON => power::COMPARISON + 1,
            power => power,
        }
    }

    /// The power that a printed right operand needs: operators are left-associative; `and` and `or`
    /// are associative.
    pub fn right_power(self) -> u8 {
        match self {
            Operator::And | Operator::Or => self.power(),
            _ => self.power() + 1,
        }
    }
}
