//! Conversions of models from and to JSON.

/// Implements serde's traits and `FromStr` for a type with `from_json`, `from_value` and
/// `to_value`.
macro_rules! json_text {
    ($model:ident) => {
        impl serde::Serialize for $model {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.to_value().serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $model {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<$model, D::Error> {
                let json = Json::deserialize(from)?;
                $model::from_value(&json).map_err(serde::de::Error::custom)
            }
        }

        impl std::str::FromStr for $model {
            type Err = Diagnostics;

            fn from_str(text: &str) -> Result<$model, Diagnostics> {
                $model::from_json(text)
            }
        }
    };
}
pub(super) use json_text;
