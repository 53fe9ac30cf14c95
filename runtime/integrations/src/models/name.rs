//! The names of members in a definition.

/// The name that optimized integrations use: the API's own name with a capital.
pub(crate) fn optimized(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The name that AWS SDK integrations use, as the AWS SDK for Java 2 writes it: `DBInstance` is `DbInstance`, `ARN` is `Arn`, `ETag` stays.
pub(crate) fn sdk(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_upper = |at: usize| letters.get(at).is_some_and(char::is_ascii_uppercase);
    let is_lower = |at: usize| letters.get(at).is_some_and(char::is_ascii_lowercase);
    let mut end = 1;
    while is_upper(end) && !is_lower(end + 1) {
        end += 1;
    }
    let lowered = letters.iter().enumerate().map(|(at, letter)| match at {
        0 => letter.to_ascii_uppercase(),
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
            ("a", "A"),
            ("", ""),
        ] {
            assert_eq!(sdk(api), expected);
        }
        assert_eq!(optimized("taskArn"), "TaskArn");
        assert_eq!(optimized("MD5OfMessageBody"), "MD5OfMessageBody");
    }
}
