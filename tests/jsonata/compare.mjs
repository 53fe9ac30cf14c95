// Holds the dialect of JSONata by the reference engine of the version that AWS documents.
//
//     npm install --prefix /tmp/jsonata jsonata@2.0.6
//     cargo run -p stepwright-tests --bin jsonata_dialect > /tmp/values.jsonl
//     node tests/jsonata/compare.mjs /tmp/jsonata /tmp/values.jsonl
//
// Exit status: 1 when a value, the order of its keys or the code of an error differs, or when an expression agrees that is known to differ.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [packages, file] = process.argv.slice(2);
if (!file) {
    console.error('usage: compare.mjs DIRECTORY_OF_NPM_PACKAGES values.jsonl');
    process.exit(2);
}
const require = createRequire(join(resolve(packages), 'package.json'));
const jsonata = require('jsonata');
const { version } = require('jsonata/package.json');
if (version !== '2.0.6') {
    console.error(`jsonata ${version} is there, and 2.0.6 is wanted`);
    process.exit(2);
}

async function reference(expression, input) {
    try {
        const value = await jsonata(expression).evaluate(undefined, { states: { input } });
        if (value === undefined) return { error: 'undefined' };
        if (typeof value === 'function' || value?._jsonata_function || value?._jsonata_lambda) return { error: 'function' };
        return { value: JSON.parse(JSON.stringify(value)) };
    } catch (error) {
        return { error: error.code ?? 'none' };
    }
}

let differ = 0;
let all = 0;
for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { expression, input, given, known } = JSON.parse(line);
    const wanted = await reference(expression, input);
    // Numbers by value: JSON.parse has read them all as JavaScript does.
    const same = JSON.stringify(wanted) === JSON.stringify(given);
    all += 1;
    if (same && known) {
        differ += 1;
        console.log(`${expression}\n    agrees now: remove it from the list of what is known to differ`);
    } else if (!same && !known) {
        differ += 1;
        console.log(`${expression}\n    jsonata 2.0.6: ${JSON.stringify(wanted)}\n    in process:    ${JSON.stringify(given)}`);
    }
}
console.log(`${all} expressions, ${differ} differ`);
process.exit(differ > 0 ? 1 : 0);
