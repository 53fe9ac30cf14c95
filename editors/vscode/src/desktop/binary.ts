// The search for the command `stepwright`.

import { delimiter, isAbsolute, join } from "node:path";

/** What the search reads from its surroundings. */
export interface BinarySources {
  /** The setting `stepwright.path`; empty if it is not set. */
  setting: string;
  /** The folder of the extension. */
  extensionFolder: string;
  /** The first folder of the workspace: a relative setting starts there. */
  workspaceFolder?: string | undefined;
  /** The variable `PATH`. */
  path: string;
  platform: NodeJS.Platform;
  /** Returns whether this file exists and can be executed. */
  isExecutable(file: string): boolean;
}

/** The result of the search: the path of the command, or a message that says what to do. */
export type Binary = { path: string } | { problem: string };

/** Finds the command: the setting, then the bundled binary, then `PATH`. */
export function findBinary(sources: BinarySources): Binary {
  const name = sources.platform === "win32" ? "stepwright.exe" : "stepwright";
  const setting = sources.setting.trim();
  if (setting !== "") {
    const base = sources.workspaceFolder;
    const path = isAbsolute(setting) || base === undefined ? setting : join(base, setting);
    if (sources.isExecutable(path)) {
      return { path };
    }
    return {
      problem: `The setting \`stepwright.path\` is \`${setting}\`, and \`${path}\` is no executable file. Correct the setting, or clear it to search PATH.`,
    };
  }
  const folders = sources.path.split(delimiter).filter((folder) => folder !== "");
  const candidates = [sources.extensionFolder, ...folders].map((folder, index) =>
    index === 0 ? join(folder, "bin", name) : join(folder, name),
  );
  const path = candidates.find((candidate) => sources.isExecutable(candidate));
  if (path !== undefined) {
    return { path };
  }
  return {
    problem: `The command \`${name}\` is not on PATH. Install it, or set \`stepwright.path\` to its path.`,
  };
}
