//! The style of HTML pages, in addition to that of pictures.

pub(crate) const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border-bottom: 1px solid #8884; padding: 0.25rem 0.75rem; text-align: left; vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.examples { opacity: 0.75; }
.problem, .high { color: #b3181f; }
.medium { color: #a8500a; }
.picture { overflow-x: auto; border: 1px solid #8884; border-radius: 6px; padding: 0.5rem; }
.pictures { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
code { background: #8882; border-radius: 3px; padding: 0 0.2rem; }
@media (prefers-color-scheme: dark) { .problem, .high { color: #ff8b8b; } .medium { color: #f2b155; } }
@media (max-width: 800px) { .pictures { grid-template-columns: 1fr; } }
";
