//! Numbered fields, and the macro that implements [`Record`] with them.

use super::{DamagedRecord, Record, RecordReader, RecordWriter};

/// The bits of a field's header that contain its length.
const LENGTH_BITS: u32 = 4;
/// The length of a field that has its length after the header: this one, plus the number there.
const LONG: usize = (1 << LENGTH_BITS) - 1;

impl RecordWriter {
    /// Writes a field. Numbers ascend, and 0 is none.
    pub(crate) fn field(&mut self, number: u32, write: impl FnOnce(&mut Self)) {
        debug_assert!(number > 0, "0 ends the fields");
        let start = self.bytes.len();
        write(self);
        let end = self.bytes.len();
        // The length is known now, so the header is written behind the field and moved in front of
        // it.
        let length = end - start;
        (number << LENGTH_BITS | length.min(LONG) as u32).write(self);
        if length >= LONG {
            (length - LONG).write(self);
        }
        let header = self.bytes.len() - end;
        self.bytes[start..].rotate_right(header);
    }

    /// Writes a field, unless its value is that of a missing one.
    pub fn value(&mut self, number: u32, value: &impl Record) {
        if !value.is_absent() {
            self.field(number, |to| value.write(to));
        }
    }

    /// Ends the fields of a structure.
    pub fn end_fields(&mut self) {
        self.byte(0);
    }
}

impl RecordReader<'_> {
    /// Reads the fields of a structure. `read` reads the field with a number, or
    /// [skips](Self::skip) it.
    ///
    /// # Errors
    ///
    /// If the fields are not in the order of their numbers, if `read` does not read the whole
    /// field, or if bytes are missing.
    pub fn fields(
        &mut self,
        mut read: impl FnMut(u32, &mut Self) -> Result<(), DamagedRecord>,
    ) -> Result<(), DamagedRecord> {
        let mut last = 0;
        loop {
            let header = u32::read(self)?;
            if header == 0 {
                return Ok(());
            }
            let (number, short) = (header >> LENGTH_BITS, header as usize & LONG);
            if number <= last {
                return Err(DamagedRecord);
            }
            last = number;
            let length = match short {
                LONG => usize::read(self)?.checked_add(LONG).ok_or(DamagedRecord)?,
                short => short,
            };
            let field = self.take(length)?;
            let after = std::mem::replace(&mut self.rest, field);
            read(number, self)?;
            if !self.is_at_end() {
                return Err(DamagedRecord);
            }
            self.rest = after;
        }
    }

    /// Reads a value into its place.
    pub(crate) fn replace<T: Record>(&mut self, place: &mut T) -> Result<(), DamagedRecord> {
        *place = T::read(self)?;
        Ok(())
    }

    /// Skips a field: its number is unknown, or it belongs to a part that does not exist.
    ///
    /// # Errors
    ///
    /// None: it has the type of what reads a field.
    pub fn skip(&mut self) -> Result<(), DamagedRecord> {
        self.rest = &[];
        Ok(())
    }
}

/// Returns the value of a field, or its default.
///
/// # Errors
///
/// If the field is missing and its type has no value for that.
pub fn required<T: Record>(field: Option<T>) -> Result<T, DamagedRecord> {
    field.or_else(T::absent).ok_or(DamagedRecord)
}

/// Implements [`Record`]: for a struct with the numbers of all of its fields, for an enum with the
/// numbers of its variants and of their fields. The fields of a `tuple` have no numbers, and never
/// change.
macro_rules! record {
    (struct $type:ident {
        $($number:literal => $field:ident),* $(,)?
    }) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::RecordWriter) {
                let Self { $($field),* } = self;
                $(to.value($number, $field);)*
                to.end_fields();
            }

            fn read(
                from: &mut $crate::record::RecordReader<'_>,
            ) -> Result<Self, $crate::record::DamagedRecord> {
                $(let mut $field = None;)*
                from.fields(|number, from| {
                    match number {
                        $($number => $field = Some($crate::record::Record::read(from)?),)*
                        _ => from.skip()?,
                    }
                    Ok(())
                })?;
                Ok(Self {
                    $($field: $crate::record::required($field)?,)*
                })
            }
        }
    };
    (tuple $type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::RecordWriter) {
                let Self { $($field),* } = self;
                $($crate::record::Record::write($field, to);)*
            }

            fn read(
                from: &mut $crate::record::RecordReader<'_>,
            ) -> Result<Self, $crate::record::DamagedRecord> {
                Ok(Self { $($field: $crate::record::Record::read(from)?),* })
            }
        }
    };
    (struct $type:ident ( $($field:ident),* )) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::RecordWriter) {
                let Self($($field),*) = self;
                $($crate::record::Record::write($field, to);)*
            }

            fn read(
                from: &mut $crate::record::RecordReader<'_>,
            ) -> Result<Self, $crate::record::DamagedRecord> {
                $(let $field = $crate::record::Record::read(from)?;)*
                Ok(Self($($field),*))
            }

            fn absent() -> Option<Self> {
                $(let $field = $crate::record::Record::absent()?;)*
                Some(Self($($field),*))
            }

            fn is_absent(&self) -> bool {
                let Self($($field),*) = self;
                true $(&& $crate::record::Record::is_absent($field))*
            }
        }
    };
    (enum $type:ident {
        $($tag:literal => $variant:ident $({
            $($number:literal => $field:ident),* $(,)?
        })? $(( $($value:ident),* ))?),* $(,)?
    }) => {
        impl $crate::record::Record for $type {
            fn write(&self, to: &mut $crate::record::RecordWriter) {
                match self {
                    $(Self::$variant $({ $($field),* })? $(( $($value),* ))? => {
                        to.byte($tag);
                        $(
                            $(to.value($number, $field);)*
                            to.end_fields();
                        )?
                        $($($crate::record::Record::write($value, to);)*)?
                    })*
                }
            }

            fn read(
                from: &mut $crate::record::RecordReader<'_>,
            ) -> Result<Self, $crate::record::DamagedRecord> {
                Ok(match from.byte()? {
                    $($tag => {
                        $(
                            $(let mut $field = None;)*
                            from.fields(|number, from| {
                                match number {
                                    $($number => $field = Some($crate::record::Record::read(from)?),)*
                                    _ => from.skip()?,
                                }
                                Ok(())
                            })?;
                            $(let $field = $crate::record::required($field)?;)*
                        )?
                        $($(let $value = $crate::record::Record::read(from)?;)*)?
                        Self::$variant $({ $($field),* })? $(( $($value),* ))?
                    })*
                    _ => return Err($crate::record::DamagedRecord),
                })
            }
        }
    };
}
pub(crate) use record;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use smol_str::SmolStr;

    use super::*;
    use crate::record::{ReadNodes, TEST_VERSION};
    use crate::value::Value;

    /// A structure of some version.
    #[derive(Clone, Debug, PartialEq)]
    struct Earlier {
        text: SmolStr,
        removed: Value,
        shared: Value,
        list: Vec<Member>,
    }

    /// The same structure of a later version: one field was removed, two were added.
    #[derive(Clone, Debug, PartialEq)]
    struct Later {
        text: SmolStr,
        shared: Value,
        list: Vec<LaterMember>,
        number: i64,
        added: Value,
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Member {
        number: u32,
        removed: Option<SmolStr>,
    }

    #[derive(Clone, Debug, PartialEq)]
    struct LaterMember {
        number: u32,
        kind: Option<Kind>,
    }

    #[derive(Clone, Debug, PartialEq)]
    enum Kind {
        Plain,
        Named { name: SmolStr, count: u32 },
        Pair(u32, Value),
    }

    /// The same type of a later version: a variant has one field more.
    #[derive(Clone, Debug, PartialEq)]
    enum LaterKind {
        Plain,
        Named {
            name: SmolStr,
            count: u32,
            added: bool,
        },
        Pair(u32, Value),
    }

    record!(struct Earlier { 1 => text, 2 => removed, 3 => shared, 20 => list });
    record!(struct Later { 1 => text, 3 => shared, 20 => list, 21 => number, 22 => added });
    record!(struct Member { 1 => number, 2 => removed });
    record!(struct LaterMember { 1 => number, 3 => kind });
    record!(enum Kind { 0 => Plain, 1 => Named { 1 => name, 2 => count }, 2 => Pair(count, value) });

    record!(enum LaterKind { 0 => Plain, 1 => Named { 1 => name, 2 => count, 3 => added }, 2 => Pair(count, value) });

    fn written(record: &impl Record) -> Vec<u8> {
        let mut writer = RecordWriter::default();
        record.write(&mut writer);
        writer.finish(TEST_VERSION)
    }

    fn read<T: Record>(bytes: &[u8]) -> Result<T, DamagedRecord> {
        let reader = RecordReader::new(ReadNodes::default(), bytes, TEST_VERSION);
        let mut reader = reader.map_err(|_| DamagedRecord)?;
        let record = T::read(&mut reader)?;
        if reader.is_at_end() {
            Ok(record)
        } else {
            Err(DamagedRecord)
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Int),
            ".{0,30}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            proptest::collection::vec(inner, 0..4).prop_map(Value::from)
        })
    }

    fn earlier() -> impl Strategy<Value = Earlier> {
        let member = (any::<u32>(), proptest::option::of("[a-z]{0,20}"));
        let list = proptest::collection::vec(member, 0..4);
        (".{0,40}", value(), value(), list, any::<bool>()).prop_map(
            |(text, removed, shared, list, is_shared)| {
                let list = list.into_iter().map(|(number, removed)| Member {
                    number,
                    removed: removed.map(SmolStr::from),
                });
                Earlier {
                    text: text.into(),
                    shared: if is_shared { removed.clone() } else { shared },
                    removed,
                    list: list.collect(),
                }
            },
        )
    }

    fn kind() -> impl Strategy<Value = Kind> {
        prop_oneof![
            Just(Kind::Plain),
            ("[a-z]{0,20}", any::<u32>()).prop_map(|(name, count)| Kind::Named {
                name: name.into(),
                count
            }),
            (any::<u32>(), value()).prop_map(|(count, value)| Kind::Pair(count, value)),
        ]
    }

    fn later() -> impl Strategy<Value = Later> {
        let member = (any::<u32>(), proptest::option::of(kind()));
        let list = proptest::collection::vec(member, 0..4);
        (".{0,40}", value(), list, any::<i64>(), value()).prop_map(
            |(text, shared, list, number, added)| Later {
                text: text.into(),
                shared,
                list: list
                    .into_iter()
                    .map(|(number, kind)| LaterMember { number, kind })
                    .collect(),
                number,
                added,
            },
        )
    }

    proptest! {
        #[test]
        fn a_record_is_read_as_it_was_written(earlier in earlier(), later in later()) {
            prop_assert_eq!(read::<Earlier>(&written(&earlier)), Ok(earlier));
            prop_assert_eq!(read::<Later>(&written(&later)), Ok(later));
        }

        #[test]
        fn unknown_fields_are_skipped_and_missing_fields_have_defaults(earlier in earlier(), later in later()) {
            let expected = Later {
                text: earlier.text.clone(),
                shared: earlier.shared.clone(),
                list: earlier.list.iter().map(|member| LaterMember { number: member.number, kind: None }).collect(),
                number: 0,
                added: Value::Null,
            };
            prop_assert_eq!(read::<Later>(&written(&earlier)), Ok(expected));
            let expected = Earlier {
                text: later.text.clone(),
                removed: Value::Null,
                shared: later.shared.clone(),
                list: later.list.iter().map(|member| Member { number: member.number, removed: None }).collect(),
            };
            prop_assert_eq!(read::<Earlier>(&written(&later)), Ok(expected));
        }

        #[test]
        fn a_variant_with_a_new_field_is_read_with_and_without_it(text in ".{0,40}", count in any::<u32>(), added in any::<bool>()) {
            let name = SmolStr::from(&*text);
            let earlier = Kind::Named { name: name.clone(), count };
            let read_later = LaterKind::Named { name: name.clone(), count, added: false };
            prop_assert_eq!(read(&written(&earlier)), Ok(read_later));
            let later = LaterKind::Named { name: name.clone(), count, added };
            prop_assert_eq!(read(&written(&later)), Ok(earlier));
            prop_assert_eq!(read(&written(&later)), Ok(later));
        }

        #[test]
        fn a_damaged_record_is_an_error_or_another_record(
            later in later(),
            damages in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut bytes = written(&later);
            for (at, byte) in damages {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            // It must not panic.
            let _ = read::<Later>(&bytes);
            let _ = read::<Earlier>(&bytes);
        }
    }

    #[test]
    fn fields_of_each_length_are_read() {
        for length in [0, 1, 13, 14, 15, 16, 126, 127, 128, 16_383, 16_384, 100_000] {
            let text: SmolStr = "x".repeat(length).into();
            let list = vec![Member {
                number: 7,
                removed: Some(text.clone()),
            }];
            let record = Earlier {
                text,
                removed: Value::Null,
                shared: Value::Bool(true),
                list,
            };
            assert_eq!(read(&written(&record)), Ok(record), "{length}");
        }
    }
}
