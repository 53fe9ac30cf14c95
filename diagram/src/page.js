const find = (id) => document.getElementById(id);
const view = document.querySelector("diagram-view");
const detail = find("detail");
const states = JSON.parse(find("states").textContent);

/** Shows the fields of a state; hides the panel without one. */
function choose(state) {
  view.querySelectorAll(".chosen").forEach((other) => other.classList.remove("chosen"));
  detail.hidden = !state;
  if (!state) return;
  state.classList.add("chosen");
  const [name, ...notes] = state.querySelector("title").textContent.split("\n");
  const source = states[state.dataset.state];
  detail.querySelector("h1").textContent = name;
  detail.querySelector("p").textContent = notes.join("\n");
  detail.querySelector("pre").textContent = source || "";
  detail.querySelector("pre").hidden = !source;
  // The panel covers a part of the view.
  view.reveal(state);
}

view.addEventListener("choose", (event) => choose(event.detail));
detail.querySelector("button").addEventListener("click", () => choose(null));
addEventListener("keydown", (event) => {
  if (event.key === "Escape") choose(null);
  // Keys act on the diagram also if it has no focus.
  else if (event.target === document.body) view.dispatchEvent(new KeyboardEvent("keydown", event));
});
view.focus();
