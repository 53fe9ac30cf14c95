// Definitions of tests: one with every kind of transition and a comment, and large ones.

export const ORDERS = `{
  // The order workflow
  "QueryLanguage": "JSONata",
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.ok %}", "Next": "Charge"}], "Default": "Reject"},
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Arguments": {"FunctionName": "charge",   "Payload": "{% $states.input %}"},
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Reject"}],
      "Next": "Both"
    },
    "Both": {"Type": "Parallel", "Branches": [
      {"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "End": true}}},
      {"StartAt": "Mail", "States": {"Mail": {"Type": "Pass", "End": true}}}
    ], "Next": "Done"},
    "Done": {"Type": "Succeed"},
    "Reject": {"Type": "Fail", "Error": "Rejected"}
  }
}
`;

/** The names of the states of `ORDERS`. */
export const NAMES = ["Both", "Charge", "Check", "Done", "Mail", "Pack", "Reject"];

/** A definition with a number of states: a chain with Choices and Catchers. */
export function large(count) {
  const States = {};
  for (let index = 0; index < count - 1; index++) {
    const next = index + 2 < count ? { Next: `S${index + 1}` } : { End: true };
    if (index % 7 === 3 && index + 4 < count) States[`S${index}`] = { Type: "Choice", Choices: [{ Condition: "{% $states.input.a > 3 %}", Next: `S${index + 2}` }], Default: `S${index + 1}` };
    else if (index % 7 === 5)
      States[`S${index}`] = {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Arguments: { FunctionName: "f", Payload: "{% $states.input %}" },
        Retry: [{ ErrorEquals: ["States.ALL"] }],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Failed" }],
        ...next,
      };
    else States[`S${index}`] = { Type: "Pass", Output: { value: index }, ...next };
  }
  States.Failed = { Type: "Fail", Error: "Failed" };
  return `${JSON.stringify({ QueryLanguage: "JSONata", StartAt: "S0", States }, null, 2)}\n`;
}
