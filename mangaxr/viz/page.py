"""The frame of the gallery page: one file, nothing loaded from elsewhere, no script."""

from __future__ import annotations

from string import Template

__all__ = ["CARD", "FAILED_ROW", "FAILED_SECTION", "FRAME", "RECIPE_ROW"]

FRAME = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; --ink: #1c1c1f; --soft: #5e5e66; --page: #f6f6f8;
  --card: #ffffff; --line: #dcdce1; --bad: #a3282d; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --soft: #a6a6b0;
  --page: #17171a; --card: #222226; --line: #3a3a40; --bad: #ff8f8a; } }
body { margin: 0 auto; padding: 1.5rem; max-width: 100rem; background: var(--page);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; } h2 { margin: 0; font-size: 1.05rem; }
p { margin: .3rem 0; } .soft { color: var(--soft); } .bad { color: var(--bad); }
table { border-collapse: collapse; margin: .6rem 0; }
th, td { padding: .15rem .9rem .15rem 0; text-align: left; vertical-align: top;
  font-weight: normal; overflow-wrap: anywhere; }
th { color: var(--soft); white-space: nowrap; }
.cards { display: grid; gap: 1rem; margin: 1.2rem 0;
  grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr)); }
.card { overflow: hidden; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
.card div { padding: .6rem .9rem; }
.card img { display: block; width: 100%; height: auto; background: #ffffff; }
</style>
</head>
<body>
<header>
<h1>$title</h1>
<p>$summary</p>
<details open><summary>Recipe</summary>
<table>
$recipe
</table>
</details>
</header>
<main class="cards">
$cards
</main>
$failed<footer class="soft">
<p>$citation</p>
</footer>
</body>
</html>
""")

RECIPE_ROW = Template("<tr><th>$name</th><td>$value</td></tr>")

CARD = Template("""\
<article class="card" id="$galaxy">
$picture
<div><h2>$galaxy</h2>
<p>$facts</p>
<p class="$tone">Quality: $quality</p></div>
</article>""")

FAILED_SECTION = Template("""\
<section>
<h2>No maps: $count</h2>
<table>
$rows
</table>
</section>
""")

FAILED_ROW = Template('<tr><th>$galaxy</th><td class="bad">$reason</td></tr>')
