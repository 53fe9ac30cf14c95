//! Draws a progress bar of fixed width with ASCII characters.

/// The inner width of a bar.
const WIDTH: u64 = 20;

/// Returns a bar that shows how many items of a total are done. `[==========>         ]`
pub(super) fn bar(done: u64, total: u64) -> String {
    let filled = match total {
        0 => 0,
        // A total may still grow, and may then be smaller than the number of items that are done.
        total => u128::from(done.min(total)) * u128::from(WIDTH) / u128::from(total),
    };
    let filled = usize::try_from(filled).unwrap_or_default();
    let head = if filled < WIDTH as usize { ">" } else { "" };
    let width = WIDTH as usize;
    let arrow = format!("{}{head}", "=".repeat(filled));
    format!("[{arrow:width$}]")
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_is_filled_in_proportion() {
        assert_eq!(bar(0, 10), "[>                   ]");
        assert_eq!(bar(5, 10), "[==========>         ]");
        assert_eq!(bar(10, 10), "[====================]");
    }

    #[test]
    fn any_numbers_have_a_bar_of_the_same_width() {
        for (done, total) in [(0, 0), (7, 3), (u64::MAX - 1, u64::MAX), (1, u64::MAX)] {
            assert_eq!(bar(done, total).len(), 22, "{done} of {total}");
        }
    }
}
