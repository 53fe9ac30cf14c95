//! Random values: each kind includes its edge cases.

use super::draw::Draw;

impl Draw {
    pub(super) fn list<T>(&mut self, mut one: impl FnMut(&mut Draw) -> T) -> Vec<T> {
        let length = self.of(&[0, 0, 1, 1, 2, 3, 5]);
        (0..length).map(|_| one(self)).collect()
    }

    pub(super) fn option<T>(&mut self, mut one: impl FnMut(&mut Draw) -> T) -> Option<T> {
        (self.number(5) > 1).then(|| one(self))
    }

    pub(super) fn small(&mut self) -> i32 {
        self.of(&[0, 1, -1, 2, 3, -3, 7, 10, -20, 999, -1000])
    }

    pub(super) fn float(&mut self) -> f64 {
        self.of(&[0.0, 0.5, -0.5, 1.0, 1.5, -2.5, 2.5, 12.125, -7.0, 1000.25])
    }

    pub(super) fn text(&mut self) -> String {
        self.of(&[
            "",
            " ",
            "a",
            "b",
            "ab",
            "aXbX",
            "Ünïcode",
            "中🚀",
            "e\u{301}",
            "\u{FF5E}",
            "\u{1F600}",
            "10",
            "9",
            " two  blanks ",
            "it's \"quoted\"",
            "a,b,,c",
            "{% $x %}",
            "null",
            "\u{a0}x\t\n",
        ])
        .to_owned()
    }
}
