//! Embeds a picture in a page.

use stepwright_asl::json::{Json, Object};

use super::outline::Outline;

// The controls, the picture and the panel share the window; none covers another.
const HEAD: &str = r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>State machine</title>
<style>
  :root { --paper: #ffffff; --ink: #10192b; --line: #c3cad4; --soft: #f3f6fa; color-scheme: light dark; }
  @media (prefers-color-scheme: dark) { :root { --paper: #0f1623; --ink: #edf2f9; --line: #3a4658; --soft: #1a2436; } }
  html, body { height: 100%; margin: 0; overflow: hidden; background: var(--paper); color: var(--ink); font: 14px/1.5 Helvetica, Arial, sans-serif; }
  body { display: flex; }
  main { flex: 1; min-width: 0; min-height: 0; display: flex; flex-direction: column; }
  #controls { display: flex; flex-wrap: wrap; align-items: center; gap: .375rem; padding: .375rem .75rem; border-bottom: 1px solid var(--line); }
  #controls span { margin-left: auto; opacity: .75; font-size: 12px; }
  #controls output { min-width: 3rem; text-align: center; font-variant-numeric: tabular-nums; }
  button { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .125rem .625rem; cursor: pointer; }
  button:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
  #view { flex: 1; min-height: 0; overflow: hidden; position: relative; cursor: grab; touch-action: none; }
  #view.moving { cursor: grabbing; }
  #view > svg { position: absolute; top: 0; left: 0; transform-origin: 0 0; }
  #view .state { cursor: pointer; }
  #view .state.chosen > .box { stroke-width: 3; }
  #detail { width: min(30rem, 45vw); overflow: auto; box-sizing: border-box; padding: 1rem 1.25rem; border-left: 1px solid var(--line); }
  #detail[hidden] { display: none; }
  #detail h1 { margin: 0 2.5rem .5rem 0; font-size: 1.1rem; overflow-wrap: anywhere; }
  #detail p, #detail pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  #detail pre { padding: .75rem; border-radius: 6px; background: var(--soft); font-size: 12px; }
  #detail button { float: right; }
  @media (max-width: 44rem) {
    body { flex-direction: column; }
    #detail { width: 100%; height: 45vh; border-left: 0; border-top: 1px solid var(--line); }
    #controls span { display: none; }
  }
</style>
</head>
<body>
<main>
<div id="controls">
<button id="out" title="smaller (-)">−</button><output id="scale"></output><button id="in" title="larger (+)">+</button>
<button id="whole" title="all of it (0)">Whole</button><button id="width" title="as wide as the window (1)">Width</button>
<span>Wheel: zoom. Drag: move. Click on a state: its fields.</span>
</div>
<div id="view">
"##;

const DETAIL: &str = r#"</div>
</main>
<aside id="detail" hidden><button aria-label="close" title="close (Esc)">×</button><h1></h1><p></p><pre></pre></aside>
<script type="application/json" id="states">"#;

// Text below the scale `legible` cannot be read: a long diagram then starts at its top, as wide as the window.
const TAIL: &str = r#"</script>
<script>
  const find = id => document.getElementById(id);
  const view = find("view"), detail = find("detail"), picture = view.querySelector("svg");
  const width = picture.width.baseVal.value, height = picture.height.baseVal.value, legible = 0.4;
  let x = 0, y = 0, scale = 1, held = null, fitted = true;
  const show = () => {
    picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    find("scale").textContent = `${Math.round(scale * 100)} %`;
  };
  const fit = next => {
    scale = Math.min(1, next);
    x = (view.clientWidth - width * scale) / 2;
    y = Math.max(0, (view.clientHeight - height * scale) / 2);
    show();
  };
  const wide = () => view.clientWidth / width;
  const whole = () => Math.min(wide(), view.clientHeight / height);
  const begin = () => { fitted = true; fit(whole() < legible ? Math.max(whole(), wide()) : whole()); };
  const zoom = (factor, left, top) => {
    const next = Math.min(8, Math.max(0.02, scale * factor));
    x = left - (left - x) * next / scale;
    y = top - (top - y) * next / scale;
    scale = next;
    fitted = false;
    show();
  };
  const middle = factor => zoom(factor, view.clientWidth / 2, view.clientHeight / 2);
  const controls = { in: () => middle(1.25), out: () => middle(0.8), whole: () => fit(whole()), width: () => fit(wide()) };
  for (const id in controls) find(id).addEventListener("click", controls[id]);
  const keys = { "+": "in", "=": "in", "-": "out", "0": "whole", "1": "width" };
  window.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") tell(null);
    else if (event.key in keys) controls[keys[event.key]]();
  });
  view.addEventListener("wheel", event => {
    event.preventDefault();
    const at = view.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 500), event.clientX - at.left, event.clientY - at.top);
  }, { passive: false });
  view.addEventListener("pointerdown", event => {
    held = { x: event.clientX - x, y: event.clientY - y, at: [event.clientX, event.clientY], target: event.target };
    view.setPointerCapture(event.pointerId);
    view.classList.add("moving");
  });
  view.addEventListener("pointermove", event => {
    if (held) { x = event.clientX - held.x; y = event.clientY - held.y; fitted = false; show(); }
  });
  view.addEventListener("pointerup", event => {
    if (held && Math.hypot(event.clientX - held.at[0], event.clientY - held.at[1]) < 4) tell(held.target.closest(".state"));
    held = null;
    view.classList.remove("moving");
  });
  view.addEventListener("dblclick", begin);
  const states = JSON.parse(find("states").textContent);
  const tell = state => {
    view.querySelectorAll(".chosen").forEach(other => other.classList.remove("chosen"));
    detail.hidden = !state;
    if (!state) return;
    state.classList.add("chosen");
    const [name, ...notes] = state.querySelector("title").textContent.split("\n");
    const source = states[state.dataset.state];
    detail.querySelector("h1").textContent = name;
    detail.querySelector("p").textContent = notes.join("\n");
    detail.querySelector("pre").textContent = source || "";
    detail.querySelector("pre").hidden = !source;
    reveal(state);
  };
  // The panel covers a part of the view: keep the selected state visible.
  const reveal = state => {
    const around = view.getBoundingClientRect(), box = state.getBoundingClientRect(), margin = 16;
    const aside = (from, to, least, most) => from < least ? least - from : Math.min(0, Math.max(most - to, least - from));
    x += aside(box.left, box.right, around.left + margin, around.right - margin);
    y += aside(box.top, box.bottom, around.top + margin, around.bottom - margin);
    show();
  };
  detail.querySelector("button").addEventListener("click", () => tell(null));
  let known = null;
  new ResizeObserver(() => {
    const chosen = view.querySelector(".chosen");
    if (fitted && !chosen) begin();
    else if (known) { x += (view.clientWidth - known) / 2; if (chosen) reveal(chosen); else show(); }
    known = view.clientWidth;
  }).observe(view);
</script>
</body>
</html>
"#;

/// Writes the page with the picture.
pub(super) fn render(outline: &Outline, svg: &str) -> String {
    let states = outline.nodes.iter().filter(|node| !node.source.is_empty());
    let states: Object = states
        .map(|node| (node.full_name.clone(), Json::from(node.source.as_str())))
        .collect();
    // A script must not contain text that looks like its end tag.
    let states = Json::Object(states).to_string().replace('<', "\\u003c");
    format!("{HEAD}{svg}{DETAIL}{states}{TAIL}")
}
