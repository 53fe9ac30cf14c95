// Evaluates the expressions of `random_expressions` with npm's `jsonata` and compares with what Rust gives.
//
//     npm install --prefix /tmp/jsonata jsonata@2.0.6
//     node tests/random_expressions/compare.mjs /tmp/jsonata DIR/values.jsonl
//
// DIR/values.jsonl is what `cargo run -p stepwright-tests --bin random_expressions -- --out DIR` writes. AWS's own functions ($partition,
// $range, $hash, $parse) are added here as the Developer Guide describes them. The exit status is 1 when a value differs.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';

const [packages, file] = process.argv.slice(2);
if (!file) {
    console.error('usage: compare.mjs DIRECTORY_OF_NPM_PACKAGES values.jsonl');
    process.exit(2);
}
const jsonata = createRequire(join(resolve(packages), 'package.json'))('jsonata');

const compiled = new Map();
function compile(text) {
    let expression = compiled.get(text);
    if (!expression) {
        expression = jsonata(text);
        expression.registerFunction('partition', (list, size) => {
            if (list === undefined || size === undefined) return undefined;
            const chunks = [];
            for (let at = 0; at < list.length; at += size) chunks.push(list.slice(at, at + size));
            return chunks.length ? chunks : undefined;
        });
        expression.registerFunction('range', (from, to, step) => {
            const numbers = [];
            for (let at = from; step > 0 ? at <= to : at >= to; at += step) numbers.push(at);
            return numbers.length > 1 ? numbers : numbers[0];
        });
        expression.registerFunction('hash', (text, name) => createHash(name.toLowerCase().replace('-', '')).update(text).digest('hex'));
        expression.registerFunction('parse', text => (text === undefined ? undefined : JSON.parse(text)));
        compiled.set(text, expression);
    }
    return expression;
}

async function evaluate(template, bindings) {
    if (typeof template === 'string') {
        if (!template.startsWith('{%') || !template.endsWith('%}')) return template;
        const value = await compile(template.slice(2, -2)).evaluate(undefined, bindings);
        if (value === undefined) throw new Error('undefined');
        return value;
    }
    if (Array.isArray(template)) return Promise.all(template.map(item => evaluate(item, bindings)));
    if (template && typeof template === 'object') {
        const object = {};
        for (const [key, value] of Object.entries(template)) object[key] = await evaluate(value, bindings);
        return object;
    }
    return template;
}

// JSON as it would be written: what JSONata marks on its arrays, and its -0, is gone.
const asJson = value => JSON.parse(JSON.stringify(value));

async function run({ definition, input }) {
    const variables = {};
    const states = { input, context: { Execution: { Input: input } } };
    for (let name = definition.StartAt; ; ) {
        const state = definition.States[name];
        const bindings = { states, ...variables };
        const assigned = asJson(await evaluate(state.Assign ?? {}, bindings));
        const output = 'Output' in state ? asJson(await evaluate(state.Output, bindings)) : states.input;
        Object.assign(variables, assigned);
        if (state.End) return output;
        states.input = output;
        name = state.Next;
    }
}

function equal(a, b) {
    if (typeof a === 'number' && typeof b === 'number') return a === b || Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
    if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => equal(item, b[at]));
    if (a && b && typeof a === 'object' && typeof b === 'object' && !Array.isArray(a) && !Array.isArray(b)) {
        const keys = Object.keys(a);
        return keys.length === Object.keys(b).length && keys.every(key => key in b && equal(a[key], b[key]));
    }
    return a === b;
}

const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
const differing = new Map();
let compared = 0;
for await (const line of lines) {
    const row = JSON.parse(line);
    // A row whose Rust side panics has no value: the state has to fail.
    const fails = row.failed;
    let given, error;
    try {
        given = await run(row);
    } catch (thrown) {
        error = thrown;
    }
    compared += 1;
    const same = fails ? error !== undefined : error === undefined && equal(row.expected, given);
    if (!same && !differing.has(row.row)) {
        differing.set(row.row, { row, given: error ? `fails: ${error.code ?? ''} ${error.message}` : JSON.stringify(given) });
    }
}
const shown = [...differing.values()].sort((a, b) => a.row.source.length - b.row.source.length);
for (const { row, given } of shown.slice(0, 100)) {
    console.log(`#${row.row} ${row.source}\n  Rust:   ${row.failed ? 'panics' : JSON.stringify(row.expected)}\n  npm:    ${given}\n  ASL:    ${JSON.stringify(row.definition.States)}\n  input:  ${JSON.stringify(row.input)}\n`);
}
console.log(`${compared} values compared with npm's jsonata, ${differing.size} expressions differ`);
process.exit(differing.size ? 1 : 0);
