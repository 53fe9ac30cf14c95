//! States that end their scope.

use super::super::kind::Kind;
use super::scope::{Flow, Here, Scope};

impl Flow<'_> {
    pub(super) fn ending(&mut self, scope: &mut Scope<'_>, here: &Here) -> (String, String) {
        let kind = scope.wanted.result.clone();
        let is_last = scope.is_last();
        let may_hold = scope.wanted.depth < 2 && !(here.at == 0 && scope.wanted.item.is_some());
        match if self.path { 7 } else { self.number(10) } {
            0 | 1 if !is_last => self.fail(here),
            2 | 3 => self.task(scope, here, true),
            4 if may_hold => self.map(scope, here, true),
            5 | 6 => {
                self.rule("succeed");
                let value = self.expression(&kind);
                (
                    format!("succeed {} {{ {value} }}", here.name),
                    format!(
                        "return __sim.eval(|__sim| {{ let __v: {} = {value}; Ok(__v) }});",
                        kind.rust(false)
                    ),
                )
            }
            _ => {
                let mut bound = Vec::new();
                let count = self.of(&[0, 0, 1, 2]);
                let (lets, same) = self.lets(scope, count, &mut bound);
                if count > 0 {
                    self.rule("let of a state that ends");
                }
                let value = self.expression(&kind);
                (
                    format!("pass {} {{ {lets}end {value}; }}", here.name),
                    format!(
                        "return __sim.eval(|__sim| {{ {same}let __v: {} = {value}; Ok(__v) }});",
                        kind.rust(false)
                    ),
                )
            }
        }
    }

    fn fail(&mut self, here: &Here) -> (String, String) {
        self.rule("fail");
        let text = Kind::One('T');
        let (written, error, cause) = match self.number(5) {
            0 => (";".to_owned(), "None".to_owned(), "None".to_owned()),
            1 => (
                " { \"Custom\" }".to_owned(),
                "Some(\"Custom\".to_owned())".to_owned(),
                "None".to_owned(),
            ),
            2 => {
                let (error, cause) = (self.expression(&text), self.expression(&text));
                (
                    format!(" {{ {error}, {cause} }}"),
                    format!("Some({error})"),
                    format!("Some({cause})"),
                )
            }
            _ => {
                let cause = self.expression(&text);
                (
                    format!(" {{ \"Custom.Error\", {cause} }}"),
                    "Some(\"Custom.Error\".to_owned())".to_owned(),
                    format!("Some({cause})"),
                )
            }
        };
        (
            format!("fail {}{written}", here.name),
            format!(
                "return __sim.eval(|__sim| {{ let __error: Option<String> = {error}; let __cause: Option<String> = {cause}; Err(Failure::Fail(__error, __cause)) }});"
            ),
        )
    }
}
