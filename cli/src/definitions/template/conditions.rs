//! Conditions of templates, and `Fn::If`.

use stepwright_asl::json::Json;
use stepwright_asl::similar::did_you_mean;

use super::evaluator::{Evaluated, Evaluator, Reported, SharedValue};
use super::node::TemplateNode;

impl<'t> Evaluator<'t> {
    /// Evaluates `Fn::If`.
    pub(super) fn choice(&self, argument: &TemplateNode<'t>) -> Evaluated {
        self.evaluate(&self.branch(argument)?)
    }

    /// Returns the value that `Fn::If` chooses, before its evaluation; `None` for `AWS::NoValue`.
    /// A value that is not `Fn::If` is returned as it is.
    pub(super) fn chosen_branch(
        &self,
        mut node: TemplateNode<'t>,
    ) -> Result<Option<TemplateNode<'t>>, Reported> {
        loop {
            self.check_depth(&node)?;
            match node.function() {
                Some(("Fn::If", argument)) => node = self.branch(&argument)?,
                Some(("Ref", name)) if name.json.as_str() == Some("AWS::NoValue") => {
                    return Ok(None);
                }
                _ => return Ok(Some(node)),
            }
        }
    }

    /// The branch of `Fn::If` that its condition chooses.
    fn branch(&self, argument: &TemplateNode<'t>) -> Result<TemplateNode<'t>, Reported> {
        let [condition, yes, no] = self.arguments(argument, "!If [IsProduction, a, b]")?;
        let Json::String(name) = condition.json else {
            return Err(self.wrong_argument(&condition, "!If [IsProduction, a, b]"));
        };
        let is_true = self.condition(&condition, name)?;
        Ok(if is_true { yes } else { no })
    }

    /// Evaluates the condition of this name.
    pub(super) fn condition(&self, node: &TemplateNode<'t>, name: &str) -> Result<bool, Reported> {
        let template = self.template(node);
        let conditions = template.section("Conditions");
        let Some((key, _)) = conditions.and_then(|all| all.get_key_value(name)) else {
            let names = conditions.into_iter().flat_map(|all| all.keys());
            let hint = did_you_mean(name, names.map(String::as_str));
            return Err(self.report(
                node,
                format_args!("`Conditions` has no `{name}`"),
                hint.unwrap_or_else(|| format!("add `{name}` to `Conditions`")),
            ));
        };
        let Some(expression) = self.node(node.template, &["Conditions", key], node.depth + 1)
        else {
            return Ok(false);
        };
        let value = SharedValue::Condition(node.template, key.clone());
        let result = self.shared(node, value, || {
            Ok(Some(Json::from(self.condition_value(&expression)?)))
        });
        Ok(result?.as_ref().and_then(Json::as_bool).unwrap_or_default())
    }

    fn condition_value(&self, node: &TemplateNode<'t>) -> Result<bool, Reported> {
        let example = "!Equals [!Ref Stage, production]";
        // Conditions recurse without `evaluate`, which checks the depth.
        self.check_depth(node)?;
        let members = node.json.as_object();
        let first = members.and_then(|members| members.get_index(0));
        let argument = first.and_then(|(key, _)| Some((key.as_str(), node.member(key)?)));
        match argument {
            Some(("Condition", name)) => match name.json {
                Json::String(text) => self.condition(&name, text),
                _ => Err(self.wrong_argument(&name, "!Condition IsProduction")),
            },
            Some(("Fn::Equals", pair)) => {
                let [one, other] = self.arguments(&pair, example)?;
                let (one, other) = (self.comparable(&one), self.comparable(&other));
                Ok(one? == other?)
            }
            Some(("Fn::Not", list)) => {
                let [one] = self.arguments(&list, "!Not [!Condition IsProduction]")?;
                Ok(!self.condition_value(&one)?)
            }
            Some((function @ ("Fn::And" | "Fn::Or"), list)) => {
                let items: Vec<_> = list.items().collect();
                if !(2..=10).contains(&items.len()) {
                    return Err(self.report(
                        &list,
                        format_args!("`{function}` has {} conditions", items.len()),
                        "write 2 to 10 conditions",
                    ));
                }
                let values: Vec<_> = items
                    .iter()
                    .map(|item| self.condition_value(item))
                    .collect();
                let values: Vec<bool> = values.into_iter().collect::<Result<_, _>>()?;
                Ok(match function {
                    "Fn::And" => values.into_iter().all(|value| value),
                    _ => values.into_iter().any(|value| value),
                })
            }
            _ => Err(self.wrong_argument(node, example)),
        }
    }

    /// A value for `Fn::Equals`. A number equals its text.
    fn comparable(&self, node: &TemplateNode<'t>) -> Result<Json, Reported> {
        let value = self.evaluate(node)?.unwrap_or(Json::Null);
        Ok(match super::evaluator::scalar_text(&value) {
            Some(text) => Json::from(text),
            None => value,
        })
    }
}
