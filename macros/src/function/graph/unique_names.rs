//! Names for states whose code has the same name.
//!
//! The state nearest to the start of the function keeps the name of its code, `IfTotal`. Every
//! other one gets the name of the code around it, `ChargeIfTotal`, or of a part of its code that
//! differs, `IfTotalOver100`. So a name depends on the code of its state and on states that are
//! nearer to the start, and not on states inside of other code. The Pass state in which a branch
//! begins has a number if no such name is free.

use super::{Graph, Role};
use crate::function::naming::state_name::StateName;
use std::collections::HashSet;
use stepwright_asl::name::check_state;

/// The limit of the numbers in names. No function has so many branches.
const LARGEST_NUMBER: usize = 10_000;

/// Gives each state of a function a name, if there are enough different ones.
pub(crate) fn make_unique(graph: &mut Graph) {
    let mut names = Vec::new();
    collect(graph, &mut names);
    let explicit = names.iter().filter(|name| name.is_explicit);
    let mut taken: HashSet<String> = explicit.map(|name| name.text.clone()).collect();
    names.retain(|name| !name.is_explicit);
    names.sort_by_key(|name| name.around.len());
    for name in names {
        let numbers = name
            .is_numbered
            .then(|| (2..LARGEST_NUMBER).map(|number| format!("{}{number}", name.text)));
        let mut candidates = name
            .candidates()
            .into_iter()
            .chain(numbers.into_iter().flatten());
        let free = candidates.find(|one| !taken.contains(one) && check_state(one).is_ok());
        if let Some(free) = free {
            taken.insert(free.clone());
            name.text = free;
        }
    }
}

/// The names of all states, in the order of the source.
fn collect<'g>(graph: &'g mut Graph, names: &mut Vec<&'g mut StateName>) {
    let reached = graph.reached();
    for (index, node) in graph.nodes.iter_mut().enumerate() {
        // A Join remains only after a refused statement.
        if !reached.contains(&index) || node.role == Role::Join {
            continue;
        }
        names.push(&mut node.name);
        for body in &mut node.bodies {
            collect(body, names);
        }
    }
}

impl StateName {
    /// The names that the state may have, the best one first.
    fn candidates(&self) -> Vec<String> {
        let mut candidates = Vec::new();
        let mut prefix = String::new();
        let mut around = self.around.iter().rev();
        loop {
            candidates.push(format!("{prefix}{}", self.text));
            // The code around is in the name before a part of the own code is.
            if prefix.is_empty()
                && let Some(outer) = around.next()
            {
                prefix.insert_str(0, outer);
                candidates.push(format!("{prefix}{}", self.text));
                candidates.extend(self.details.iter().map(|one| format!("{}{one}", self.text)));
            }
            let detailed = self.details.iter();
            candidates.extend(detailed.map(|one| format!("{prefix}{}{one}", self.text)));
            match around.next() {
                Some(outer) => prefix.insert_str(0, outer),
                None => return candidates,
            }
        }
    }
}
