//! Values that a program builds may nest deeper than the stack allows: drawing them does not
//! overflow the stack.

use stepwright_asl::json::Json;
use stepwright_diagram::Diagram;

#[test]
fn values_of_any_depth_are_drawn() {
    let work = || {
        let mut definition = stepwright_asl::json!({
            "StartAt": "A",
            "States": {"A": {"Type": "Pass", "End": true, "Result": null}},
        });
        let deep = (0..100_000).fold(Json::Null, |json, level| {
            if level % 2 == 0 {
                Json::Array(vec![json])
            } else {
                Json::Object([("a".to_owned(), json)].into_iter().collect())
            }
        });
        *definition
            .pointer_mut("/States/A/Result")
            .expect("is there") = deep;
        assert!(!Diagram::of(&definition).to_svg().is_empty());
    };
    // The stack of an ordinary thread.
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread.expect("starts").join().expect("it does not panic");
}
