// The entry of the extension on a desktop, and on the machine of a remote workspace.

import type * as vscode from "vscode";
import { activateWith } from "../extension";
import { DesktopPlatform } from "./platform";

export { deactivate } from "../extension";

/** Called by the editor when a file of one of the languages is opened. */
export function activate(context: vscode.ExtensionContext): Promise<void> {
  return activateWith(context, new DesktopPlatform(context.extensionPath));
}
