//! The diagram of several state machines, with the executions that they start.

use crate::outline::{Body, Class, Depicted, Link, Node, Outline};
use crate::text::tooltip;

/// A state machine in a [`Diagram::of_machines`](crate::Diagram::of_machines).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineBox {
    /// The name, which differs from those of other machines.
    pub name: String,
    /// A short detail, such as the number of its states.
    pub detail: String,
    /// The states that start executions of other machines.
    pub starts: Vec<MachineStart>,
}

/// A state that starts executions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineStart {
    /// The name of the state.
    pub state: String,
    /// The state machine, as the definition names it.
    pub called: String,
    /// The indexes of the machines that this may be. Empty for a machine that is not in the
    /// diagram.
    pub targets: Vec<usize>,
}

impl Outline {
    /// The outline of several machines. Each is a node around the states that start executions; a
    /// machine without any is a simple node.
    pub(super) fn of_machines(machines: &[MachineBox]) -> Outline {
        let mut outline = Outline::default();
        let mut all = body(None, (0..machines.len()).collect());
        outline.nodes = machines.iter().map(machine_node).collect();
        for (from, machine) in machines.iter().enumerate() {
            for to in machine.starts.iter().flat_map(|start| &start.targets) {
                let is_known = all
                    .links
                    .iter()
                    .any(|link| (link.from, link.to) == (from, *to));
                if *to < machines.len() && !is_known {
                    all.links.push(link(from, *to));
                }
            }
        }
        outline.bodies.push(all);
        for (index, machine) in machines.iter().enumerate() {
            if machine.starts.is_empty() {
                continue;
            }
            let first = outline.nodes.len();
            let starts = machine.starts.iter();
            outline
                .nodes
                .extend(starts.map(|start| start_node(machine, start)));
            let states = (first..outline.nodes.len()).collect();
            outline.nodes[index].inner.push(outline.bodies.len());
            outline.bodies.push(body(Some(index), states));
        }
        outline
    }
}

fn machine_node(machine: &MachineBox) -> Node {
    Node {
        detail: Some(machine.detail.clone()).filter(|detail| !detail.is_empty()),
        ..Node::named(&machine.name, &machine.name, Depicted::Machine)
    }
}

fn start_node(machine: &MachineBox, start: &MachineStart) -> Node {
    let full_name = format!("{}: {}", machine.name, start.state);
    let called = &start.called;
    Node {
        notes: vec![tooltip(&format!("starts {called}"))],
        ..Node::named(&start.state, &full_name, Depicted::Start)
    }
}

fn body(parent: Option<usize>, nodes: Vec<usize>) -> Body {
    Body {
        pointer: String::new(),
        parent,
        comment: None,
        nodes,
        start: None,
        links: Vec::new(),
    }
}

fn link(from: usize, to: usize) -> Link {
    Link {
        from,
        to,
        class: Class::Next,
        labels: Vec::new(),
        pointers: Vec::new(),
        mark: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Diagram, StateLink};

    fn machine(name: &str, starts: &[(&str, &[usize])]) -> MachineBox {
        let starts = starts.iter().map(|(state, targets)| MachineStart {
            state: (*state).to_owned(),
            called: format!("${{{state}}}"),
            targets: targets.to_vec(),
        });
        MachineBox {
            name: name.to_owned(),
            detail: "2 states".to_owned(),
            starts: starts.collect(),
        }
    }

    #[test]
    fn machines_are_boxes_around_their_starts_and_all_are_links() {
        let machines = [
            machine(
                "order",
                &[("Pay", &[1]), ("Pay again", &[1]), ("Else", &[])],
            ),
            machine("<pay>", &[("Pay", &[1, 2]), ("Back", &[0])]),
            machine("mail", &[]),
        ];
        let svg = Diagram::of_machines(&machines)
            .to_inline_svg(|name| Some(StateLink::new(format!("?{name}"))));
        for link in [
            "?order",
            "?order: Pay",
            "?order: Pay again",
            "?order: Else",
            "?&lt;pay&gt;: Back",
            "?mail",
        ] {
            assert!(
                svg.contains(&format!("<a href=\"{link}\">")),
                "{link}: {svg}"
            );
        }
        // From order to pay, from pay to itself, to mail and to order.
        assert_eq!(svg.matches("class=\"edge\"").count(), 4, "{svg}");
        assert!(
            Diagram::of_machines(&machines)
                .to_mermaid()
                .contains("mail")
        );
        assert!(Diagram::of_machines(&[]).to_svg().starts_with("<svg"));
    }
}
