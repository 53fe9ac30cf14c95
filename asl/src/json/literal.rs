//! The macro `json!`.

/// Builds a [`Json`](crate::json::Json) from JSON syntax. A value may be any expression that
/// `Json::from` accepts. A key may be any expression that `String::from` accepts, in parentheses
/// unless it is a single token.
///
/// ```
/// use stepwright_asl::json;
///
/// let (seconds, more) = (30, vec!["a", "b"]);
/// let state = json!({
///     "Type": "Task",
///     "TimeoutSeconds": seconds * 2,
///     "Parameters": {"none": null, "list": [1, 2.5, -3, true, more], (format!("{}.$", "key")): "$.a"},
/// });
/// assert_eq!(
///     state.to_string(),
///     r#"{"Type":"Task","TimeoutSeconds":60,"Parameters":{"none":null,"list":[1,2.5,-3,true,["a","b"]],"key.$":"$.a"}}"#,
/// );
/// ```
///
/// Values are converted with `Json::from`: infinity and NaN become null. Of duplicate keys, the
/// last value counts.
#[macro_export]
macro_rules! json {
    // The items of an array: [finished ones,] then remaining ones.
    (@items [$($done:expr,)*]) => { $crate::json::Json::Array(::std::vec![$($done,)*]) };
    (@items [$($done:expr,)*] null $(, $($rest:tt)*)?) => {
        $crate::json!(@items [$($done,)* $crate::json!(null),] $($($rest)*)?)
    };
    (@items [$($done:expr,)*] [$($item:tt)*] $(, $($rest:tt)*)?) => {
        $crate::json!(@items [$($done,)* $crate::json!([$($item)*]),] $($($rest)*)?)
    };
    (@items [$($done:expr,)*] {$($member:tt)*} $(, $($rest:tt)*)?) => {
        $crate::json!(@items [$($done,)* $crate::json!({$($member)*}),] $($($rest)*)?)
    };
    (@items [$($done:expr,)*] $item:expr $(, $($rest:tt)*)?) => {
        $crate::json!(@items [$($done,)* $crate::json!($item),] $($($rest)*)?)
    };
    // The members of an object.
    (@members $object:ident) => {};
    (@members $object:ident $key:tt : null $(, $($rest:tt)*)?) => {
        $object.insert(::std::string::String::from($key), $crate::json!(null));
        $crate::json!(@members $object $($($rest)*)?);
    };
    (@members $object:ident $key:tt : [$($item:tt)*] $(, $($rest:tt)*)?) => {
        $object.insert(::std::string::String::from($key), $crate::json!([$($item)*]));
        $crate::json!(@members $object $($($rest)*)?);
    };
    (@members $object:ident $key:tt : {$($member:tt)*} $(, $($rest:tt)*)?) => {
        $object.insert(::std::string::String::from($key), $crate::json!({$($member)*}));
        $crate::json!(@members $object $($($rest)*)?);
    };
    (@members $object:ident $key:tt : $value:expr $(, $($rest:tt)*)?) => {
        $object.insert(::std::string::String::from($key), $crate::json!($value));
        $crate::json!(@members $object $($($rest)*)?);
    };
    (null) => { $crate::json::Json::Null };
    ([$($item:tt)*]) => { $crate::json!(@items [] $($item)*) };
    ({}) => { $crate::json::Json::Object($crate::json::Object::new()) };
    ({$($member:tt)+}) => {{
        let mut object = $crate::json::Object::new();
        $crate::json!(@members object $($member)+);
        $crate::json::Json::Object(object)
    }};
    ($value:expr) => { $crate::json::Json::from($value) };
}
