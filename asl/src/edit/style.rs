//! The style of a text: its indentation, lines and quotes.

use super::source::{Quotes, SourceText};
use crate::json::{Json, ValueMark, ValueSyntax};

/// The style for new values in a text.
#[derive(Debug, Clone)]
pub(super) struct Style {
    /// One level of indentation.
    pub(super) unit: String,
    pub(super) before_colon: String,
    pub(super) after_colon: String,
    /// The whitespace after a comma within a line.
    pub(super) after_comma: &'static str,
    pads_objects: bool,
    pads_arrays: bool,
    /// How objects, arrays with nested collections, and flat arrays are laid out, as counts of the
    /// text's values.
    objects: Spread,
    arrays: Spread,
    lists: Spread,
    /// Whether new values are in block style where it is possible.
    #[cfg(feature = "yaml")]
    pub(super) prefers_block: bool,
    /// Whether collections span several lines if the text has no example.
    spreads_by_default: bool,
    /// The quotes of keys and strings.
    pub(super) keys: Quotes,
    pub(super) texts: Quotes,
    /// The quotes of a string that requires quotes.
    #[cfg(feature = "yaml")]
    pub(super) quotes: Quotes,
    /// The number of spaces between the column of a key and the dashes of its array.
    #[cfg(feature = "yaml")]
    pub(super) dash: usize,
}

/// The number of values of a kind on one line, on several lines, and in block style.
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    line: usize,
    lines: usize,
    #[cfg(feature = "yaml")]
    block: usize,
}

impl Style {
    /// Whether each member or item of such a value has its own line.
    pub(super) fn spreads(&self, json: &Json) -> bool {
        let Spread { line, lines, .. } = self.spread(json);
        lines > line || (lines == line && self.spreads_by_default)
    }

    /// Whether such a value is mostly in flow style where block style would be possible.
    #[cfg(feature = "yaml")]
    pub(super) fn prefers_flow(&self, json: &Json) -> bool {
        let spread = self.spread(json);
        !self.prefers_block && spread.line + spread.lines > spread.block
    }

    /// The style of a new child: its key is quoted like its sibling keys. If those have double
    /// quotes, strings have them too.
    pub(super) fn for_child(&self, source: SourceText<'_>, json: &Json, mark: &ValueMark) -> Style {
        let mut style = self.clone();
        let (Json::Object(members), Some(last)) = (json, mark.children.last()) else {
            return style;
        };
        if let Some(keys) = source.quotes(last.key as usize) {
            style.keys = keys;
        }
        let plain_text = |(json, mark): (&Json, &ValueMark)| {
            json.as_str().is_some() && source.quotes(mark.start as usize) == Some(Quotes::Plain)
        };
        if style.keys == Quotes::Double && !members.values().zip(&mark.children).any(plain_text) {
            style.texts = Quotes::Double;
        }
        style
    }

    /// The style of a new value at the offset of an old one: a string has the quotes of the string
    /// before it.
    pub(super) fn instead(
        &self,
        source: SourceText<'_>,
        old: &Json,
        start: usize,
        new: &Json,
    ) -> Style {
        let mut style = self.clone();
        if let (Json::String(_), Json::String(_)) = (old, new)
            && let Some(quotes) = source.quotes(start)
        {
            style.texts = quotes;
        }
        style
    }

    fn spread(&self, json: &Json) -> Spread {
        match kind(json) {
            StyleKind::Object => self.objects,
            StyleKind::Array => self.arrays,
            StyleKind::List => self.lists,
        }
    }

    /// The whitespace between the brackets and the content on one line.
    pub(super) fn padding(&self, json: &Json) -> &'static str {
        self.padding_of(matches!(json, Json::Object(_)))
    }

    pub(super) fn padding_of(&self, is_object: bool) -> &'static str {
        let pads = if is_object {
            self.pads_objects
        } else {
            self.pads_arrays
        };
        if pads { " " } else { "" }
    }
}

enum StyleKind {
    Object,
    /// An array that contains arrays or objects.
    Array,
    /// An array of scalars.
    List,
}

fn kind(json: &Json) -> StyleKind {
    match json {
        Json::Array(items) => {
            let nests = |item: &Json| matches!(item, Json::Array(_) | Json::Object(_));
            if items.iter().any(nests) {
                StyleKind::Array
            } else {
                StyleKind::List
            }
        }
        _ => StyleKind::Object,
    }
}

/// Counts the uses of each spelling. The most frequent one wins; of equals, the one seen first.
struct Votes<T>(Vec<(T, usize)>);

impl<T: PartialEq> Votes<T> {
    fn new() -> Votes<T> {
        Votes(Vec::new())
    }

    fn add(&mut self, vote: T) {
        if let Some((_, count)) = self.0.iter_mut().find(|(other, _)| *other == vote) {
            *count += 1;
        } else if self.0.len() < 16 {
            // More spellings are not realistic. A text with a different spelling for each value
            // must not take quadratic time.
            self.0.push((vote, 1));
        }
    }

    fn winner(self, default: T) -> T {
        let most = self.0.iter().map(|(_, count)| *count).max();
        self.0
            .into_iter()
            .find(|(_, count)| Some(*count) == most)
            .map_or(default, |(vote, _)| vote)
    }
}

struct StyleSurvey<'t> {
    source: SourceText<'t>,
    units: Votes<&'t str>,
    colons: Votes<(&'t str, &'t str)>,
    commas: Votes<bool>,
    object_pads: Votes<bool>,
    array_pads: Votes<bool>,
    objects: Spread,
    arrays: Spread,
    lists: Spread,
    keys: Votes<Quotes>,
    texts: Votes<Quotes>,
    #[cfg(feature = "yaml")]
    quotes: Votes<Quotes>,
    #[cfg(feature = "yaml")]
    dashes: Votes<usize>,
}

/// Counts the spellings of all values in a text.
pub(super) fn survey(source: SourceText<'_>, json: &Json, mark: &ValueMark) -> Style {
    let mut survey = StyleSurvey {
        source,
        units: Votes::new(),
        colons: Votes::new(),
        commas: Votes::new(),
        object_pads: Votes::new(),
        array_pads: Votes::new(),
        objects: Spread::default(),
        arrays: Spread::default(),
        lists: Spread::default(),
        keys: Votes::new(),
        texts: Votes::new(),
        #[cfg(feature = "yaml")]
        quotes: Votes::new(),
        #[cfg(feature = "yaml")]
        dashes: Votes::new(),
    };
    survey.visit(json, mark);
    let quotes = if source.is_yaml {
        Quotes::Plain
    } else {
        Quotes::Double
    };
    let (before_colon, after_colon) = survey.colons.winner(("", " "));
    let keys = survey.keys.winner(quotes);
    Style {
        unit: survey.units.winner("  ").to_owned(),
        before_colon: before_colon.to_owned(),
        after_colon: after_colon.to_owned(),
        after_comma: if survey.commas.winner(true) { " " } else { "" },
        pads_objects: survey.object_pads.winner(false),
        pads_arrays: survey.array_pads.winner(false),
        objects: survey.objects,
        arrays: survey.arrays,
        lists: survey.lists,
        #[cfg(feature = "yaml")]
        prefers_block: false,
        spreads_by_default: !source.is_yaml,
        keys,
        texts: survey.texts.winner(quotes),
        #[cfg(feature = "yaml")]
        quotes: survey.quotes.winner(Quotes::Single),
        #[cfg(feature = "yaml")]
        dash: survey.dashes.winner(2),
    }
}

impl<'t> StyleSurvey<'t> {
    fn visit(&mut self, json: &Json, mark: &ValueMark) {
        let SourceText { text, is_yaml } = self.source;
        if let Json::String(_) = json
            && mark.shape == ValueSyntax::Scalar
            && let Some(quotes) = self.source.quotes(mark.start as usize)
        {
            self.texts.add(quotes);
            #[cfg(feature = "yaml")]
            if quotes != Quotes::Plain {
                self.quotes.add(quotes);
            }
        }
        let Some(first) = mark.children.first() else {
            return;
        };
        let spread = match kind(json) {
            StyleKind::Object => &mut self.objects,
            StyleKind::Array => &mut self.arrays,
            StyleKind::List => &mut self.lists,
        };
        let children: Vec<&Json> = match json {
            Json::Array(items) => items.iter().collect(),
            Json::Object(members) => members.values().collect(),
            _ => return,
        };
        match mark.shape {
            ValueSyntax::Flow => {
                let open = self
                    .source
                    .skip_properties(mark.start as usize, mark.end as usize);
                let gap = text.get(open + 1..first.key as usize).unwrap_or_default();
                if gap.contains('\n') {
                    spread.lines += 1;
                    let outer = indentation(text, open);
                    let inner = indentation(text, first.key as usize);
                    if let Some(unit) = inner.strip_prefix(outer)
                        && !unit.is_empty()
                    {
                        self.units.add(unit);
                    }
                } else {
                    spread.line += 1;
                    // The whitespace around a comment is no example.
                    let has_comment = |gap: &str| !gap.trim().is_empty();
                    match json {
                        _ if has_comment(gap) => {}
                        Json::Object(_) => self.object_pads.add(!gap.is_empty()),
                        _ => self.array_pads.add(!gap.is_empty()),
                    }
                    for pair in mark.children.windows(2).take(4) {
                        let gap = text.get(pair[0].end as usize..pair[1].key as usize);
                        if let Some((_, after)) = gap.and_then(|gap| gap.split_once(','))
                            && !after.contains('\n')
                            && !has_comment(after)
                        {
                            self.commas.add(!after.is_empty());
                        }
                    }
                }
            }
            #[cfg(feature = "yaml")]
            ValueSyntax::Block => {
                spread.block += 1;
                for (child, json) in mark.children.iter().zip(&children) {
                    self.block_indentation(mark, child, json);
                }
            }
            #[cfg(feature = "yaml")]
            ValueSyntax::Alias => return,
            ValueSyntax::Scalar | ValueSyntax::Unknown => return,
        }
        for (child, json) in mark.children.iter().zip(children) {
            if child.key != child.start {
                self.member(child);
            } else if is_yaml && child.start == child.end {
                continue;
            }
            self.visit(json, child);
        }
    }

    fn member(&mut self, child: &ValueMark) {
        let (key, start) = (child.key as usize, child.start as usize);
        if let Some(quotes) = self.source.quotes(key) {
            self.keys.add(quotes);
        }
        let gap = self.source.text.get(key..start).unwrap_or_default();
        if let Some((before, after)) = gap.rsplit_once(':')
            && after.bytes().all(|byte| byte == b' ' || byte == b'\t')
            && child.start != child.end
        {
            let trimmed = before.trim_end_matches([' ', '\t']);
            self.colons.add((&before[trimmed.len()..], after));
        }
    }

    /// How many columns a block is indented relative to its parent.
    #[cfg(feature = "yaml")]
    fn block_indentation(&mut self, parent: &ValueMark, child: &ValueMark, json: &Json) {
        let text = self.source.text;
        let Some(first) = child.children.first() else {
            return;
        };
        if child.shape != ValueSyntax::Block
            || parent.shape != ValueSyntax::Block
            || child.key == child.start
        {
            return;
        }
        let column = |offset: usize| offset - self.source.line_start(offset);
        let key = child.key as usize;
        match json {
            Json::Array(_) => {
                let dash = child.start as usize;
                if self.source.byte(dash) == Some(b'-') && self.source.line_start(dash) > key {
                    self.dashes.add(column(dash).saturating_sub(column(key)));
                }
            }
            _ => {
                let line = self.source.line_start(first.key as usize);
                let inner = first.key as usize;
                if line > key && column(inner) > column(key) {
                    self.units.add(&text[line + column(key)..inner]);
                }
            }
        }
    }
}

/// The whitespace at the start of the line.
fn indentation(text: &str, offset: usize) -> &str {
    let start = text[..offset].rfind('\n').map_or(0, |line| line + 1);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
