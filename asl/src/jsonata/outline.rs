//! The tests and the form of an expression, for tools that choose values for it.

use super::operator::Operator;
use super::tree::{JsonataNode, NodeKind, StepSuffix};
use super::{Expression, SyntaxError};
use crate::json::{Json, Number};

/// A chain of names that starts at a variable: `$states.input.lines[0].total`.
#[derive(Debug, Clone, PartialEq)]
pub struct NameChain {
    /// The variable, without `$`; it may be `states`.
    pub variable: String,
    /// The steps after it.
    pub steps: Vec<ChainStep>,
}

/// A step of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainStep {
    /// The member of this name.
    Name(String),
    /// An item, or the items that a filter selects.
    Item,
}

/// A requirement of an expression on a value that it reads.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueTest {
    /// It is compared for equality with a literal.
    Equals(Json),
    /// It is compared for equality with a literal, and a different value has its own effect: by
    /// `!=`, below `$not`, or in the condition of `? :`.
    Differs(Json),
    /// It is compared with a number or a text by `<`, `<=`, `>` or `>=`.
    Threshold(Json),
    /// It is tested for existence.
    Exists,
    /// It is used as a condition.
    Truth,
    /// It is used as a number.
    Number,
    /// It is used as a list.
    List,
    /// `$sum` or another aggregate of numbers has it as its argument. It is a number or a list of
    /// numbers, and the value whose member it is may be a list too.
    Aggregate,
    /// The number of its items is compared with a number.
    Count(Json),
    /// It is only read.
    Read,
}

/// The form of the value of an expression, as far as the text shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueForm {
    /// The value of a chain.
    Chain(NameChain),
    /// An object with these members.
    Object(Vec<(String, ValueForm)>),
    /// `$merge` of a list: the members of a later object replace those of an earlier one.
    Merge(Vec<ValueForm>),
    /// A list.
    List(Vec<ValueForm>),
    /// One of these.
    OneOf(Vec<ValueForm>),
    /// A literal.
    Literal(Json),
    /// A value that is computed otherwise.
    Computed,
}

/// The tests and the form of an expression.
///
/// ```
/// use stepwright_asl::jsonata::{ChainStep, ExpressionOutline, ValueTest};
///
/// let outline = ExpressionOutline::parse("$states.input.total > 100")?;
/// let (chain, test) = &outline.tests[0];
/// let steps = ["input", "total"].map(|name| ChainStep::Name(name.to_owned()));
/// assert_eq!(chain.steps, steps);
/// assert_eq!(*test, ValueTest::Threshold(100.into()));
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionOutline {
    /// The values that it reads, with what it requires of each.
    pub tests: Vec<(NameChain, ValueTest)>,
    /// The pairs of values that it compares with each other.
    pub comparisons: Vec<ChainComparison>,
    /// The form of its value.
    pub form: ValueForm,
}

/// Two values that an expression compares with each other.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainComparison {
    /// The two values.
    pub sides: [NameChain; 2],
    /// Whether their order makes a difference, and not only whether they are equal.
    pub is_order: bool,
}

impl ExpressionOutline {
    /// Parses the text between `{%` and `%}`.
    ///
    /// # Errors
    ///
    /// As [`Expression::parse`].
    pub fn parse(text: &str) -> Result<ExpressionOutline, SyntaxError> {
        let source = text.trim().to_owned();
        let (_, outline) = Expression::parse_with(text, move |root| {
            let mut walk = TestWalk {
                source: &source,
                tests: Vec::new(),
                comparisons: Vec::new(),
                is_both: false,
            };
            walk.visit(root, ValueTest::Read);
            ExpressionOutline {
                form: form_of(root, &source),
                tests: walk.tests,
                comparisons: walk.comparisons,
            }
        })?;
        Ok(outline)
    }
}

struct TestWalk<'s> {
    source: &'s str,
    tests: Vec<(NameChain, ValueTest)>,
    comparisons: Vec<ChainComparison>,
    /// Whether a condition that does not hold has its own effect.
    is_both: bool,
}

impl TestWalk<'_> {
    /// Visits a node that is used in a certain manner. The depth of the tree is limited by the
    /// parser.
    fn visit(&mut self, node: &JsonataNode, test: ValueTest) {
        if let Some((chain, is_whole)) = chain_of(node) {
            let test = if is_whole {
                test.clone()
            } else {
                ValueTest::List
            };
            self.tests.push((chain, test));
        }
        match &node.kind {
            NodeKind::Binary(operator, sides) => self.binary(*operator, sides),
            NodeKind::Negate(inner) => self.visit(inner, ValueTest::Number),
            NodeKind::Condition(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    match index {
                        0 => self.visit_both(part, ValueTest::Truth),
                        _ => self.visit(part, test.clone()),
                    }
                }
            }
            NodeKind::Block(parts) => {
                let last = parts.len().saturating_sub(1);
                for (index, part) in parts.iter().enumerate() {
                    let test = if index == last {
                        test.clone()
                    } else {
                        ValueTest::Read
                    };
                    self.visit(part, test);
                }
            }
            NodeKind::Function(procedure, arguments) => self.call(procedure, arguments),
            NodeKind::Fallback(_, sides) => {
                self.visit(&sides[0], ValueTest::Exists);
                self.visit(&sides[1], test);
            }
            NodeKind::Path(_) if chain_of(node).is_some() => self.suffixes(node),
            _ => node.each_child(&mut |child| self.visit(child, ValueTest::Read)),
        }
    }

    /// Visits a condition that has an effect also if it does not hold.
    fn visit_both(&mut self, node: &JsonataNode, test: ValueTest) {
        let was_both = std::mem::replace(&mut self.is_both, true);
        self.visit(node, test);
        self.is_both = was_both;
    }

    fn suffixes(&mut self, node: &JsonataNode) {
        if let NodeKind::Path(steps) = &node.kind {
            for step in steps {
                step.each_child(&mut |child| self.visit(child, ValueTest::Read));
            }
        }
    }

    fn binary(&mut self, operator: Operator, sides: &[JsonataNode; 2]) {
        let test = |literal: &JsonataNode, source: &str| literal_of(literal, source);
        match operator {
            Operator::And | Operator::Or => {
                sides
                    .iter()
                    .for_each(|side| self.visit(side, ValueTest::Truth));
            }
            Operator::Eq
            | Operator::Ne
            | Operator::Lt
            | Operator::Le
            | Operator::Gt
            | Operator::Ge => {
                let is_equality = matches!(operator, Operator::Eq | Operator::Ne);
                let chains = sides.each_ref().map(chain_of);
                if let [Some((left, true)), Some((right, true))] = chains {
                    self.comparisons.push(ChainComparison {
                        sides: [left, right],
                        is_order: !is_equality,
                    });
                    let read = |side| self.visit(side, ValueTest::Read);
                    return sides.iter().for_each(read);
                }
                for (side, other) in [(0, 1), (1, 0)] {
                    let literal = test(&sides[other], self.source);
                    if let (Some(counted), Some(literal)) = (counted(&sides[side]), &literal) {
                        self.tests
                            .push((counted, ValueTest::Count(literal.clone())));
                        continue;
                    }
                    let is_both = self.is_both || operator == Operator::Ne;
                    let test = match literal {
                        Some(literal) if is_equality && is_both => ValueTest::Differs(literal),
                        Some(literal) if is_equality => ValueTest::Equals(literal),
                        Some(literal) => ValueTest::Threshold(literal),
                        None if is_equality => ValueTest::Read,
                        None => ValueTest::Number,
                    };
                    self.visit(&sides[side], test);
                }
            }
            Operator::In => {
                if let NodeKind::Array(items) = &sides[1].kind {
                    for item in items {
                        if let Some(literal) = test(item, self.source) {
                            self.visit(&sides[0], ValueTest::Equals(literal));
                        }
                    }
                } else {
                    self.visit(&sides[0], ValueTest::Read);
                    self.visit(&sides[1], ValueTest::List);
                }
            }
            Operator::Concat => {
                sides
                    .iter()
                    .for_each(|side| self.visit(side, ValueTest::Read));
            }
            Operator::Add
            | Operator::Sub
            | Operator::Mul
            | Operator::Div
            | Operator::Rem
            | Operator::Range => {
                sides
                    .iter()
                    .for_each(|side| self.visit(side, ValueTest::Number));
            }
        }
    }

    fn call(&mut self, procedure: &JsonataNode, arguments: &[JsonataNode]) {
        let test = match procedure.variable() {
            Some("exists") => ValueTest::Exists,
            Some("not" | "boolean") => ValueTest::Truth,
            Some(
                "count" | "map" | "filter" | "reduce" | "sort" | "append" | "reverse" | "distinct"
                | "zip" | "join",
            ) => ValueTest::List,
            Some("sum" | "average" | "max" | "min") => ValueTest::Aggregate,
            Some("number" | "abs" | "floor" | "ceil" | "round" | "power" | "sqrt") => {
                ValueTest::Number
            }
            _ => ValueTest::Read,
        };
        let is_not = procedure.variable() == Some("not");
        for (index, argument) in arguments.iter().enumerate() {
            match index {
                0 if is_not => self.visit_both(argument, test.clone()),
                0 => self.visit(argument, test.clone()),
                _ => self.visit(argument, ValueTest::Read),
            }
        }
    }
}

/// Returns the chain whose items `$count` or `$length` counts.
fn counted(node: &JsonataNode) -> Option<NameChain> {
    match &node.kind {
        NodeKind::Path(steps) => match steps.as_slice() {
            [step] => counted(step),
            _ => None,
        },
        NodeKind::Function(procedure, arguments) if procedure.variable() == Some("count") => {
            chain_of(arguments.first()?).map(|(chain, _)| chain)
        }
        _ => None,
    }
}

/// Returns the chain that a node reads, and whether the node is only that chain, without filters.
fn chain_of(node: &JsonataNode) -> Option<(NameChain, bool)> {
    match &node.kind {
        NodeKind::Variable(name) if !name.is_empty() && name != "$" => {
            let (variable, steps) = (name.clone(), Vec::new());
            let mut chain = NameChain { variable, steps };
            let is_whole = add_items(node, &mut chain);
            Some((chain, is_whole))
        }
        NodeKind::Path(steps) => {
            let (first, rest) = steps.split_first()?;
            let (mut chain, mut is_whole) = chain_of(first)?;
            for step in rest {
                match &step.kind {
                    NodeKind::Name(name) | NodeKind::String(name) if is_whole => {
                        chain.steps.push(ChainStep::Name(name.clone()));
                        is_whole = add_items(step, &mut chain);
                    }
                    _ => {
                        is_whole = false;
                        break;
                    }
                }
            }
            Some((chain, is_whole && node.is_bare()))
        }
        _ => None,
    }
}

/// Adds the step of the filters and indices after a node. Returns whether the node has no other
/// suffixes.
fn add_items(node: &JsonataNode, chain: &mut NameChain) -> bool {
    if !node.stages.is_empty() {
        chain.steps.push(ChainStep::Item);
    }
    node.focus.is_none() && node.index.is_none() && node.group.is_none()
}

/// Returns whether a filter after a node is no number: it selects several items.
fn selects_items(node: &JsonataNode) -> bool {
    let is_filter = |stage: &StepSuffix| match stage {
        StepSuffix::Filter(filter) => {
            let number = match &filter.kind {
                NodeKind::Negate(inner) => &inner.kind,
                kind => kind,
            };
            !matches!(number, NodeKind::Number(_))
        }
        StepSuffix::Index(_) => true,
    };
    node.stages.iter().any(is_filter)
        || match &node.kind {
            NodeKind::Path(steps) => steps.iter().any(selects_items),
            _ => false,
        }
}

fn literal_of(node: &JsonataNode, source: &str) -> Option<Json> {
    match &node.kind {
        NodeKind::String(text) => Some(Json::String(text.clone())),
        NodeKind::Number(number) => number_json(*number),
        NodeKind::Negate(inner) => match &inner.kind {
            NodeKind::Number(number) => number_json(-number),
            _ => None,
        },
        NodeKind::Literal => match source.get(node.span.clone())?.trim() {
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            "null" => Some(Json::Null),
            _ => None,
        },
        NodeKind::Path(steps) => match steps.as_slice() {
            [step] => literal_of(step, source),
            _ => None,
        },
        NodeKind::Block(parts) => match parts.as_slice() {
            [part] => literal_of(part, source),
            _ => None,
        },
        _ => None,
    }
}

/// Integers are written without a fraction.
fn number_json(number: f64) -> Option<Json> {
    let is_integer = number.fract() == 0.0 && number.abs() < 9e15;
    if is_integer {
        Some(Json::from(number as i64))
    } else {
        Number::from_f64(number).map(Json::Number)
    }
}

fn form_of(node: &JsonataNode, source: &str) -> ValueForm {
    if let Some(literal) = literal_of(node, source) {
        return ValueForm::Literal(literal);
    }
    if let Some((chain, true)) = chain_of(node) {
        return if selects_items(node) {
            ValueForm::Computed
        } else {
            ValueForm::Chain(chain)
        };
    }
    let forms = |nodes: &[JsonataNode]| nodes.iter().map(|node| form_of(node, source)).collect();
    match &node.kind {
        NodeKind::Path(steps) => match steps.as_slice() {
            [step] if node.is_bare() => form_of(step, source),
            _ => ValueForm::Computed,
        },
        NodeKind::Block(parts) => match parts.as_slice() {
            [part] => form_of(part, source),
            _ => ValueForm::Computed,
        },
        NodeKind::Object(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| {
                let key = literal_of(key, source)?;
                Some((key.as_str()?.to_owned(), form_of(value, source)))
            });
            match pairs.collect() {
                Some(members) => ValueForm::Object(members),
                None => ValueForm::Computed,
            }
        }
        NodeKind::Array(items) => ValueForm::List(forms(items)),
        NodeKind::Condition(parts) => ValueForm::OneOf(forms(parts.get(1..).unwrap_or_default())),
        NodeKind::Function(procedure, arguments)
            if procedure.variable() == Some("merge") && arguments.len() == 1 =>
        {
            match &arguments[0].kind {
                NodeKind::Array(items) => ValueForm::Merge(forms(items)),
                NodeKind::Path(steps) => match steps.as_slice() {
                    [
                        JsonataNode {
                            kind: NodeKind::Array(items),
                            ..
                        },
                    ] => ValueForm::Merge(forms(items)),
                    _ => ValueForm::Computed,
                },
                _ => ValueForm::Computed,
            }
        }
        _ => ValueForm::Computed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests_of(text: &str) -> Vec<(String, ValueTest)> {
        let outline = ExpressionOutline::parse(text).expect("is an expression");
        let tests = outline.tests.into_iter();
        tests
            .map(|(chain, test)| {
                let mut path = vec![chain.variable];
                path.extend(chain.steps.into_iter().map(|step| match step {
                    ChainStep::Name(name) => name,
                    ChainStep::Item => "[]".to_owned(),
                }));
                (path.join("."), test)
            })
            .collect()
    }

    #[test]
    fn comparisons_with_literals_are_tests_of_the_chain() {
        let expected = [
            ("a.x".to_owned(), ValueTest::Threshold(100.into())),
            (
                "b".to_owned(),
                ValueTest::Differs(Json::String("X".to_owned())),
            ),
            ("c".to_owned(), ValueTest::Truth),
            ("d".to_owned(), ValueTest::Exists),
            ("e".to_owned(), ValueTest::Equals(Json::Bool(false))),
        ];
        let text = "$a.x >= 100 and ($b != 'X' or $c) and $exists($d) and $e = false";
        assert_eq!(tests_of(text), expected);
    }

    #[test]
    fn counts_and_sums_show_how_a_value_is_used() {
        let expected = [
            ("a".to_owned(), ValueTest::Count(0.into())),
            ("b".to_owned(), ValueTest::Number),
            ("c".to_owned(), ValueTest::Number),
        ];
        assert_eq!(tests_of("$count($a) > 0 ? $b + 1 : $c * 2"), expected);
    }

    #[test]
    fn a_comparison_whose_failure_has_an_effect_needs_a_different_value() {
        let expected = [
            ("a".to_owned(), ValueTest::Differs(1.into())),
            ("b".to_owned(), ValueTest::Read),
            ("c".to_owned(), ValueTest::Differs(2.into())),
            ("d".to_owned(), ValueTest::Equals(3.into())),
        ];
        let text = "[$a = 1 ? $b : 0, $not($c = 2), $d = 3]";
        assert_eq!(tests_of(text), expected);
    }

    #[test]
    fn two_values_that_are_compared_with_each_other_are_a_pair() {
        let outline = ExpressionOutline::parse("$a.x <= $b and $c = $d and $e < $f + 1");
        let outline = outline.expect("is an expression");
        let names = |comparison: &ChainComparison| {
            let [left, right] = &comparison.sides;
            (
                left.variable.clone(),
                right.variable.clone(),
                comparison.is_order,
            )
        };
        let pairs: Vec<_> = outline.comparisons.iter().map(names).collect();
        let pair =
            |left: &str, right: &str, is_order| (left.to_owned(), right.to_owned(), is_order);
        assert_eq!(pairs, [pair("a", "b", true), pair("c", "d", false)]);
    }

    #[test]
    fn a_chain_continues_after_an_index() {
        let expected = [("a.x.[].y".to_owned(), ValueTest::Equals(1.into()))];
        assert_eq!(tests_of("$a.x[0].y = 1"), expected);
    }

    #[test]
    fn the_form_of_an_object_has_its_members() {
        let outline = ExpressionOutline::parse("$merge([$states.input, {'id': $a.id, 'n': 1}])");
        let chain = |variable: &str, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned());
            let steps = names.map(ChainStep::Name).collect();
            let variable = variable.to_owned();
            ValueForm::Chain(NameChain { variable, steps })
        };
        let members = vec![
            ("id".to_owned(), chain("a", &["id"])),
            ("n".to_owned(), ValueForm::Literal(1.into())),
        ];
        let merged = vec![chain("states", &["input"]), ValueForm::Object(members)];
        assert_eq!(
            outline.expect("is an expression").form,
            ValueForm::Merge(merged)
        );
    }
}
