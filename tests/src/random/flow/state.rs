//! Pass and Wait states, and the edges of all.

use super::super::kind::Kind;
use super::scope::{Flow, Here, Scope};

impl Flow<'_> {
    pub(super) fn pass(&mut self, scope: &mut Scope<'_>, here: &Here) -> (String, String) {
        let mut bound = Vec::new();
        let (mut text, mut rust) = (String::new(), String::new());
        let mut count = self.of(&[1, 1, 2, 3]);
        if here.at <= 2 && self.once_in(2) {
            self.rule("counter");
            let counter = self.counter(scope, here.at);
            bound.push(counter);
            let start = format!("let {}: i32 = 0; ", scope.variables[counter].name);
            text += &start;
            rust += &start;
            count -= 1;
            self.see(&[scope.variables[counter].clone()]);
        }
        let (more, same) = self.lets(scope, count, &mut bound);
        text += &more;
        rust += &same;
        self.rule("pass");
        let to = self.edge(scope, here.with(&bound));
        (
            format!("pass {} {{ {text}next {to}; }}", here.name),
            format!(
                "__at = __sim.eval(|__sim| {{ {rust}{}Ok({to}) }})?;",
                scope.set(&bound)
            ),
        )
    }

    /// A new variable that bounds loops after this state.
    fn counter(&mut self, scope: &mut Scope<'_>, at: usize) -> usize {
        let name = loop {
            let name = self.grower.name();
            if scope.is_free(name) {
                break name;
            }
        };
        let counter = self.declare(scope, name, &Kind::One('I'));
        scope.variables[counter].counts_from = Some(at);
        counter
    }

    pub(super) fn wait(&mut self, scope: &mut Scope<'_>, here: &Here) -> (String, String) {
        let ways = if self.path { 2 } else { 4 };
        let (amount, seconds) = match self.number(ways) {
            0 => ("3".to_owned(), "3".to_owned()),
            1 => ("2m".to_owned(), "120".to_owned()),
            2 => {
                let text = self.expression(&Kind::One('N'));
                (text.clone(), text)
            }
            _ => {
                let text = format!("({}).clamp(0, 9)", self.expression(&Kind::One('I')));
                (text.clone(), text)
            }
        };
        self.rule("wait");
        let mut bound = Vec::new();
        let count = self.of(&[0, 0, 1]);
        let (lets, same) = self.lets(scope, count, &mut bound);
        let to = self.edge(scope, here.with(&bound));
        (
            format!(
                "wait {} {{ seconds {amount}; {lets}next {to}; }}",
                here.name
            ),
            format!(
                "__at = __sim.eval(|__sim| {{ let __wait = ({seconds}) as f64; __sim.wait(__wait); {same}{}Ok({to}) }})?;",
                scope.set(&bound)
            ),
        )
    }

    /// An edge that assigns `bound` and possibly further `let`s: the text after `=>`, and the block
    /// of the Rust half that returns the next state.
    pub(super) fn arm(
        &mut self,
        scope: &mut Scope<'_>,
        here: &Here,
        mut bound: Vec<usize>,
    ) -> (String, String) {
        let count = self.of(&[0, 0, 0, 1, 2]);
        let (lets, same) = self.lets(scope, count, &mut bound);
        let to = self.edge(scope, here.with(&bound));
        let text = if count == 0 {
            to.clone()
        } else {
            self.rule("let on an edge");
            format!("{{ {lets}next {to}; }}")
        };
        (text, format!("{{ {same}{}Ok({to}) }}", scope.set(&bound)))
    }
}

impl Here {
    /// The variables that are assigned after this state, if it binds these.
    pub(super) fn with(&self, bound: &[usize]) -> std::collections::BTreeSet<usize> {
        self.entry.iter().chain(bound).copied().collect()
    }
}
