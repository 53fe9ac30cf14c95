// The command lines of the code lenses.

/** The argument of a code lens, as `stepwright lsp` sends it. */
export interface LensTarget {
  uri: string;
  /** The index of the definition in its file. */
  definition: number;
  /** The name of the definition in a template; absent if the file is one definition. */
  name?: string | null;
  /** The path of the state, as a JSON Pointer. */
  pointer?: string;
  /** The name of the state. */
  state?: string;
}

/** Commands whose lenses run the command `stepwright` in a terminal. */
export const TERMINAL_COMMANDS = [
  "stepwright.run",
  "stepwright.testState",
  "stepwright.policy",
  "stepwright.estimate",
] as const;

export type TerminalCommand = (typeof TERMINAL_COMMANDS)[number];

/** Returns whether the command needs an input in JSON. */
export function needsInput(command: TerminalCommand): boolean {
  return command === "stepwright.run" || command === "stepwright.testState";
}

/**
 * Returns the arguments of `stepwright` for a lens. They are passed without a shell, so file names
 * and inputs need no quotes.
 */
export function commandLine(
  command: TerminalCommand,
  target: LensTarget,
  file: string,
  input = "{}",
): string[] {
  const source = target.name ? `${file}#${target.name}` : file;
  switch (command) {
    case "stepwright.run":
      return ["run", source, "--input", input];
    case "stepwright.testState":
      return ["test-state", source, "--state", target.state ?? "", "--input", input];
    case "stepwright.policy":
      return ["policy", source];
    case "stepwright.estimate":
      return ["estimate", source];
  }
}

/** Returns why a text is no input of an execution; `undefined` if it is one. */
export function inputProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `The input must be JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Returns whether a value is the argument of a lens. */
export function isLensTarget(value: unknown): value is LensTarget {
  return (
    typeof value === "object" &&
    value !== null &&
    "uri" in value &&
    typeof value.uri === "string" &&
    "definition" in value &&
    typeof value.definition === "number"
  );
}
