// The data of tests: the text areas of the panel Test, which the browser stores.

import { storage } from "./host.js";
import { ask, place } from "./server.js";

const areas = () => [...document.querySelectorAll("#panel-trial textarea")];
const nameOf = ({ id }) => id.slice("trial-".length);
const key = () => `stepwright-tests:${place.file} ${place.definition}`;
let renaming = Promise.resolve();

const testData = () => Object.fromEntries(areas().map((area) => [nameOf(area), area.value]));

/** The data after the renames of states so far. */
export const settledTestData = () => renaming.then(testData);

/** Stores the data for the next page of the definition. Returns whether the browser has room. */
export function storeTests() {
  try {
    storage().setItem(key(), JSON.stringify(testData()));
    return true;
  } catch {
    return false;
  }
}

/** Shows the stored data of the definition, or none. */
export function loadTests() {
  let stored = null;
  try {
    stored = JSON.parse(storage().getItem(key()));
  } catch {
    // The browser allows no storage, or another program has written there.
  }
  for (const area of areas()) area.value = stored?.[nameOf(area)] ?? area.defaultValue;
}

/** Calls a function after another page of the definition has changed the data. */
export const followTests = (changed) =>
  addEventListener("storage", (event) => {
    if (event.key !== key()) return;
    loadTests();
    changed();
  });

/** The old and the new name of a renamed state: of two lists of states, the only one that differs. */
export function renamedState(before, after) {
  const without = (states, others) => {
    const names = new Set(others.map(({ name }) => name));
    return states.filter(({ name }) => !names.has(name));
  };
  const [gone, added] = [without(before, after), without(after, before)];
  const isRename = gone.length === 1 && added.length === 1 && before.indexOf(gone[0]) === after.indexOf(added[0]);
  return isRename ? [gone[0].name, added[0].name] : null;
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
