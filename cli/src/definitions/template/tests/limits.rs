//! Deep, cyclic and growing templates are problems.

use std::fmt::Write as _;

use super::{SECTIONS, evaluate, problems};

/// Test threads have 2 MiB of stack, as the threads of the server.
#[test]
fn deep_nesting_is_evaluated_or_refused() {
    // The deepest value that a text may have.
    for depth in [60, 80, 100] {
        let value = format!("{}x{}", "!Join ['', [".repeat(depth), "]]".repeat(depth));
        let text = format!("{SECTIONS}\nOutputs: {{Value: {{Value: {value}}}}}\n");
        if let Err(problem) = stepwright_asl::template::read_for_evaluation("t.yaml", &text) {
            assert!(problem.to_string().contains("nest deeper"), "{problem}");
            continue;
        }
        let value = evaluate(&text).expect("there is no problem");
        assert_eq!(value, Some("x".into()), "{depth}");
    }
    let depth = 240;
    let value = format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
    assert!(
        evaluate(&format!(
            "{SECTIONS}\nOutputs: {{Value: {{Value: {value}}}}}\n"
        ))
        .is_ok()
    );
}

/// A chain of references is as deep as its values together.
#[test]
fn a_long_chain_of_references_is_refused() {
    let chain = |count: usize| {
        let mut text = "Resources:\n".to_owned();
        for index in 0..count {
            let next = index + 1;
            writeln!(
                text,
                "  Q{index}: {{Type: AWS::SQS::Queue, Properties: {{QueueName: !Select [0, [!Join ['', [!GetAtt Q{next}.QueueName]]]]}}}}"
            )
            .expect("writing to a text");
        }
        write!(text, "  Q{count}: {{Type: AWS::SQS::Queue}}\nOutputs: {{Value: {{Value: !GetAtt Q0.QueueName}}}}\n").expect("writing to a text");
        evaluate(&text)
    };
    assert_eq!(chain(20), Ok(Some("Q20".into())));
    let problems = chain(2_000).expect_err("the chain is too deep");
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("nest deeper than"), "{problems:?}");
}

#[test]
fn a_chain_of_conditions_is_refused() {
    let mut text = "Conditions:\n".to_owned();
    for index in 0..3_000 {
        writeln!(text, "  C{index}: !Not [!Condition C{}]", index + 1).expect("writing to a text");
    }
    text += "  C3000: !Equals [a, a]\nResources: {}\nOutputs: {Value: {Value: !If [C0, a, b]}}\n";
    let problems = evaluate(&text).expect_err("the chain is too deep");
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("nest deeper than"), "{problems:?}");
}

/// Each name has two copies of the next one: 2^60 bytes.
#[test]
fn values_that_double_are_refused() {
    let mut text = "Resources:\n".to_owned();
    for index in 0..60 {
        let next = index + 1;
        writeln!(
            text,
            "  Q{index}: {{Type: AWS::SQS::Queue, Properties: {{QueueName: !Sub '${{Q{next}.QueueName}}${{Q{next}.QueueName}}'}}}}"
        )
        .expect("writing to a text");
    }
    text += "  Q60: {Type: AWS::SQS::Queue}\nOutputs: {Value: {Value: !GetAtt Q0.QueueName}}\n";
    let problems = evaluate(&text).expect_err("the value is too large");
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("have more than"), "{problems:?}");
}

#[test]
fn cycles_are_named() {
    let found = problems("!GetAtt Self.Arn");
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("`Other.QueueName` -> `Self.QueueName` -> `Other.QueueName`"),
        "{found:?}"
    );
}
