// The page of the picture.

/** Addresses of the page's files, in the form that its security policy allows. */
export interface PageFiles {
  script: string;
  style: string;
}

/** Returns the page. Only the script and the styles with the nonce have an effect. */
export function pageHtml(files: PageFiles, nonce: string): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Picture of the state machine</title>
<link rel="stylesheet" nonce="${nonce}" href="${files.style}">
</head>
<body>
<div id="tools" role="toolbar" aria-label="Zoom">
<button type="button" id="zoom-out" title="Zoom out (-)" aria-label="Zoom out">−</button>
<button type="button" id="zoom-fit" title="Fit the width (0)">Fit</button>
<button type="button" id="zoom-in" title="Zoom in (+)" aria-label="Zoom in">+</button>
</div>
<p id="notice" role="status" hidden></p>
<main id="picture" aria-label="Picture of the state machine"></main>
<script nonce="${nonce}" src="${files.script}"></script>
</body>
</html>
`;
}
