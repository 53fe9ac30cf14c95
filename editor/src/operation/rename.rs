//! Renames states and variables.

use stepwright_asl::edit::Edit;
use stepwright_asl::jsonata::{ExpressionPart, is_function, parts, strip};
use stepwright_asl::name::check_variable;

use super::{OperationError, OperationTarget};
use crate::names::references::{NameAt, NamedThing};
use crate::names::variable_names::{VariableName, variable_names};
use crate::{Reference, TextEdit};

impl OperationTarget<'_> {
    pub(super) fn rename_state(
        &self,
        pointer: &str,
        name: &str,
    ) -> Result<Vec<Edit>, OperationError> {
        let state = self.state(pointer)?;
        let found = &self.graph.states()[state];
        if found.name == name {
            return Ok(Vec::new());
        }
        self.check_new_name(found.container, name)?;
        let mut edits = vec![Edit::rename(pointer, name)];
        let container = &self.graph.containers()[found.container];
        if container.start_at == Some(found.name) {
            edits.push(Edit::replace(container.pointer.key("StartAt"), name));
        }
        for (_, edge) in self.graph.predecessors(state) {
            edits.push(Edit::replace(&edge.pointer, name));
        }
        Ok(edits)
    }

    pub(super) fn rename_variable(
        &self,
        definition: usize,
        pointer: &str,
        name: &str,
    ) -> Result<Vec<TextEdit>, OperationError> {
        check_variable(name).map_err(|error| OperationError::refused(error.to_string()))?;
        if is_function(name) {
            return Err(OperationError::refused(format!(
                "`${name}` is a function of JSONata"
            )));
        }
        let names = variable_names(self.document, self.definition);
        let key = self.definition.key_range(pointer);
        let inside = |one: &&VariableName| {
            key.as_ref()
                .is_some_and(|key| key.start <= one.range.start && one.range.end <= key.end)
        };
        let Some(found) = names.iter().filter(|one| one.is_declaration).find(inside) else {
            let what = format!("a variable at `{pointer}`");
            return Err(OperationError::missing(what));
        };
        if found.name == name {
            return Ok(Vec::new());
        }
        // A scope inside of another one sees the variables of both.
        let sees = |one: &str, other: &str| one == other || one.starts_with(&format!("{other}/"));
        let is_taken = names.iter().any(|one| {
            one.name == name && (sees(&one.scope, &found.scope) || sees(&found.scope, &one.scope))
        });
        if is_taken {
            return Err(OperationError::refused(format!(
                "there is already a variable `{name}` in this scope"
            )));
        }
        let renamed = NameAt {
            definition,
            range: found.range.clone(),
            thing: NamedThing::Variable {
                name: found.name.clone(),
                scope: found.scope.clone(),
            },
        };
        let references = self.document.references_of(&renamed);
        if let Some(local) = self.binding_of(&references, name) {
            return Err(OperationError::refused(format!(
                "`{local}` binds `${name}` to another value"
            )));
        }
        let edits = references.into_iter();
        Ok(edits
            .map(|one| TextEdit::replace(one.range, name))
            .collect())
    }

    /// An expression with one of these references that has a local binding or a parameter with the
    /// new name, which would hide the variable.
    fn binding_of(&self, references: &[Reference], name: &str) -> Option<String> {
        references.iter().find_map(|one| {
            let node = self.definition.node_at(one.range.start)?;
            let text = self.definition.json().pointer(&node.pointer)?.as_str()?;
            let inside = strip(text)?;
            let is_bound = parts(inside).into_iter().any(|(part, range)| {
                matches!(part, ExpressionPart::Variable | ExpressionPart::Function)
                    && inside[range].strip_prefix('$') == Some(name)
            });
            is_bound.then(|| text.to_owned())
        })
    }
}
