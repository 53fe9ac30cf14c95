// The command lines of the code lenses.

import type { LensTarget } from "../lensTarget";

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
