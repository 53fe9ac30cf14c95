//! Folds and nested selections.

use gen_lsp_types::{FoldingRange, FoldingRangeParams, SelectionRange, SelectionRangeParams};

use crate::refusal::Refusal;
use crate::session::Session;

pub(crate) fn folding_ranges(
    session: &mut Session,
    parameters: FoldingRangeParams,
) -> Result<Option<Vec<FoldingRange>>, Refusal> {
    let open = session.document(&parameters.text_document.uri)?;
    let ranges = open.document().folding_ranges().into_iter();
    let lines = ranges.map(|range| open.range(range));
    let folds = lines.filter_map(|range| {
        // The line of the closing bracket stays visible. A block of YAML has none, and its range
        // ends at the start of a line.
        let end_line = match range.end.character {
            0 => range.end.line.checked_sub(1)?,
            _ => range
                .end
                .line
                .checked_sub(1)
                .filter(|_| closes(open.text(), open.offset(range.end)))
                .unwrap_or(range.end.line),
        };
        (end_line > range.start.line).then(|| FoldingRange {
            start_line: range.start.line,
            end_line,
            ..FoldingRange::default()
        })
    });
    Ok(Some(folds.collect()))
}

/// Whether a bracket ends at an offset.
fn closes(text: &str, offset: usize) -> bool {
    text[..offset].ends_with(['}', ']'])
}

pub(crate) fn selection_ranges(
    session: &mut Session,
    parameters: SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>, Refusal> {
    let open = session.document(&parameters.text_document.uri)?;
    let selections = parameters.positions.into_iter().map(|position| {
        let ranges = open.document().selection_ranges(open.offset(position));
        let nested = ranges.into_iter().rev().fold(None, |parent, range| {
            Some(SelectionRange {
                range: open.range(range),
                parent: parent.map(Box::new),
            })
        });
        nested.unwrap_or(SelectionRange {
            range: gen_lsp_types::Range {
                start: position,
                end: position,
            },
            parent: None,
        })
    });
    Ok(Some(selections.collect()))
}
