// The entry of the extension in a browser.

import type * as vscode from "vscode";
import { activateWith } from "../extension";
import { WebPlatform } from "./platform";

export { deactivate } from "../extension";

/** Called by the editor when a file of one of the languages is opened. */
export function activate(context: vscode.ExtensionContext): Promise<void> {
  return activateWith(context, new WebPlatform(context.extensionUri));
}
