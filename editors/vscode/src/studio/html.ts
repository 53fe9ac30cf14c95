// The page of the studio in a webview.
//
// The page is not an iframe to a server: in a remote workspace, the window and the process run on
// different machines, and keys in an iframe do not reach the editor. The webview has the HTML of
// the command, so that both always have the same version, and passes its requests as messages. Its
// policy allows no connection at all.

/** Where the page finds its files. */
export interface PageSources {
  /** The address of the folder with the files. */
  folder: string;
  /** The source of the webview's files in a policy. */
  policySource: string;
}

/** The names of the files that a text of the page or of a script loads. */
export function loadedFiles(text: string): string[] {
  const names = [...text.matchAll(/(?:"assets\/|from "\.\/)([\w-]+\.(?:js|css))"/g)];
  return [...new Set(names.map((match) => match[1] ?? ""))];
}

/** Returns the page of the command with the addresses and the policy of a webview. */
export function studioHtml(page: string, { folder, policySource }: PageSources): string {
  const policy = `default-src 'none'; script-src ${policySource}; style-src ${policySource}; img-src data:; form-action 'none'; base-uri 'none'`;
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return (
    page
      .replace("<head>", `<head>${meta}`)
      // The script reads the rules of the style sheets, to follow the theme of the editor.
      .replaceAll('<link rel="stylesheet"', '<link rel="stylesheet" crossorigin="anonymous"')
      .replaceAll('"assets/', `"${folder}/`)
  );
}

/** Returns a page with a text, for a document that cannot be shown. */
export function noticeHtml(text: string): string {
  const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>Stepwright Studio</title>
</head>
<body><p role="alert">${escaped}</p></body>
</html>
`;
}
