//! A page around a picture.

use crate::json::{Json, Object};

use super::outline::Outline;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>State machine</title>
<style>
  html, body { height: 100%; margin: 0; overflow: hidden; background: #ffffff; }
  @media (prefers-color-scheme: dark) { html, body { background: #0f1623; } }
  #view { width: 100%; height: 100%; cursor: grab; touch-action: none; }
  #view.moving { cursor: grabbing; }
  #view > svg { display: block; transform-origin: 0 0; }
  #view .state { cursor: pointer; }
  #view .state.chosen > .box { stroke-width: 3; }
  #detail { position: fixed; top: 0; right: 0; bottom: 0; width: min(30rem, 90vw); overflow: auto; box-sizing: border-box; padding: 1rem 1.25rem;
    background: #ffffff; color: #10192b; border-left: 1px solid #c3cad4; font: 14px/1.5 Helvetica, Arial, sans-serif; }
  #detail[hidden] { display: none; }
  #detail h1 { margin: 0 2rem .5rem 0; font-size: 1.1rem; overflow-wrap: anywhere; }
  #detail p, #detail pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  #detail pre { padding: .75rem; border-radius: 6px; background: #f3f6fa; font-size: 12px; }
  #detail button { float: right; border: 0; background: none; color: inherit; font-size: 1.25rem; cursor: pointer; }
  @media (prefers-color-scheme: dark) {
    #detail { background: #0f1623; color: #edf2f9; border-color: #3a4658; }
    #detail pre { background: #1a2436; }
  }
</style>
</head>
<body>
<div id="view">
"#;

const DETAIL: &str = r#"</div>
<aside id="detail" hidden><button aria-label="close">×</button><h1></h1><p></p><pre></pre></aside>
<script type="application/json" id="states">"#;

// A wheel turn zooms around the pointer; dragging moves; a double click shows all of it; a click on a state shows its fields.
const TAIL: &str = r#"</script>
<script>
  const view = document.getElementById("view"), picture = view.querySelector("svg");
  const width = picture.width.baseVal.value, height = picture.height.baseVal.value;
  let x = 0, y = 0, scale = 1, held = null;
  const show = () => { picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`; };
  const fit = () => {
    scale = Math.min(1, view.clientWidth / width);
    x = (view.clientWidth - width * scale) / 2;
    y = Math.max(0, (view.clientHeight - height * scale) / 2);
    show();
  };
  view.addEventListener("wheel", event => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 500), next = Math.min(8, Math.max(0.02, scale * factor));
    x = event.clientX - (event.clientX - x) * next / scale;
    y = event.clientY - (event.clientY - y) * next / scale;
    scale = next;
    show();
  }, { passive: false });
  view.addEventListener("pointerdown", event => {
    held = { x: event.clientX - x, y: event.clientY - y, at: [event.clientX, event.clientY], target: event.target };
    view.setPointerCapture(event.pointerId);
    view.classList.add("moving");
  });
  view.addEventListener("pointermove", event => {
    if (held) { x = event.clientX - held.x; y = event.clientY - held.y; show(); }
  });
  view.addEventListener("pointerup", event => {
    if (held && Math.hypot(event.clientX - held.at[0], event.clientY - held.at[1]) < 4) tell(held.target.closest(".state"));
    held = null;
    view.classList.remove("moving");
  });
  const states = JSON.parse(document.getElementById("states").textContent), detail = document.getElementById("detail");
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
  };
  detail.querySelector("button").addEventListener("click", () => tell(null));
  window.addEventListener("keydown", event => { if (event.key === "Escape") tell(null); });
  view.addEventListener("dblclick", fit);
  window.addEventListener("resize", fit);
  fit();
</script>
</body>
</html>
"#;

/// Puts the picture on a page.
pub(super) fn render(outline: &Outline, svg: &str) -> String {
    let states = outline.nodes.iter().filter(|node| !node.source.is_empty());
    let states: Object = states
        .map(|node| (node.full_name.clone(), Json::from(node.source.as_str())))
        .collect();
    // Inside a script nothing may look like the end of it.
    let states = Json::Object(states).to_string().replace('<', "\\u003c");
    format!("{HEAD}{svg}{DETAIL}{states}{TAIL}")
}
