// The platform of a desktop: the language server and the studio are processes of the command.

import { accessSync, constants, statSync } from "node:fs";
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { CLIENT_ID, CLIENT_NAME, clientOptions } from "../client";
import { RESTART } from "../extension";
import type { Platform } from "../platform";
import { STUDIO_COMMAND } from "../studio/server";
import { findBinary } from "./binary";
import { TERMINAL_COMMANDS } from "./commandLines";
import { connectTo } from "./process";
import { registerTerminalCommands } from "./terminal";

/** Starts processes of the command `stepwright`. */
export class DesktopPlatform implements Platform {
  readonly studioWords = STUDIO_COMMAND;
  readonly connectStudio = connectTo(() => {
    const path = this.binary();
    if (path === undefined) {
      throw new Error("The command `stepwright` was not found. Set `stepwright.path`.");
    }
    const folders = vscode.workspace.workspaceFolders ?? [];
    return { path, folders: folders.map(({ uri }) => uri.fsPath) };
  });
  /** The path of the last client's server. */
  private path = "";

  constructor(private readonly extensionFolder: string) {}

  createClient(): LanguageClient | undefined {
    const path = this.binary();
    if (path === undefined) {
      return undefined;
    }
    this.path = path;
    const options = clientOptions(["file"], TERMINAL_COMMANDS);
    return new LanguageClient(CLIENT_ID, CLIENT_NAME, { command: path, args: ["lsp"] }, options);
  }

  startFailed(reason: string): void {
    void offerSettings(`\`${this.path} lsp\` did not start: ${reason}`);
  }

  register(): vscode.Disposable[] {
    return [
      ...registerTerminalCommands(() => this.binary()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("stepwright.path")) {
          void vscode.commands.executeCommand(RESTART);
        }
      }),
    ];
  }

  /** Returns the path of the command. Without one, shows a message that says what to do. */
  private binary(): string | undefined {
    const found = findBinary({
      setting: vscode.workspace.getConfiguration("stepwright").get("path", ""),
      extensionFolder: this.extensionFolder,
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      path: process.env.PATH ?? "",
      platform: process.platform,
      isExecutable,
    });
    if ("path" in found) {
      return found.path;
    }
    void offerSettings(found.problem);
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function offerSettings(problem: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(problem, "Open Settings");
  if (choice) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "stepwright.path");
  }
}
