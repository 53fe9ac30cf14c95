//! Prints the documentation page of the rules:
//! `cargo run -p stepwright-asl --example rules_page > docs/reference/rules.md`

fn main() {
    print!("{}", stepwright_asl::validate::rules_page());
}
