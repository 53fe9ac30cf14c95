// Has asl-validator (npm) read definitions: `node asl.cjs FILE..`, of *.asl.json and of insta's snapshots.
const fs = require('node:fs');
const validate = require('asl-validator');

/** The definition in a file. */
function definition(path) {
  const text = fs.readFileSync(path, 'utf8');
  return JSON.parse(path.endsWith('.snap') ? text.replace(/^---\n[^]*?\n---\n/, '') : text);
}

/**
 * asl-validator 4.0.0 takes a JSONata `Output` only where it is an object or an expression. ASL takes any JSON, so a list or a plain text is
 * shown to it as an expression. Everything else it sees as it is.
 */
function shown(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(shown);
  const entries = Object.entries(value).map(([key, field]) => {
    const isState = typeof value.Type === 'string';
    const isPlain = typeof field === 'string' && !field.startsWith('{%');
    return [key, isState && key === 'Output' && (Array.isArray(field) || isPlain) ? '{% null %}' : shown(field)];
  });
  return Object.fromEntries(entries);
}

let failed = 0;
const paths = process.argv.slice(2);
for (const path of paths) {
  const { isValid, errors } = validate(shown(definition(path)));
  if (!isValid) {
    failed += 1;
    for (const error of errors) console.error(`${path}: ${error['Error code']}: ${error.Message}`, error);
  }
}
if (paths.length === 0 || failed > 0) {
  console.error(`error: asl-validator refuses ${failed} of ${paths.length} definitions`);
  process.exit(1);
}
console.log(`asl-validator takes ${paths.length} definitions`);
