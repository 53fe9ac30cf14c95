//! A page around a picture.

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
</style>
</head>
<body>
<div id="view">
"#;

// A wheel turn zooms around the pointer; dragging moves; a double click shows all of it.
const TAIL: &str = r#"</div>
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
    held = { x: event.clientX - x, y: event.clientY - y };
    view.setPointerCapture(event.pointerId);
    view.classList.add("moving");
  });
  view.addEventListener("pointermove", event => {
    if (held) { x = event.clientX - held.x; y = event.clientY - held.y; show(); }
  });
  view.addEventListener("pointerup", () => { held = null; view.classList.remove("moving"); });
  view.addEventListener("dblclick", fit);
  window.addEventListener("resize", fit);
  fit();
</script>
</body>
</html>
"#;

/// Puts the picture on a page.
pub(super) fn render(svg: &str) -> String {
    format!("{HEAD}{svg}{TAIL}")
}
