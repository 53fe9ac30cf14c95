// Starts `stepwright studio --stdio`.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Connect } from "../studio/server";

/** The end of standard error that a message quotes. */
const QUOTED = 500;

/** The time for the rest of standard error after the end of the process. */
const CLOSE_MS = 300;

/** Returns a function that starts the command with the folders of the workspace. */
export function connectTo(command: () => { path: string; folders: string[] }): Connect {
  return (events) => {
    const { path, folders } = command();
    const child = spawn(path, ["studio", "--stdio", ...folders], {
      cwd: folders[0],
      stdio: ["pipe", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-QUOTED);
    });
    // The process may end between the check of the connection and a write.
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on(
      "line",
      events.line,
    );
    child.on("error", (error) => events.ended(`\`${path}\` did not start: ${error.message}`));
    const report = (code: number | null, signal: NodeJS.Signals | null) => {
      const status = signal ?? `exit status ${code}`;
      events.ended(errors.trim() === "" ? status : `${status}: ${errors.trim()}`);
    };
    // The rest of standard error arrives before `close`, which waits for all holders of the pipes.
    child.on("close", report);
    child.on("exit", (code, signal) => setTimeout(report, CLOSE_MS, code, signal));
    return {
      send: (line) => child.stdin.write(`${line}\n`),
      // The process ends when its input ends.
      close: () => child.stdin.end(),
    };
  };
}
