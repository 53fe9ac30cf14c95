// The selection, the commands, and the view of the file.

import { Canvas } from "./canvas.js";
import { Code, applied, difference } from "./code.js";
import { Completer } from "./complete.js";
import { $, make, prose, when } from "./dom.js";
import { forget, keep, kept } from "./drafts.js";
import { editor } from "./host.js";
import { patchedRanges } from "./lists.js";
import { Palette, Tabs, Tree, drawForm, drawProblems, drawnFor, editedField, exportPicture, formActions, keyOf, refused } from "./panels.js";
import { Refusal, ask, isReadOnly, listen, place } from "./server.js";
import { followTests, loadTests, renameTests, renamedState, settledTestData, storeTests } from "./tests.js";

let view = { revision: null, states: [], problems: [], tag: "" };
/** Pointers to the states whose bodies the picture does not show. */
let folded = [];
let selection = [];
/** The selected transition, and that of the palette. */
let edge = null;
let slot = null;
let queue = Promise.resolve();
/** The names of the states with a breakpoint, and the pointer to the one at which the debugger stops. */
let breakpoints = [];
let stopped = "";
/** What is typed after the key for a new name, until its field is there. */
let ahead = null;
const form = $("#panel-inspector");

const at = (pointer) => view.states.find((state) => state.pointer === pointer);
const current = () => at(selection.at(-1));
const namesIn = (outer) => view.states.filter(({ body }) => body === outer).map(({ name }) => name);
/** An action in the shown definition. */
const action = (name, what) => ({ do: name, definition: place.definition, ...what });
const edit = (operation) => action("edit", { operation });

function tell(text, isProblem = true) {
  const message = $("#message");
  message.replaceChildren(...prose(text));
  message.classList.toggle("quiet", !isProblem);
}

/** Edits of forms that could not be sent, by their fields. */
const unsent = new Map();
let wasLost = false;
const storeDraft = () => (view.isChanged || code.pending || unsent.size) && keep(view.base, code.text, [...unsent.values()]);

/** Runs one request after the other: each refers to the revision after the one before. Returns the reason if one is refused. */
function inTurn(work) {
  queue = queue.then(work).catch((error) => {
    if (!(error instanceof Refusal)) console.error(error);
    if (error.status === 0) {
      storeDraft();
      tell("The server does not answer. Unsaved edits are in this browser: start `stepwright studio` again, with the same port.");
    } else tell(error.message);
    return error;
  });
  return queue;
}

const known = () => ({ since: view.revision ?? "", tag: view.tag, folded: JSON.stringify(folded) });

/** What the picture shows at the pointers of actions. */
function shownAt(actions) {
  const found = [];
  JSON.stringify(actions, (key, value) => {
    const state = at(value);
    const transition = view.transitions.find(({ pointer }) => pointer === value);
    if (state) found.push([value, state.name, state.kind]);
    if (transition) found.push([value, transition.name]);
    return value;
  });
  return JSON.stringify(found);
}

/**
 * Performs actions as one step. Typing is a function: its edits are for the text when they are sent. Other actions are for what the user saw: those of
 * a form for the state from which it was drawn, which the server checks. Without a server, what a `field` sets is in the draft.
 */
function apply(actions, then, form, field) {
  const isTyping = typeof actions === "function";
  const shown = isTyping || form ? "" : shownAt(actions);
  if (!isTyping) flush();
  return inTurn(async () => {
    const send = async () => {
      if (view.revision === "") await pull();
      const list = isTyping ? actions() : actions;
      if (shown && shown !== shownAt(actions)) throw new Refusal(409, "The picture has changed since then; look at it and repeat the edit.");
      // An item of the palette may still be searched.
      for (const one of list) one.item = await one.item;
      return !isReadOnly && list.length && ask("apply", known(), { revision: view.revision, actions: list, form: form && { state: form.state, digest: form.digest } });
    };
    let answer;
    try {
      answer = await send();
    } catch (refusal) {
      if (refusal.status === 0 && field) unsent.set(field, actions);
      if (!refusal.view) throw refusal;
      // Another page was faster.
      show(refusal.view, false);
      await redraw();
      answer = await send();
    }
    if (!answer) return;
    if (!isTyping) tell("");
    show(answer.view, isTyping);
    const needs = answer.needs ? ` It needs DefinitionSubstitutions: ${answer.needs}` : "";
    if (answer.created) tell(`The states are in ${answer.created}.${needs}`, false);
    await (answer.select.length ? select(answer.select, true) : redraw());
    then?.();
  });
}

/** Draws the form of the selected state again. A hidden one is drawn when its tab is chosen. */
const redraw = async () => form.hidden || drawForm(form, selection.at(-1), selection.length);

const typed = (edit, joins) => (edit ? [{ do: "type", edits: [edit], joins }] : []);

/** Sends what was typed. */
function flush() {
  if (!code.pending) return;
  const joins = Date.now() - flush.last < 1500;
  flush.last = Date.now();
  apply(() => typed(code.pending, joins));
}

async function pull() {
  const { revision } = view;
  show(await ask("view", known()), false);
  if (view.revision !== revision) await redraw();
}

let isPulling = false;
/** Loads a change of the text. Changes that arrive before the request share it. */
function pullSoon(isRestarted) {
  if (isRestarted) view.revision = view.tag = "";
  if (isPulling || view.revision === null) return;
  isPulling = true;
  inTurn(async () => {
    isPulling = false;
    await pull();
    if (isRestarted) flush();
  });
}

/** A refused text of a state that is there. */
const wrong = () => [...refused].find(([key]) => view.states.some(({ pointer }) => key.startsWith(`${pointer}/`)));
const drawSaved = () => ($("#saved").textContent = view.isChanged || wrong() ? "not saved" : "saved");

/** Shows a new view of the file. */
function show(next, isOwn) {
  const isFirst = view.revision === null;
  const hasNew = next.tag !== view.tag;
  if (next.text !== undefined && !isFirst) {
    // The server has started again, or the page is far behind: what was typed since then stays.
    const change = difference(code.synced, next.text);
    code.update(change ? [[change]] : [], code.text === next.text);
  } else if (next.text !== undefined) code.reset(next.text);
  else code.update(next.rounds, isOwn && next.revision === view.revision + 1);
  const before = view;
  const { lists, isWhole } = next;
  const list = (name) => patchedRanges(isWhole ? [] : before[name], lists[name]);
  view = { ...next, definition: place.definition, states: list("states"), transitions: list("transitions"), problems: list("problems") };
  if (code.synced.length !== next.length) view.revision = null;
  if (view.revision === null) inTurn(pull);
  if (hasNew) {
    endRun();
    canvas.update(lists, isWhole);
    tree.update(lists.states, isWhole);
    slot = null;
  }
  const names = !isFirst && before.definition === view.definition && renamedState(before.states, view.states);
  if (names) {
    const [from, to] = names;
    selection = selection.map((pointer) => (pointer === from.pointer ? to.pointer : pointer));
    renameTests(from.name, to.name);
    breakpoints = breakpoints.map((name) => (name === from.name ? to.name : name));
  }
  code.problems = view.problems;
  code.draw();
  $("#hint").hidden = view.states.length > 0;
  if (current()?.pointer !== selection.at(-1) && editedField()) tell("The state of the form is gone; what you typed is not in the file.");
  selection = selection.filter(at);
  if (!view.transitions.some(({ pointer }) => pointer === edge)) edge = null;
  drawProblems($("#panel-problems"), $("#tab-problems"), view.problems);
  $("#fault").textContent = view.isStale ? "The text cannot be read; the picture is of the last text that could." : "";
  const chooser = $("#definition");
  chooser.parentElement.hidden = view.definitions.length < 2;
  if (chooser.options.length !== view.definitions.length) chooser.replaceChildren(...view.definitions.map((name, index) => new Option(name || "definition", index)));
  chooser.value = place.definition;
  drawSaved();
  for (const [command, can] of Object.entries({ undo: view.canUndo, redo: view.canRedo, save: view.isChanged })) button(command).disabled = isReadOnly || !can;
  if (view.isConflict) offerDisk();
  else if ($("#choice").dataset.about === "disk") closeChoice();
  if (isFirst) offerDraft();
  else if (!view.isChanged) forget();
  else if (!keep(view.base, code.synced)) tell("The browser has no room for unsaved edits; save soon.");
  mark();
}

function offerDisk() {
  choose("disk", "Another program has changed the same lines of the file.", {
    "Keep the text of this page": () => resolve(false),
    "Take the text of the file": () => resolve(true),
  });
}

const resolve = (takesDisk) =>
  inTurn(async () => {
    show((await ask("resolve", known(), { takesDisk })).view, false);
    await redraw();
  });

function offerDraft() {
  const draft = kept();
  const edits = draft?.edits ?? [];
  if (!draft || isReadOnly || (draft.text === code.synced && !edits.length)) return view.isChanged || forget();
  // A new file is unsaved, too.
  if (view.isChanged && code.synced && !wasLost) return;
  const changed = draft.base === view.base ? "" : " The file has changed since then; undo restores its text.";
  choose("draft", `Edits of ${new Date(draft.time).toLocaleString()} were not saved.${changed}`, {
    "Restore them": async () => {
      await apply(() => typed(difference(code.synced, draft.text)), () => code.reset(code.synced));
      // A new name changes the pointers of the others.
      const isName = ([{ operation }]) => operation?.operation === "renameState";
      const refused = [];
      for (const actions of edits.sort((a, b) => isName(a) - isName(b))) {
        await apply(actions);
        refused.push($("#message").textContent);
      }
      tell(refused.join(" "));
    },
    "Discard them": forget,
  });
}

/** Asks the user in the page. With lists, it can be cancelled. */
function choose(about, text, actions, ...lists) {
  const region = $("#choice");
  region.dataset.about = about;
  const buttons = Object.entries({ ...actions, ...(lists.length && { Cancel() {} }) }).map(([title, act]) => {
    const made = make("button", { type: "button" }, title);
    when(made, "click", () => {
      closeChoice();
      canvas.view.focus();
      act();
    });
    return made;
  });
  region.replaceChildren(make("p", {}, ...prose(text)), ...lists, ...buttons);
  region.hidden = false;
  lists[0]?.control.focus();
}

function closeChoice() {
  $("#choice").hidden = true;
  $("#choice").dataset.about = "";
}

const selectedWith = (pointer) => [...selection.filter((other) => other !== pointer), pointer];

function select(pointers, isRevealed) {
  selection = pointers;
  edge = slot = null;
  mark(isRevealed);
  return redraw();
}

function mark(isRevealed) {
  const faulty = view.problems.filter(({ definition, severity }) => definition === place.definition && severity === "error");
  const breaks = view.states.filter(({ name }) => breakpoints.includes(name)).map(({ pointer }) => pointer);
  canvas.mark({ chosen: selection, faulty: faulty.map(({ state }) => state), breaks, current: [stopped] }, edge);
  $("#breakpoint").ariaPressed = breaks.includes(selection.at(-1));
  tree.mark(selection);
  const chosen = current();
  $("#selected").textContent = edge ? `transition of ${transitionName(edge)}` : chosen ? chosen.about + (selection.length > 1 ? `, ${selection.length} states selected` : "") : "";
  for (const name of ["duplicate", "remove", "rename", "parallel", "map", "unwrap", "extract", "move"]) button(name).disabled = isReadOnly || !chosen;
  button("fold").disabled = !view.states.some(({ parent }) => parent && parent === chosen?.pointer);
  button("add").disabled = button("connect").disabled = isReadOnly;
  if (isRevealed && chosen) {
    canvas.reveal(chosen.pointer);
    code.reveal(chosen);
  }
}

const transitionName = (pointer) => view.transitions.find((one) => one.pointer === pointer)?.name ?? "start";

/** Where the palette inserts: the chosen transition, after the selected state, or at the end. */
function insertionSlot() {
  const last = view.states.findLast(({ parent, exit }) => !parent && exit);
  return slot ?? edge ?? (current()?.exit || last?.exit || "/StartAt");
}

const insert = (item, transition = insertionSlot()) => apply([action("insert", { transition, item })], () => canvas.view.focus());

function openPalette(at) {
  slot = at ?? insertionSlot();
  tell(`Inserts at: ${transitionName(slot)}. Choose an item.`, false);
  $("#search").focus();
  $("#search").select();
}

/** The state to which an arrow key leads. */
function neighbour(key) {
  if (!current()) return view.states.find(({ is_first }) => is_first) ?? view.states[0];
  return at(current().arrows[["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].indexOf(key)]);
}

const button = (name) => $(`[data-command="${name}"]`);

function remove(states = selection) {
  if (!states.length) return;
  const { successors, name } = at(states[0]);
  const act = (successor) => apply([action("remove", { states, successor })]);
  if (states.length > 1 || successors.length < 2) return act();
  const list = listOf("Continues with", successors.map((name) => [name, name]));
  choose("remove", `Several states follow ${name}.`, { Remove: () => act(list.control.value) }, list);
}

function listOf(label, options) {
  const control = make("select", {}, ...options.map(([value, text]) => new Option(text, value)));
  return make("label", { class: "field" }, make("span", {}, label), control);
}

const listOfTransitions = (all) => listOf("Transition", all.map(({ pointer, name }) => [pointer, name]));

function connect() {
  const all = view.transitions;
  const own = all.filter((one) => (edge ? one.pointer === edge : one.source === current()?.pointer));
  const sources = own.length ? own : all;
  const from = listOfTransitions(sources);
  const to = listOf("Leads to", namesIn(sources[0]?.body).map((name) => [name, name]));
  const act = () => apply([edit({ operation: "retarget", transition: from.control.value, target: to.control.value })]);
  choose("connect", "Connect a transition with a state.", { Connect: act }, from, to);
}

function move() {
  const state = current();
  const to = listOfTransitions(view.transitions.filter(({ pointer }) => !pointer.startsWith(`${state.pointer}/`)));
  choose("move", `Move ${state.name} to another transition.`, { Move: () => reroute(state.pointer, to.control.value) }, to);
}

/** Moves a state, or all selected ones. */
const reroute = (moved, transition) => apply([action("move", { states: selection.includes(moved) ? selection : [moved], transition })]);

const isPicture = () => [canvas.view, tree.list].includes(document.activeElement);

/** Copies or cuts the selected states. */
function copy(event) {
  if (!isPicture() || !current()) return;
  event.preventDefault();
  const states = selection;
  inTurn(async () => {
    await navigator.clipboard.writeText(await ask("copy", {}, { states }));
    if (event.type === "cut") remove(states);
    else tell("The states are copied.", false);
  });
}
when(window, "copy cut", copy);
when(window, "paste", ({ clipboardData }) => {
  if (isPicture()) apply([action("paste", { transition: insertionSlot(), text: clipboardData.getData("text/plain") })]);
});

/** Folds the bodies of a state, or unfolds them. Only this page knows. */
function fold(pointer) {
  if (!view.states.some(({ parent }) => parent === pointer)) return;
  folded = folded.includes(pointer) ? folded.filter((other) => other !== pointer) : [...folded, pointer];
  select([pointer]);
  inTurn(pull);
}

/** Selects the next state whose name contains the searched text, and unfolds the states around it. */
function findNext({ key, target: { value } }) {
  if (key === "Escape") canvas.view.focus();
  if (key !== "Enter") return;
  const index = view.states.indexOf(current()) + 1;
  const found = [...view.states.slice(index), ...view.states.slice(0, index)].find(({ name }) => name.toLowerCase().includes(value.toLowerCase()));
  tell(found ? "" : `No state has \`${value}\` in its name.`);
  if (!found) return;
  folded = folded.filter((outer) => !found.pointer.startsWith(`${outer}/`));
  inTurn(pull).then(() => select([found.pointer].filter(at), true));
}

const wrap = (wrapper) => apply([action("wrap", { states: selection, wrapper })]);

/** The buttons are disabled without a selection. */
const COMMANDS = {
  undo: () => apply([{ do: "undo" }]),
  redo: () => apply([{ do: "redo" }]),
  save() {
    commitField();
    flush();
    inTurn(async () => show((await ask("save", known(), {})).view, false));
  },
  find: () => $("#find").select(),
  add: () => openPalette(),
  duplicate: () => current() && apply([action("duplicate", { state: current().pointer })]),
  remove,
  async rename() {
    tabs.show("inspector");
    ahead = "";
    if (form.drawn?.state !== selection.at(-1)) await redraw();
    $("[data-rename]")?.select();
    $("[data-rename]")?.focus();
    if (ahead) document.execCommand("insertText", false, ahead);
    ahead = null;
  },
  connect,
  move,
  parallel: () => wrap("Parallel"),
  map: () => wrap("Map"),
  fold: () => fold(current().pointer),
  unwrap: () => apply([edit({ operation: "unwrapState", state: current().pointer })]),
  extract: () => apply([action("extract", { states: selection })]),
};

/** Before any other listener: an editor around the page has the same keys, and would undo twice. What was typed in a field is undone there. */
function controlKey(event) {
  const control = event.ctrlKey || event.metaKey;
  const name = control && { z: event.shiftKey ? "redo" : "undo", Z: "redo", y: "redo", s: "save", f: "find" }[event.key];
  // The browser finds in the text.
  if (!name || (name === "find" && event.target === code.area)) return;
  if (editor) event.stopImmediatePropagation();
  if (name.endsWith("do") && event.target.isDirty) return;
  event.preventDefault();
  COMMANDS[name]();
}
when(window, "input", ({ target }) => (target.isDirty = target !== code.area), true);
when(window, "keydown", controlKey, true);

/** Selects all states of the body of the selected state. */
function selectBody() {
  const body = current()?.body ?? "";
  select(view.states.filter((state) => state.body === body).map(({ pointer }) => pointer));
}

/** The keys of the canvas and of the tree. */
function pressed(event) {
  const control = event.ctrlKey || event.metaKey;
  const stop = () => {
    event.preventDefault();
    event.stopPropagation();
  };
  const act = control && { d: COMMANDS.duplicate, a: selectBody }[event.key];
  if (act) {
    stop();
    act();
  } else if (control || event.altKey) return;
  else if (ahead !== null) {
    stop();
    if (event.key.length === 1) ahead += event.key;
  } else if (event.key.startsWith("Arrow")) {
    stop();
    const next = (event.currentTarget.id === "tree" ? treeNeighbour : neighbour)(event.key);
    if (next) select(event.shiftKey ? selectedWith(next.pointer) : [next.pointer], true);
  } else if (event.key === "/") {
    stop();
    openPalette(slot);
  } else if (event.key === "Enter" && current()) {
    stop();
    COMMANDS.rename();
  } else if (event.key === "Escape") {
    stop();
    closeChoice();
    select([]);
  } else {
    const command = $(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!command) return;
    stop();
    command.click();
  }
}

function treeNeighbour(key) {
  const index = view.states.indexOf(current());
  if (key === "ArrowLeft") return at(current()?.parent);
  if (key === "ArrowRight") return view.states.find(({ parent }) => parent === current()?.pointer);
  return view.states[Math.max(0, index + (key === "ArrowDown" ? 1 : -1))];
}

const canvas = new Canvas($("#canvas"), {
  select(pointer, adds) {
    if (pointer === null) return select([]);
    const rest = selection.filter((other) => other !== pointer);
    select(adds ? (rest.length < selection.length ? rest : [...rest, pointer]) : [pointer]);
    code.reveal(current());
  },
  edge(pointer) {
    select([]);
    edge = pointer;
    mark();
  },
  area: (pointers) => select(pointers.filter((pointer) => !pointers.some((outer) => pointer.startsWith(`${outer}/`)))),
  add: openPalette,
  fold,
  retarget: (pointers, target) => apply(pointers.map((transition) => edit({ operation: "retarget", transition, target: at(target)?.name ?? "" }))),
  reroute,
  insert,
});

const code = new Code($("#text"), $("#highlight"), $("#numbers"), {
  typed: flush,
  placed() {
    // The positions of the states are those of the text that the server has.
    flush();
    inTurn(async () => {
      const { position } = code;
      const inside = view.states.filter((state) => state.start <= position && position <= state.end).at(-1);
      if (document.activeElement !== code.area || !inside || inside.pointer === selection.at(-1)) return;
      select([inside.pointer]);
      canvas.reveal(inside.pointer);
    });
  },
});

const FOLDS = {
  line: () => code.foldHere(),
  none: () => inTurn(() => code.foldAll([])),
  // The positions of the states are those of the text that the server has.
  states() {
    flush();
    inTurn(() => code.foldAll(view.states.map(({ start }) => start)));
  },
};
when($("#folds"), "click", ({ target }) => FOLDS[target.dataset.fold]?.());

const tree = new Tree($("#tree"));

const tabs = new Tabs($("[role=tablist]"), (name) => {
  if (name === "inspector") redraw();
  if (name === "code") {
    code.draw();
    code.reveal(current());
  }
  $("#studio").dataset.panel = name;
});

new Palette($("#search"), $("#palette"), {
  insert,
  drag: (event, item, text) => canvas.begin(event, { kind: "item", item, text }),
  leave: () => canvas.view.focus(),
});

when($("#canvas"), "keydown", pressed, true);
when($("#tree"), "keydown", pressed, true);
when($("#find"), "keydown", findNext);
when($("#tree"), "click", (event) => {
  const pointer = event.target.closest("[data-pointer]")?.dataset.pointer;
  if (pointer) select(event.shiftKey || event.ctrlKey ? selectedWith(pointer) : [pointer], true);
});
when($(".commands"), "click", (event) => COMMANDS[event.target.dataset.command]?.());

const rememberTests = () => storeTests() || tell("The browser has no room for the data of tests: a reload loses it.");
when($("#panel-trial"), "input", rememberTests);
followTests(() => inTurn(redraw));

/** Changes the data of tests by a field in the form of a state. */
function setTestData(field) {
  const { test: kind, of: state } = field.dataset;
  const area = $(`#trial-${kind}`);
  inTurn(async () => {
    area.value = await ask("test-data", {}, { kind, state, value: field.value, all: area.value });
    tell("");
    rememberTests();
  }).then(settle(field, form.drawn));
}

/** Keeps a text that was refused: it comes again with the form of its state, and starts no run. */
const settle = (field, { state }) => (error) => {
  const key = keyOf(field, state);
  if (error?.status === 422 && key) refused.set(key, [field.value, error.message]);
  else refused.delete(key);
  field.ariaInvalid = refused.has(key);
  drawSaved();
  if (field.isConnected) return redraw();
};

/** Adds the states to which a transition of the form may lead, when the user goes to its list. */
function addTargets({ target }) {
  if (target.dataset.targets === undefined) return;
  delete target.dataset.targets;
  const [, chosen] = target.options;
  target.append(...namesIn(at(form.drawn.state)?.body).map((name) => (name === chosen?.value ? chosen : new Option(name))));
}
when(form, "pointerdown focusin", addTargets);

const changed = ({ target }) => {
  if (target.dataset.test) return setTestData(target);
  const actions = formActions(target);
  if (!actions.length) return;
  const drawn = drawnFor(form, target);
  apply(actions, null, drawn, target.dataset.field ?? target.labels?.[0]?.textContent).then(settle(target, drawn));
};
when(form, "change", (event) => {
  event.target.isDirty = false;
  changed(event);
});
/** Takes over what was typed in the field that has the focus. */
function commitField() {
  editedField()?.dispatchEvent(new Event("change", { bubbles: true }));
}
when(window, "beforeunload", () => {
  commitField();
  flush();
});
when(form, "click", (event) => event.target.closest("button") && changed(event));
when(form, "keydown", ({ key, target }) => key === "Enter" && target.matches("[data-rename]") && canvas.view.focus());

/** Shows the value of an expression, while it is typed and after. */
let evaluation;
function evaluate({ target, type }) {
  if (target.dataset.evaluate === undefined || !target.value.includes("{%")) return;
  clearTimeout(evaluation);
  evaluation = setTimeout(
    async () => {
      const { value } = target;
      const shown = await ask("evaluate", {}, { field: target.dataset.field, expression: value, input: form.querySelector("[data-test^=input]")?.value ?? "" }).catch((refusal) => refusal.message);
      if (target.value !== value || !target.isConnected) return;
      const label = target.parentElement;
      const output = label.querySelector("output") ?? label.appendChild(make("output"));
      output.textContent = `for this input: ${shown}`;
    },
    type === "input" ? 350 : 0,
  );
}
when(form, "input focusout", evaluate);

const completions = $("#completions");
new Completer(completions, form, {
  isField: (field) => field.dataset.field !== undefined && "selectionStart" in field && !isReadOnly,
  ask(field) {
    const [{ field: pointer, kind, operation }] = JSON.parse(field.dataset.actions);
    const what = operation ? { field: `${operation.rule}/Condition`, kind: "expression" } : { field: pointer, kind };
    return ask("complete", {}, { ...what, input: field.value, position: field.selectionStart });
  },
  accept(field, edits, cursor) {
    field.value = applied(field.value, [edits]);
    field.setSelectionRange(cursor, cursor);
    field.isDirty = true;
    evaluate({ target: field, type: "input" });
  },
});
new Completer(completions, $("#text"), {
  isField: () => !isReadOnly,
  async ask() {
    flush();
    await queue;
    return ask("complete", { position: code.position });
  },
  accept(area, edits, cursor) {
    code.edit(edits, cursor);
    flush();
  },
});

when($("#panel-problems"), "click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const problem = view.problems[[...document.querySelectorAll(".problems > li")].indexOf(button.closest("li"))];
  const title = button.dataset.fix;
  if (title) return apply([{ do: "fix", definition: problem.definition, pointer: problem.pointer, title }]);
  if (problem.definition === place.definition && at(problem.state)) select([problem.state], true);
  tabs.show("code");
  code.reveal(problem);
});

/** Tests, runs or debugs, and draws the outcome. A value that was refused in the form comes first. */
async function trial(name, what) {
  const outcome = $("#trial-outcome");
  commitField();
  await queue;
  if (wrong()) return outcome.replaceChildren(...prose(wrong()[1][1]));
  outcome.textContent = "…";
  try {
    const { html, picture, state } = await ask(name, { folded: known().folded }, { ...what, ...(await settledTestData()) });
    outcome.innerHTML = html;
    outcome.scrollTop = 0;
    if (!picture) return;
    canvas.show(picture);
    $("#clear-run").hidden = false;
    stopped = state;
    mark();
    // The form has the values of the run, and the result of a pending call.
    await (state ? select([state], true) : redraw());
  } catch (refusal) {
    outcome.replaceChildren(...prose(refusal.message));
  }
}
function endRun() {
  $("#clear-run").hidden = true;
  stopped = "";
}
when($("#clear-run"), "click", () => {
  endRun();
  canvas.show();
  mark();
});
when($(".runs"), "click", ({ target: { dataset } }) => dataset.run && trial(dataset.run, { act: dataset.debug, breakpoints, name: current()?.name ?? "" }));
when($("#breakpoint"), "click", () => {
  const { name } = current() ?? {};
  if (name === undefined) return tell("Select a state first.");
  breakpoints = breakpoints.includes(name) ? breakpoints.filter((other) => other !== name) : [...breakpoints, name];
  mark();
});
when($("#panel-reports"), "click", async ({ target }) => {
  const { report, export: kind } = target.dataset;
  if (kind) exportPicture(kind).catch((error) => tell(error.message));
  if (report) $("#report").replaceChildren(...(await ask("report", { about: report }).then((text) => [text], ({ message }) => prose(message))));
});

$("#file") && when($("#file"), "change", (event) => (location.search = new URLSearchParams({ file: event.target.value })));
when($("#definition"), "change", (event) => {
  place.definition = Number(event.target.value);
  selection = folded = [];
  loadTests();
  inTurn(pull);
});

loadTests();
inTurn(pull).then(() => view.states.length && select([neighbour().pointer]));
listen({
  changed: pullSoon,
  lost: storeDraft,
  async finding() {
    commitField();
    await queue;
    storeDraft();
  },
  async found(isRestarted) {
    unsent.clear();
    wasLost = true;
    view.revision = null;
    view.tag = "";
    await inTurn(pull);
    // The field with the focus is sent now, and its success would clear the message.
    await queue;
    if (view.revision !== null) tell(isRestarted ? "The server has started again." : "", false);
  },
});
