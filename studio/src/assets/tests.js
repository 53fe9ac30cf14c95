// The data of tests: the text areas of the panel Test, which the browser stores.

import { when } from "./dom.js";
import { store, stored } from "./host.js";
import { ask, place } from "./server.js";

const areas = () => [...document.querySelectorAll("#panel-trial textarea")];
const nameOf = ({ id }) => id.slice("trial-".length);
const key = () => `stepwright-tests:${place.file} ${place.definition}`;
let renaming = Promise.resolve();

const testData = () => Object.fromEntries(areas().map((area) => [nameOf(area), area.value]));

/** The data after the renames of states so far. */
export const settledTestData = () => renaming.then(testData);

/** Stores the data for the next page of the definition. Returns whether the browser has room. */
export const storeTests = () => store(key(), testData());

/** Shows the stored data of the definition, or none. */
export function loadTests() {
  const data = stored(key());
  for (const area of areas()) area.value = data?.[nameOf(area)] ?? area.defaultValue;
}

/** Calls a function after another page of the definition has changed the data. */
export const followTests = (changed) =>
  when(window, "storage", (event) => {
    if (event.key !== key()) return;
    loadTests();
    changed();
  });

/** A renamed state, before and after: of two lists of states, the only one that differs. */
export function renamedState(before, after) {
  const without = (states, others) => {
    const names = new Set(others.map(({ name }) => name));
    return states.filter(({ name }) => !names.has(name));
  };
  const [gone, added] = [without(before, after), without(after, before)];
  const isRename = gone.length === 1 && added.length === 1 && before.indexOf(gone[0]) === after.indexOf(added[0]);
  return isRename && [gone[0], added[0]];
}

/** The data of a renamed state is that of its new name. Data that cannot be read stays, and a test says what is wrong with it. */
export function renameTests(state, rename) {
  const renameIn = async (kind) => {
    const area = document.querySelector(`#trial-${kind}`);
    let [all, next] = [];
    while (area.value !== all) {
      all = area.value;
      next = all && (await ask("test-data", {}, { kind, state, rename, all }).catch(() => all));
    }
    area.value = next;
  };
  renaming = renaming.then(() => Promise.all(["mocks", "inputs"].map(renameIn))).then(storeTests);
}
