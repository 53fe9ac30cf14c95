//! Prints the documentation page of the rules:
//! `cargo run -p stepwright-asl --all-features --example rules_page > docs/reference/rules.md`

fn main() {
    print!("{}", stepwright_asl::validate::rules_page());
}
