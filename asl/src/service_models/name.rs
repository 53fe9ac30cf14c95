//! The names of members and errors in a definition.

/// The name that optimized integrations use: the API's own name with a capital.
pub fn optimized(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The words that are no names of members in Java. The AWS SDK for Java 2 appends `Value` to a
/// member with such a name, in any case: `DefaultNamingStrategy` in its code generator.
const JAVA_KEYWORDS: &[&str] = &[
    "abstract",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "goto",
    "if",
    "implements",
    "import",
    "instanceof",
    "int",
    "interface",
    "long",
    "native",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "true",
    "try",
    "void",
    "volatile",
    "while",
];

/// The names of methods that each structure of the SDK has.
const JAVA_METHODS: &[&str] = &[
    "equals",
    "finalize",
    "getClass",
    "hashCode",
    "notify",
    "notifyAll",
    "toString",
    "wait",
    "builder",
    "sdkFields",
    "toBuilder",
    "overrideConfiguration",
    "sdkHttpResponse",
];

/// The name that AWS SDK integrations use, as the AWS SDK for Java 2 writes it: `DBInstance` is
/// `DbInstance`, `ARN` is `Arn`, `ETag` stays, and `Equals`, which is the name of a method, is
/// `EqualsValue`.
pub(super) fn sdk(name: &str) -> String {
    let lowered = uncapitalized(name);
    let is_keyword = |keyword: &&str| lowered.eq_ignore_ascii_case(keyword);
    let is_reserved =
        JAVA_KEYWORDS.iter().any(is_keyword) || JAVA_METHODS.contains(&lowered.as_str());
    if is_reserved {
        optimized(&format!("{lowered}Value"))
    } else {
        optimized(&lowered)
    }
}

/// The name of an error in the SDKs for Java: `DbInstanceNotFoundException` for
/// `DBInstanceNotFoundFault`.
pub fn exception(name: &str) -> String {
    let base = name.strip_suffix("Fault").unwrap_or(name);
    let base = optimized(&uncapitalized(base));
    if base.ends_with("Exception") {
        base
    } else {
        format!("{base}Exception")
    }
}

/// Lowers the first word, as the SDK does for the names of methods: `DBInstance` is `dbInstance`.
fn uncapitalized(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_upper = |at: usize| letters.get(at).is_some_and(char::is_ascii_uppercase);
    let is_lower = |at: usize| letters.get(at).is_some_and(char::is_ascii_lowercase);
    let mut end = 1;
    while is_upper(end) && !is_lower(end + 1) {
        end += 1;
    }
    let lowered = letters.iter().enumerate().map(|(at, letter)| match at {
        _ if at < end => letter.to_ascii_lowercase(),
        _ => *letter,
    });
    lowered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_sdk_for_java() {
        for (api, expected) in [
            ("DBInstanceIdentifier", "DbInstanceIdentifier"),
            ("ARN", "Arn"),
            ("ETag", "ETag"),
            ("MD5OfMessageBody", "Md5OfMessageBody"),
            ("SSEKMSKeyId", "SsekmsKeyId"),
            ("queryId", "QueryId"),
            ("BOOL", "Bool"),
            ("SS", "Ss"),
            ("M", "M"),
            ("Equals", "EqualsValue"),
            ("default", "DefaultValue"),
            ("Wait", "WaitValue"),
            ("Defaults", "Defaults"),
            ("a", "A"),
            ("", ""),
        ] {
            assert_eq!(sdk(api), expected);
        }
        for (api, expected) in [
            ("NoSuchKey", "NoSuchKeyException"),
            ("DBInstanceNotFoundFault", "DbInstanceNotFoundException"),
            (
                "ConditionalCheckFailedException",
                "ConditionalCheckFailedException",
            ),
        ] {
            assert_eq!(exception(api), expected);
        }
        assert_eq!(optimized("taskArn"), "TaskArn");
        assert_eq!(optimized("MD5OfMessageBody"), "MD5OfMessageBody");
    }
}
