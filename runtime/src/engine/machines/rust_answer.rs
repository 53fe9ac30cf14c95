use std::collections::BTreeMap;
use std::sync::Arc;

use stepwright::Definition;
use stepwright_interpreter::program::AnswerType;

/// The Rust type of the answer to a task token.
#[derive(Debug)]
struct RustAnswer(stepwright::flow::AnswerType);

impl AnswerType for RustAnswer {
    fn schema(&self) -> serde_json::Value {
        self.0.schema()
    }

    fn check(&self, answer: serde_json::Value) -> Result<(), String> {
        self.0.check(answer)
    }
}

/// Returns the types of the answers that a workflow declares, by state.
pub(super) fn declared_answers(definition: &Definition) -> BTreeMap<String, Arc<dyn AnswerType>> {
    let answers = definition.answers().iter();
    let typed = answers.map(|(state, answer)| {
        let answer: Arc<dyn AnswerType> = Arc::new(RustAnswer(*answer));
        (state.clone(), answer)
    });
    typed.collect()
}
