//! The integer types of Rust.

/// The type of an integer, which decides where Rust panics because a result leaves the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntegerType {
    /// `i8`
    I8,
    /// `i16`
    I16,
    /// `i32`
    I32,
    /// `i64` and `isize`
    I64,
    /// `u8`
    U8,
    /// `u16`
    U16,
    /// `u32`
    U32,
    /// `u64` and `usize`
    U64,
    /// An unsigned integer of at most 15 digits: a number of items, or a short constant.
    Count,
}

/// The largest number up to which JSON has each integer.
const EXACT: i64 = 1 << 53;

impl IntegerType {
    /// Whether the type has no negative numbers.
    #[must_use]
    pub fn is_unsigned(self) -> bool {
        matches!(
            self,
            IntegerType::U8
                | IntegerType::U16
                | IntegerType::U32
                | IntegerType::U64
                | IntegerType::Count
        )
    }

    /// Whether JSONata writes the text of each of its numbers exactly, which it does up to 15
    /// digits.
    #[must_use]
    pub fn is_short(self) -> bool {
        !matches!(self, IntegerType::I64 | IntegerType::U64)
    }

    /// The target of a conversion such as `u32::from`, which is also that of `as u32`.
    pub(crate) fn of_conversion(path: &str) -> Option<IntegerType> {
        Some(match path.strip_suffix("::from")? {
            "i8" => IntegerType::I8,
            "i16" => IntegerType::I16,
            "i32" => IntegerType::I32,
            "i64" | "isize" => IntegerType::I64,
            "u8" => IntegerType::U8,
            "u16" => IntegerType::U16,
            "u32" => IntegerType::U32,
            "u64" | "usize" => IntegerType::U64,
            _ => return None,
        })
    }

    /// The least and the largest number. The bounds of 64 bits are those of the integers that JSON
    /// has exactly.
    pub(crate) fn bounds(self) -> (i64, i64) {
        match self {
            IntegerType::I8 => (i8::MIN.into(), i8::MAX.into()),
            IntegerType::I16 => (i16::MIN.into(), i16::MAX.into()),
            IntegerType::I32 => (i32::MIN.into(), i32::MAX.into()),
            IntegerType::I64 => (-EXACT, EXACT),
            IntegerType::U8 => (0, u8::MAX.into()),
            IntegerType::U16 => (0, u16::MAX.into()),
            IntegerType::U32 => (0, u32::MAX.into()),
            IntegerType::U64 | IntegerType::Count => (0, EXACT),
        }
    }
}
