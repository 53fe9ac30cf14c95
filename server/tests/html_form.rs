//! Forms of pages, as a browser reads and sends them.

use crate::console::between;

/// The inputs of a form, with the texts that a browser sends if a person changes none of them.
#[derive(Debug)]
pub(crate) struct HtmlForm {
    pub(crate) action: String,
    pub(crate) inputs: Vec<(String, String)>,
    /// The choices that are offered: check boxes, radio buttons and options.
    pub(crate) offered: Vec<(String, String)>,
}

impl HtmlForm {
    /// Returns the form with a text in it.
    pub(crate) fn with(page: &str, text: &str) -> Self {
        let forms = page.split("<form ").skip(1);
        let forms = forms.map(|form| form.split("</form>").next().unwrap_or_default());
        let form = forms.into_iter().find(|form| form.contains(text));
        let form = form.unwrap_or_else(|| panic!("no form has `{text}`: {page}"));
        let mut read = Self {
            action: attribute(form, "action").unwrap_or_default(),
            inputs: Vec::new(),
            offered: Vec::new(),
        };
        let mut rest = form;
        while let Some(at) = rest.find('<') {
            rest = &rest[at + 1..];
            let tag = rest.split('>').next().unwrap_or_default();
            let Some(name) = attribute(tag, "name") else {
                continue;
            };
            if tag.starts_with("textarea") {
                let text = between(rest, ">", "</textarea>");
                read.inputs.push((name, unescaped(text)));
            } else if tag.starts_with("select") {
                let options = between(rest, ">", "</select>").split("<option ").skip(1);
                let options: Vec<&str> = options.collect();
                let value = |option: &&str| attribute(option, "value").unwrap_or_default();
                let selected = options.iter().find(|option| {
                    let tag = option.split('>').next().unwrap_or_default();
                    tag.ends_with(" selected")
                });
                let chosen = selected.or(options.first()).map(value);
                let values = options.iter().map(|option| (name.clone(), value(option)));
                read.offered.extend(values);
                read.inputs.extend(chosen.map(|chosen| (name, chosen)));
            } else if tag.starts_with("input") {
                let value = attribute(tag, "value").unwrap_or_default();
                let kind = attribute(tag, "type").unwrap_or_default();
                let is_choice = ["checkbox", "radio"].contains(&kind.as_str());
                if is_choice {
                    read.offered.push((name.clone(), value.clone()));
                }
                if !is_choice || tag.contains(" checked") {
                    read.inputs.push((name, value));
                }
            }
        }
        read
    }

    /// Enters a text in the input whose name ends so, or chooses a variant.
    pub(crate) fn enter(mut self, end: &str, text: &str) -> Self {
        let inputs = self.inputs.iter_mut().rev();
        let mut inputs = inputs.filter(|(name, _)| name.ends_with(end));
        if let Some((_, value)) = inputs.next() {
            text.clone_into(value);
            return self;
        }
        let mut offered = self.offered.iter();
        let choice = offered.find(|(name, value)| name.ends_with(end) && value == text);
        let choice = choice.unwrap_or_else(|| panic!("no input `{end}`: {self:?}"));
        self.inputs.push(choice.clone());
        self
    }

    /// Returns the body of the request.
    pub(crate) fn body(&self) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&self.inputs);
        body.finish()
    }
}

/// Returns an attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\"")).or_else(|| {
        let rest = tag.strip_prefix(&format!("{name}=\""))?;
        Some(("", rest))
    })?;
    Some(unescaped(rest.split('"').next()?))
}

/// Returns a text without the escapes of HTML.
pub(crate) fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&amp;", "&")
}
