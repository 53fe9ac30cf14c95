// Requests and responses of TestState.

/** The fields of the view, as the user typed them. An empty field is absent. */
export interface TestData {
  input: string;
  variables: string;
  context: string;
}

export interface TestStateRequest {
  definition: string;
  inspectionLevel: "DEBUG";
  input?: string;
  variables?: string;
  context?: string;
  mock?: { result: string; fieldValidationMode: "PRESENT" };
}

/** The response of TestState. */
export interface TestStateResponse {
  status: string;
  output?: string;
  error?: string;
  cause?: string;
  nextState?: string;
  inspectionData?: Record<string, unknown>;
}

export type Language = "JSONata" | "JSONPath";

/** The steps of the data flow, in their order. */
export const STEPS: readonly [member: string, title: string][] = [
  ["input", "Input"],
  ["afterInputPath", "After InputPath"],
  ["afterItemsPath", "After ItemsPath"],
  ["afterItemsPointer", "After ItemsPointer"],
  ["afterItemSelector", "After ItemSelector"],
  ["afterItemBatcher", "After ItemBatcher"],
  ["afterParameters", "After Parameters"],
  ["afterArguments", "After Arguments"],
  ["result", "Result"],
  ["afterResultSelector", "After ResultSelector"],
  ["afterResultPath", "After ResultPath"],
];

/** A function without an own behaviour: AWS accepts a context object only with a mock. */
const MOCKED_CALL = {
  Type: "Task",
  Resource: "arn:aws:lambda:us-east-1:123456789012:function:expression",
};

/** Returns the test of a state whose only field is an expression. */
export function expressionTest(
  language: Language,
  expression: string,
  data: TestData,
): TestStateRequest {
  const text = expression.trim();
  const field =
    language === "JSONata"
      ? { QueryLanguage: language, Output: text.startsWith("{%") ? text : `{% ${text} %}` }
      : { QueryLanguage: language, Parameters: { "value.$": text } };
  const state = data.context.trim() === "" ? { Type: "Pass" } : MOCKED_CALL;
  return stateTest(
    JSON.stringify({ ...state, ...field, End: true }),
    state === MOCKED_CALL ? "{}" : "",
    data,
  );
}

/** Returns the value of an expression in JSON; nothing if the test failed. */
export function expressionValue(
  language: Language,
  { status, output, inspectionData }: TestStateResponse,
): string | undefined {
  if (status !== "SUCCEEDED") {
    return undefined;
  }
  if (language === "JSONata") {
    return output;
  }
  const parameters = inspectionData?.afterParameters ?? output;
  if (typeof parameters !== "string") {
    return undefined;
  }
  return parameters.slice('{"value":'.length, -1);
}

/** Returns the test of a state. */
export function stateTest(definition: string, result: string, data: TestData): TestStateRequest {
  const isFilled = (text: string) => text.trim() !== "";
  return {
    definition,
    inspectionLevel: "DEBUG",
    ...(isFilled(data.input) && { input: data.input }),
    ...(isFilled(data.variables) && { variables: data.variables }),
    ...(isFilled(data.context) && { context: data.context }),
    ...(isFilled(result) && { mock: { result, fieldValidationMode: "PRESENT" } }),
  };
}

/** Returns a JSON text with indentation. Its numbers remain as they are: parsing would round them. */
export function pretty(json: string): string {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return json.replace(/"(?:[^"\\]|\\.)*"|[[{]\s*[\]}]|[[\]{},:]|\s+/g, (token) => {
    switch (token) {
      case "{":
      case "[":
        depth += 1;
        return token + line();
      case "}":
      case "]":
        depth -= 1;
        return line() + token;
      case ",":
        return token + line();
      case ":":
        return ": ";
      default:
        return token.trim();
    }
  });
}
