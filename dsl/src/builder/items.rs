//! Generated names for the items of maps.

use crate::expr::Text;
use crate::flow::{Flow, FlowStateKind, State, Variables, each_state};
use std::collections::HashSet;

/// Names the items of maps whose bodies do not: `item_1`, `item_2`, .., in the order of the maps,
/// so that the same calls produce the same JSON. The ASL of a Distributed Map contains the name.
pub(super) fn name_items(flow: &mut Flow) {
    let mut taken: HashSet<Text> = HashSet::new();
    let mut all =
        |variables: &Variables| taken.extend(variables.iter().map(|one| one.name.clone()));
    all(&flow.variables);
    each_state(&flow.states, &mut |state| {
        state.bodies().iter().for_each(|body| all(&body.variables));
    });
    taken.extend(flow.parameter.iter().map(|(name, _)| name.clone()));
    each_state(&flow.states, &mut |state| {
        state.each_name(&mut |name| {
            taken.insert(name.clone());
        });
    });
    let mut count = 0;
    for state in &mut flow.states {
        name_in(state, &taken, &mut count);
    }
}

fn name_in(state: &mut State, taken: &HashSet<Text>, count: &mut usize) {
    if let FlowStateKind::Map(map) = &mut state.kind {
        while map.item.is_empty() {
            *count += 1;
            let name = Text::from(format!("item_{count}"));
            if !taken.contains(&name) {
                map.item = name;
            }
        }
    }
    for body in state.bodies_mut() {
        for inner in &mut body.states {
            name_in(inner, taken, count);
        }
    }
}
