use stepwright::builder::FlowBuilder;
use stepwright::expr;

fn main() {
    let flow = FlowBuilder::<Vec<u32>, Option<u32>>::new("Largest");
    let find = flow.declare::<Vec<u32>>("Find");
    let done = flow.declare::<Option<&u32>>("Done");
    flow.start_at(&find);
    flow.pass(&find, expr!(|all: Vec<u32>| all.iter().max()))
        .next(&done);
}
