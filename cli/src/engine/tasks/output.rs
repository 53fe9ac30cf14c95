//! The output of a command, read in parts of bounded size.

use std::io;

use stepwright_asl::limits::MAX_PAYLOAD_BYTES;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The maximum bytes of a result while it is read. A value of 262,144 bytes can be longer in JSON:
/// spaces, and escapes such as `\u00e4`.
pub(super) const RESULT_BYTES: usize = 4 * MAX_PAYLOAD_BYTES as usize;
/// The bytes of standard error that the cause of a failure can contain. A cause has at most 32,768
/// characters.
const CAUSE_BYTES: usize = 131_072;
/// The bytes of standard error that are logged for one run of a command.
const LOGGED_BYTES: usize = 4 * 1_048_576;
/// A longer line is logged in parts.
const LINE_BYTES: usize = 65_536;
/// The bytes that are read at once.
const PART: usize = 16_384;

/// Reads a result to its end. Returns `None` as soon as it has more than [`RESULT_BYTES`].
pub(super) async fn read_result(
    from: Option<impl AsyncRead + Unpin>,
) -> io::Result<Option<Vec<u8>>> {
    let mut result = Vec::new();
    if let Some(from) = from {
        let mut from = from.take(RESULT_BYTES as u64 + 1);
        while from.read_buf(&mut result).await? > 0 {}
    }
    Ok((result.len() <= RESULT_BYTES).then_some(result))
}

/// Reads standard error to its end, logs its lines, and returns its beginning.
pub(super) async fn read_messages(
    from: Option<impl AsyncRead + Unpin>,
    log: impl Fn(&str),
) -> io::Result<String> {
    let mut log = LineLog::new(log);
    let mut beginning = Vec::new();
    if let Some(mut from) = from {
        let mut part = Vec::with_capacity(PART);
        while from.read_buf(&mut part).await? > 0 {
            let room = CAUSE_BYTES - beginning.len();
            beginning.extend_from_slice(&part[..part.len().min(room)]);
            log.add(&part);
            part.clear();
        }
    }
    log.end();
    Ok(String::from_utf8_lossy(without_partial_character(&beginning)).into_owned())
}

/// Divides text into lines, and logs a limited number of bytes.
struct LineLog<F> {
    log: F,
    /// The beginning of the next line.
    line: Vec<u8>,
    /// How many more bytes are logged.
    left: usize,
}

impl<F: Fn(&str)> LineLog<F> {
    fn new(log: F) -> Self {
        Self {
            log,
            line: Vec::new(),
            left: LOGGED_BYTES,
        }
    }

    fn add(&mut self, part: &[u8]) {
        if self.left == 0 {
            return;
        }
        for line in part.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(line);
            if self.line.ends_with(b"\n") {
                self.write(self.line.len());
            } else if self.line.len() >= LINE_BYTES {
                self.write(without_partial_character(&self.line).len());
            }
            if self.left == 0 {
                (self.log)("this command wrote more to standard error than is logged");
                self.line = Vec::new();
                return;
            }
        }
    }

    fn end(&mut self) {
        if !self.line.is_empty() {
            self.write(self.line.len());
        }
    }

    /// Logs the first bytes of the line.
    fn write(&mut self, length: usize) {
        let text = String::from_utf8_lossy(&self.line[..length]);
        (self.log)(text.trim_end_matches(['\r', '\n']));
        drop(text);
        self.line.drain(..length);
        self.left = self.left.saturating_sub(length);
    }
}

/// Returns the bytes without the first bytes of a character at their end.
fn without_partial_character(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().rposition(|byte| !(0x80..0xc0).contains(byte));
    match start.map(|start| (start, str::from_utf8(&bytes[start..]))) {
        Some((start, Err(error))) if error.error_len().is_none() => &bytes[..start],
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    async fn result(length: usize) -> Option<usize> {
        let bytes = vec![b'x'; length];
        let read = read_result(Some(&bytes[..])).await;
        read.expect("memory can be read").map(|read| read.len())
    }

    #[tokio::test]
    async fn a_result_is_read_up_to_the_limit() {
        assert_eq!(result(0).await, Some(0));
        assert_eq!(result(RESULT_BYTES - 1).await, Some(RESULT_BYTES - 1));
        assert_eq!(result(RESULT_BYTES).await, Some(RESULT_BYTES));
        assert_eq!(result(RESULT_BYTES + 1).await, None);
        let endless = tokio::io::repeat(b'x');
        let read = read_result(Some(endless)).await;
        assert_eq!(read.expect("it can be read"), None);
    }

    async fn messages(bytes: &[u8]) -> (String, Vec<String>) {
        let logged = RefCell::new(Vec::new());
        let log = |line: &str| logged.borrow_mut().push(line.to_owned());
        let read = read_messages(Some(bytes), log).await;
        (read.expect("memory can be read"), logged.into_inner())
    }

    #[tokio::test]
    async fn the_lines_of_standard_error_are_logged_and_its_beginning_is_retained() {
        let (text, lines) = messages("a\r\n\nümlaut\nlast".as_bytes()).await;
        assert_eq!(text, "a\r\n\nümlaut\nlast");
        assert_eq!(lines, ["a", "", "ümlaut", "last"]);
        let (text, lines) = messages(b"\xff\xfe\n").await;
        assert_eq!(
            (&*text, &lines[..]),
            ("\u{fffd}\u{fffd}\n", &["\u{fffd}\u{fffd}".to_owned()][..])
        );
    }

    #[tokio::test]
    async fn a_cut_in_a_character_leaves_no_part_of_it() {
        for shift in 0..4 {
            let mut text = "x".repeat(shift);
            while text.len() < CAUSE_BYTES + LINE_BYTES {
                text.push('𝄞');
            }
            let (read, lines) = messages(text.as_bytes()).await;
            assert!(text.starts_with(&read), "shifted by {shift}");
            assert!(read.len() > CAUSE_BYTES - 4 && read.len() <= CAUSE_BYTES);
            assert_eq!(lines.concat(), text);
            assert!(lines.iter().all(|line| line.len() < LINE_BYTES + PART));
        }
    }

    #[tokio::test]
    async fn endless_messages_take_bounded_memory_and_a_bounded_log() {
        let bytes = vec![b'y'; 3 * LOGGED_BYTES];
        let (read, lines) = messages(&bytes).await;
        assert_eq!(read.len(), CAUSE_BYTES);
        let logged: usize = lines.iter().map(String::len).sum();
        assert!(logged < LOGGED_BYTES + 2 * LINE_BYTES, "{logged}");
        assert!(
            lines
                .last()
                .is_some_and(|last| last.contains("more to standard error"))
        );
    }
}
