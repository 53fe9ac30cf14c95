// The code lenses that run the command in a terminal.

import * as vscode from "vscode";
import { isLensTarget } from "../lensTarget";
import {
  commandLine,
  inputProblem,
  needsInput,
  TERMINAL_COMMANDS,
  type TerminalCommand,
} from "./commandLines";

/** Registers the commands. `binary` returns the path of the command, after a message if there is none. */
export function registerTerminalCommands(binary: () => string | undefined): vscode.Disposable[] {
  /** The last input of each state and definition. */
  const inputs = new Map<string, string>();
  return TERMINAL_COMMANDS.map((command) =>
    vscode.commands.registerCommand(command, (target: unknown) =>
      execute(command, target, binary, inputs),
    ),
  );
}

async function execute(
  command: TerminalCommand,
  target: unknown,
  binary: () => string | undefined,
  inputs: Map<string, string>,
): Promise<void> {
  if (!isLensTarget(target)) {
    return;
  }
  const path = binary();
  if (path === undefined) {
    return;
  }
  const uri = vscode.Uri.parse(target.uri);
  const document = await vscode.workspace.openTextDocument(uri);
  // The command reads the file, so the file must have the text of the editor.
  if (document.isDirty && !(await document.save())) {
    return;
  }
  let input: string | undefined;
  if (needsInput(command)) {
    const key = [target.uri, target.definition, target.pointer ?? ""].join("\n");
    input = await vscode.window.showInputBox({
      title: target.state ? `Input of the state ${target.state}` : "Input of the execution",
      prompt: "JSON",
      value: inputs.get(key) ?? "{}",
      validateInput: inputProblem,
      ignoreFocusOut: true,
    });
    if (input === undefined) {
      return;
    }
    inputs.set(key, input);
  }
  const task = new vscode.Task(
    { type: "stepwright" },
    vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Workspace,
    [TITLES[command], target.state ?? target.name ?? ""].join(" ").trim(),
    "Stepwright",
    new vscode.ProcessExecution(path, commandLine(command, target, uri.fsPath, input)),
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  await vscode.tasks.executeTask(task);
}

const TITLES: Record<TerminalCommand, string> = {
  "stepwright.run": "Run",
  "stepwright.testState": "Test state",
  "stepwright.policy": "Policy",
  "stepwright.estimate": "Estimate",
};
