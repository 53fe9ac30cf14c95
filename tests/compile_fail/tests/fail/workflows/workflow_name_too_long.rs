use stepwright::workflow;

workflow! {
    #[allow(non_camel_case_types)]
    workflow This_name_is_one_character_longer_than_the_eighty_that_AWS_allows_for_state_machines() {
        pass First { end; }
    }
}

fn main() {}
