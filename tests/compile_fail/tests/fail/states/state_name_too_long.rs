use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        pass This_name_is_one_character_longer_than_the_eighty_that_the_console_of_AWS_can_show { end; }
    }
}

fn main() {}
