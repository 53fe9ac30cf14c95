//! Builds a value and the positions of its nodes from the parser's events.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag};
use indexmap::map::Entry;

use super::scalar::{YamlVersion, resolve};
use super::tag::{NodeKind, TagEffect, function, meaning};
use super::{Format, block_positions, message};
use crate::json::{
    self, Failure, Json, MAX_DEPTH, MAX_POINTERS, Object, ParsedText, RawDuplicate, ValueMark,
    ValueSyntax, escape, too_deep,
};
use crate::substitution::word_length;

/// Maximum number of bytes that aliases may repeat.
const MAX_REPEATED: usize = 1_048_576;

/// Parses a whole text.
pub(crate) fn read(text: &str) -> Result<ParsedText, Failure> {
    read_with(text, TagMode::Definition)
}

/// Parses a CloudFormation template, in which tags mark computed values. Tags that a definition
/// cannot have are ignored.
pub(crate) fn read_template(text: &str) -> Result<ParsedText, Failure> {
    read_with(text, TagMode::Template)
}

/// Parses a CloudFormation template for a program that evaluates it: `!Ref Name` is the object
/// `{"Ref": "Name"}`.
pub(crate) fn read_long_forms(text: &str) -> Result<ParsedText, Failure> {
    read_with(text, TagMode::LongForms)
}

/// The result of the tags of CloudFormation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagMode {
    /// As in a definition file: substitutions, and errors for the other functions.
    Definition,
    /// Substitutions. Other tags are ignored.
    Template,
    /// Objects with one member, as in a template in JSON.
    LongForms,
}

pub(super) fn read_with(text: &str, tags: TagMode) -> Result<ParsedText, Failure> {
    read_version(text, tags, YamlVersion::of(text))
}

/// Parses a file that a configuration of the Serverless Framework inserts.
pub(crate) fn read_inserted(text: &str) -> Result<ParsedText, Failure> {
    read_version(text, TagMode::Template, YamlVersion::V1_2)
}

fn read_version(text: &str, tags: TagMode, version: YamlVersion) -> Result<ParsedText, Failure> {
    json::check_length(text)?;
    // CloudFormation tries JSON first.
    if Format::of_text(text) == Format::Json
        && let Ok(read) = json::read_with_placeholders(text)
    {
        return Ok(read);
    }
    let read = read_yaml(text, tags, version, None);
    // In `{Seconds: ${Limit}}`, YAML reads the braces of the placeholder as an object.
    if read.is_err()
        && tags == TagMode::Definition
        && let Some((hidden, mark)) = hide_braces(text)
        && let Ok(read) = read_yaml(&hidden, tags, version, Some(mark))
    {
        return Ok(read);
    }
    read
}

/// Replaces the braces of each placeholder by a character, so that offsets do not change. Returns
/// the text and the character; `None` if there is no placeholder.
fn hide_braces(text: &str) -> Option<(String, char)> {
    let mark = ['^', '~', ';', '/', '_'];
    let is_free = |mark: &char| !text.contains(*mark);
    let mark = mark.into_iter().find(is_free)?;
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, inside) = (&rest[..start], &rest[start + 2..]);
        let end = inside.find(['{', '}', '\n'])?;
        hidden.push_str(before);
        if inside[end..].starts_with('}') {
            hidden.extend([
                "$",
                mark.encode_utf8(&mut [0; 4]),
                &inside[..end],
                mark.encode_utf8(&mut [0; 4]),
            ])
        } else {
            hidden.push_str(&rest[start..start + 3 + end])
        }
        rest = &inside[end + 1..];
    }
    (!hidden.is_empty()).then(|| (hidden + rest, mark))
}

/// Restores the braces of placeholders.
fn restore_braces(text: &str, mark: char) -> String {
    let mut restored = String::with_capacity(text.len());
    let mut is_open = false;
    for char in text.chars() {
        restored.push(if char == mark {
            is_open = !is_open;
            if is_open { '{' } else { '}' }
        } else {
            char
        });
    }
    restored
}

/// Parses a YAML text in which `hidden_brace` replaces the braces of placeholders.
fn read_yaml(
    text: &str,
    tags: TagMode,
    version: YamlVersion,
    hidden_brace: Option<char>,
) -> Result<ParsedText, Failure> {
    let joined;
    let (text, (nodes, anchors)) = match nodes(text) {
        Ok(found) => (text, found),
        // Only a text with an error is parsed again.
        Err(failure) => {
            joined = join_quoted_lines(text).ok_or(failure)?;
            (joined.as_str(), nodes(&joined)?)
        }
    };
    let mut reader = YamlParser {
        text,
        tags,
        version,
        hidden_brace,
        nodes,
        anchors,
        next: 0,
        open: Vec::new(),
        repeating: 0,
        repeated: 0,
        depth: 0,
        path: String::new(),
        duplicates: Vec::new(),
        pointer_bytes: MAX_POINTERS,
    };
    let (json, mark) = if reader.nodes.is_empty() {
        (Json::Null, ValueMark::default())
    } else {
        reader.value()?
    };
    Ok(ParsedText {
        json,
        mark,
        duplicates: reader.duplicates,
    })
}

/// Maximum number of bytes to parse in the search for quoted lines with too little indentation.
const MAX_PARSED: usize = 64 * 1_048_576;

/// Replaces each line break before a quoted line with too little indentation by a blank, so that
/// offsets do not change; `None` if there is no such line. YAML 1.2 rejects such lines, but
/// CloudFormation, SAM and PyYAML accept them. Many templates close a quoted definition at the
/// indentation of its key.
fn join_quoted_lines(text: &str) -> Option<String> {
    let mut joined: Option<String> = None;
    for _ in 0..=MAX_PARSED / text.len().max(1) {
        let current = joined.as_deref().unwrap_or(text);
        let Some(offset) = too_little_indented(current) else {
            break;
        };
        let (before, after) = current.split_at_checked(offset)?;
        let line = before.trim_end_matches([' ', '\t']);
        let end = line.trim_end_matches(['\r', '\n']);
        if end.len() == line.len() {
            break;
        }
        let blanks = " ".repeat(before.len() - end.len());
        joined = Some([end, &blanks, after].concat());
    }
    joined
}

/// The start of a quoted line with too little indentation.
fn too_little_indented(text: &str) -> Option<usize> {
    let mut errors = parser(text).filter_map(Result::err);
    let is_indent =
        |error: &ScanError| matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent);
    errors.next().filter(is_indent)?.marker().byte_offset()
}

/// An event of the document's tree.
struct YamlNode<'t> {
    event: Event<'t>,
    /// The range of the value, without its tag.
    span: Range<usize>,
    /// The start of its tag, or of the value if there is no tag.
    start: usize,
}

/// Maps anchors, by number, to the indices of their nodes.
type Anchors = HashMap<usize, usize>;

/// The events of a text.
fn parser(text: &str) -> impl Iterator<Item = Result<(Event<'_>, Span), ScanError>> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    Parser::new_from_str_with_options(text, options)
}

/// The nodes of the only document in the text.
fn nodes(text: &str) -> Result<(Vec<YamlNode<'_>>, Anchors), Failure> {
    let mut nodes = Vec::new();
    let mut anchors = Anchors::new();
    let mut documents = 0;
    // The end of the previous event.
    let mut after = 0;
    for event in parser(text) {
        let (event, span) = event.map_err(|error| {
            let offset = error.marker().byte_offset().unwrap_or_default();
            failure(offset, message::of(error.kind(), text, offset))
        })?;
        let tag_start = span.tag_span().and_then(|tag| tag.byte_range());
        let mut span = span.byte_range().unwrap_or_default();
        match &event {
            Event::Scalar(value, ScalarStyle::Literal | ScalarStyle::Folded, ..) => {
                span = block_positions::block_scalar(text, after, &span, value);
            }
            Event::SequenceStart(StructureStyle::Block, ..) => {
                if let Some(dash) = block_positions::first_dash(text, after) {
                    span.start = dash.min(span.start);
                }
            }
            _ => {}
        }
        after = span.end;
        match event {
            Event::DocumentStart(..) if documents == 1 => {
                let message = "a second document begins here; a definition is one document";
                return Err(failure(span.start, message));
            }
            Event::DocumentStart(..) => documents += 1,
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            event => {
                if let Some(anchor) = anchor(&event) {
                    anchors.insert(anchor, nodes.len());
                }
                let start = tag_start.map_or(span.start, |tag| tag.start);
                nodes.push(YamlNode { event, span, start });
            }
        }
    }
    Ok((nodes, anchors))
}

fn anchor(event: &Event<'_>) -> Option<usize> {
    match event {
        Event::Scalar(_, _, anchor, _)
        | Event::SequenceStart(_, anchor, _)
        | Event::MappingStart(_, anchor, _) => (*anchor > 0).then_some(*anchor),
        _ => None,
    }
}

fn shape(event: &Event<'_>) -> ValueSyntax {
    match event {
        Event::SequenceStart(StructureStyle::Block, ..)
        | Event::MappingStart(StructureStyle::Block, ..) => ValueSyntax::Block,
        Event::SequenceStart(..) | Event::MappingStart(..) => ValueSyntax::Flow,
        Event::Alias(_) => ValueSyntax::Alias,
        _ => ValueSyntax::Scalar,
    }
}

fn failure(offset: usize, message: impl Into<String>) -> Failure {
    Failure {
        offset,
        message: message.into(),
    }
}

struct YamlParser<'t> {
    text: &'t str,
    tags: TagMode,
    version: YamlVersion,
    /// The character that replaces the braces of placeholders.
    hidden_brace: Option<char>,
    nodes: Vec<YamlNode<'t>>,
    anchors: Anchors,
    /// The next node to read.
    next: usize,
    /// The first nodes of the arrays and objects that are being read, outermost first.
    open: Vec<usize>,
    /// The number of aliases around the current node.
    repeating: usize,
    /// The number of bytes that aliases repeated.
    repeated: usize,
    depth: usize,
    /// The path of the current node, for the pointers of duplicates.
    path: String,
    duplicates: Vec<RawDuplicate>,
    /// Remaining bytes for pointers to duplicates.
    pointer_bytes: usize,
}

impl<'t> YamlParser<'t> {
    fn value(&mut self) -> Result<(Json, ValueMark), Failure> {
        let at = self.next;
        let Some(function) = self.function(at) else {
            return self.node_value();
        };
        // The long form is one level more.
        let (json, mark) = self.nested(at, Self::node_value)?;
        let (key, start, end) = (mark.key, mark.start, mark.end);
        let long_form = ValueMark {
            key,
            start,
            end,
            shape: ValueSyntax::Flow,
            children: vec![mark],
        };
        let object: Object = [(function, json)].into_iter().collect();
        Ok((Json::Object(object), long_form))
    }

    /// The long form of the function that a node's tag names, if tags become long forms: `Fn::Sub`
    /// for `!Sub`.
    fn function(&self, at: usize) -> Option<String> {
        let event = &self.nodes.get(at)?.event;
        match event {
            Event::Scalar(.., tag)
            | Event::SequenceStart(.., tag)
            | Event::MappingStart(.., tag) => {
                let function = tag.as_deref().and_then(function)?;
                (self.tags == TagMode::LongForms).then_some(function)
            }
            _ => None,
        }
    }

    /// The value of a node without its function.
    fn node_value(&mut self) -> Result<(Json, ValueMark), Failure> {
        let at = self.next;
        let Some(node) = self.nodes.get(at) else {
            return Err(failure(
                self.text.len(),
                "unexpected end of the text in a value",
            ));
        };
        self.next += 1;
        let start = node.start;
        let mut mark = ValueMark {
            key: start as u32,
            start: start as u32,
            end: node.span.end as u32,
            shape: shape(&node.event),
            children: Vec::new(),
        };
        if self.repeating > 0 {
            self.repeat(at)?;
        }
        let node = &self.nodes[at];
        let json = match &node.event {
            Event::Scalar(text, style, _, tag) => {
                let text = self.content(text, &node.span);
                let meaning = self.meaning(tag, NodeKind::Scalar, start)?;
                if self.tags == TagMode::Definition
                    && *style == ScalarStyle::Plain
                    && matches!(meaning, TagEffect::Plain)
                    && word_length(&text) == Some(text.len())
                {
                    mark.shape = ValueSyntax::Unknown;
                }
                scalar(&text, *style, meaning, self.version)
                    .map_err(|message| failure(start, message))?
            }
            Event::SequenceStart(style, _, tag) => {
                let (style, meaning) = (*style, self.meaning(tag, NodeKind::Sequence, start)?);
                let items = self.nested(at, |reader| reader.sequence(style, &mut mark))?;
                if matches!(meaning, TagEffect::Plain) {
                    items
                } else {
                    mark.children.clear();
                    mark.shape = ValueSyntax::Scalar;
                    computed(&items, meaning)
                        .ok_or_else(|| failure(start, "the tag does not fit its value"))?
                }
            }
            Event::MappingStart(style, _, tag) => {
                let style = *style;
                self.meaning(tag, NodeKind::Mapping, start)?;
                self.nested(at, |reader| reader.mapping(style, &mut mark))?
            }
            Event::Alias(anchor) => {
                let anchor = *anchor;
                // An alias needs stack space for one level, too.
                let (json, named) = self.nested(at, |reader| reader.alias(anchor, start))?;
                mark.children = named.children;
                json
            }
            _ => return Err(failure(start, "expected a value")),
        };
        Ok((json, mark))
    }

    fn meaning(
        &self,
        tag: &Option<Cow<'_, Tag>>,
        kind: NodeKind,
        start: usize,
    ) -> Result<TagEffect, Failure> {
        if self.tags == TagMode::LongForms && tag.as_deref().and_then(function).is_some() {
            // `!Ref 1` is the reference of a text.
            return Ok(match kind {
                NodeKind::Scalar => TagEffect::Text,
                NodeKind::Sequence | NodeKind::Mapping => TagEffect::Plain,
            });
        }
        match meaning(tag.as_deref(), kind) {
            Err(_) if self.tags != TagMode::Definition => Ok(TagEffect::Plain),
            // The variables of `!Sub [text, variables]` belong to the template as well; the
            // template's reader handles the tag.
            Ok(TagEffect::Sub | TagEffect::Reference)
                if self.tags == TagMode::Template && kind == NodeKind::Sequence =>
            {
                Ok(TagEffect::Plain)
            }
            meaning => meaning.map_err(|message| failure(start, message)),
        }
    }

    fn nested<T>(
        &mut self,
        at: usize,
        read: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.depth == MAX_DEPTH {
            return Err(failure(self.nodes[at].start, too_deep()));
        }
        self.depth += 1;
        self.open.push(at);
        let read = read(self);
        self.open.pop();
        self.depth -= 1;
        read
    }

    /// Reads the node of an anchor again.
    fn alias(&mut self, anchor: usize, start: usize) -> Result<(Json, ValueMark), Failure> {
        let named = self.anchors.get(&anchor).copied();
        let Some(named) = named else {
            return Err(failure(start, "the alias has no anchor before it"));
        };
        if self.open.contains(&named) {
            return Err(failure(
                start,
                "the alias is inside the value of its anchor",
            ));
        }
        let after = std::mem::replace(&mut self.next, named);
        self.repeating += 1;
        let value = self.value();
        self.repeating -= 1;
        self.next = after;
        value
    }

    /// Counts a node that an alias repeats.
    fn repeat(&mut self, at: usize) -> Result<(), Failure> {
        let node = &self.nodes[at];
        self.repeated += 1 + node.span.len();
        if self.repeated > MAX_REPEATED {
            let message = format!("aliases repeat more than {MAX_REPEATED} bytes");
            return Err(failure(node.start, message));
        }
        Ok(())
    }

    /// Whether the current array or object ends here. If so, records its end.
    fn ends(&mut self, style: StructureStyle, mark: &mut ValueMark) -> bool {
        let Some(node) = self.nodes.get(self.next) else {
            return true;
        };
        if !matches!(node.event, Event::SequenceEnd | Event::MappingEnd) {
            return false;
        }
        self.next += 1;
        mark.end = match style {
            StructureStyle::Flow => node.span.end as u32,
            // A block ends with its last child. The parser also includes the blank lines and
            // comments after it.
            StructureStyle::Block => mark.children.last().map_or(mark.end, |last| last.end),
        };
        true
    }

    fn sequence(&mut self, style: StructureStyle, mark: &mut ValueMark) -> Result<Json, Failure> {
        let mut items = Vec::new();
        while !self.ends(style, mark) {
            let outer = self.path.len();
            self.enter(&items.len().to_string());
            let (item, place) = self.value()?;
            self.path.truncate(outer);
            items.push(item);
            mark.children.push(place);
        }
        Ok(Json::Array(items))
    }

    fn mapping(&mut self, style: StructureStyle, mark: &mut ValueMark) -> Result<Json, Failure> {
        let mut members = Object::new();
        while !self.ends(style, mark) {
            let key_end = self.nodes.get(self.next).map(|node| node.span.end);
            let (key, key_start) = self.key()?;
            let outer = self.path.len();
            self.enter(&escape(&key));
            let (value, mut place) = self.value()?;
            place.key = key_start as u32;
            if place.start == place.end
                && let Some(colon) = key_end.and_then(|end| block_positions::colon(self.text, end))
            {
                // An empty value is after the colon; the parser reports a position before it.
                place.start = place.start.max(colon as u32 + 1);
                place.end = place.start;
            }
            match members.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                    mark.children.push(place);
                }
                Entry::Occupied(mut entry) => {
                    let first = &mut mark.children[entry.index()];
                    // Duplicates in the content of aliases are only reported at the anchor.
                    if self.repeating == 0 && self.pointer_bytes > 0 {
                        self.pointer_bytes = self.pointer_bytes.saturating_sub(self.path.len());
                        self.duplicates.push(RawDuplicate {
                            pointer: self.path.clone(),
                            key: entry.key().clone(),
                            first: first.key as usize,
                            again: key_start,
                        });
                    }
                    entry.insert(value);
                    *first = place;
                }
            }
            self.path.truncate(outer);
        }
        Ok(Json::Object(members))
    }

    /// A member's key, always as a string, and its position.
    fn key(&mut self) -> Result<(String, usize), Failure> {
        let Some(node) = self.nodes.get(self.next) else {
            return Err(failure(
                self.text.len(),
                "the text ends where a key was expected",
            ));
        };
        let start = node.start;
        self.next += 1;
        let named = match &node.event {
            Event::Alias(anchor) => self.anchors.get(anchor).map(|&named| &self.nodes[named]),
            _ => Some(node),
        };
        match named.map(|named| (&named.event, &named.span)) {
            Some((Event::Scalar(text, ScalarStyle::Plain, ..), _)) if text == "<<" => Err(failure(
                start,
                "the merge key `<<` is not supported in a definition; write the members out, or put it in quotes",
            )),
            Some((Event::Scalar(text, ..), span)) => {
                Ok((self.content(text, span).into_owned(), start))
            }
            _ => Err(failure(
                start,
                "a key must be a string, not an array or an object",
            )),
        }
    }

    /// The text of a scalar. The parser reports `~` for an empty one.
    fn content<'a>(&self, text: &'a str, span: &Range<usize>) -> Cow<'a, str> {
        match self.hidden_brace {
            _ if span.is_empty() => Cow::Borrowed(""),
            Some(mark) => Cow::Owned(restore_braces(text, mark)),
            None => Cow::Borrowed(text),
        }
    }

    /// Enters a member or an item, for the pointers of duplicates.
    fn enter(&mut self, segment: &str) {
        self.path.push('/');
        self.path.push_str(segment);
    }
}

fn scalar(
    text: &str,
    style: ScalarStyle,
    meaning: TagEffect,
    version: YamlVersion,
) -> Result<Json, String> {
    match meaning {
        TagEffect::Plain if style == ScalarStyle::Plain => resolve(text, version),
        TagEffect::Plain | TagEffect::Text | TagEffect::Sub => Ok(text.into()),
        TagEffect::Reference => Ok(format!("${{{text}}}").into()),
        TagEffect::Core { noun, fits } => {
            let json = resolve(text, version)?;
            if fits(&json) {
                Ok(json)
            } else {
                Err(format!(
                    "the tag requires {noun}, but the value is `{text}`"
                ))
            }
        }
    }
}

/// The string that `!Sub [text, ..]` or `!GetAtt [Name, Arn]` evaluates to.
fn computed(items: &Json, meaning: TagEffect) -> Option<Json> {
    let items = items.as_array()?;
    let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
    match (meaning, texts, items) {
        (TagEffect::Sub, _, [Json::String(text), ..]) => Some(text.as_str().into()),
        (TagEffect::Reference, Some(texts), [_, _]) => {
            Some(format!("${{{}}}", texts.join(".")).into())
        }
        _ => None,
    }
}
