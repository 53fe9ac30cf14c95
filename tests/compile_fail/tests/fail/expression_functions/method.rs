use stepwright::function::*;

struct Limits {
    most: f64,
}

impl Limits {
    #[expression]
    fn is_above(&self, total: f64) -> bool {
        total > self.most
    }
}

fn main() {}
