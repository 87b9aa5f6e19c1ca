# SPDX-License-Identifier: Apache-2.0
"""Draw what a power cut at each operation of one update costs, as one page of HTML that needs nothing else.

The input is what `powercut --costs CASE` writes: a line for each operation, with the operations that the device repeats
after a cut before it, inside it and after it.
"""
import argparse
import csv
import html
import pathlib

WIDTH = 1080  # Of the plot; a column is an operation.
HEIGHT = 260
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 8, 30
ROW = 34  # Height of a row of the map.
CUTS = (("before", "before the operation"), ("inside", "inside it, at worst"), ("after", "after it"))
HEAT = "#d1362c"
# Hues that stay apart in both schemes and for most colour-blind eyes; erases are the same hue, paler.
HUES = ("#3b7dd8", "#d9822b", "#2a9d6f", "#a05bc2", "#c8475b", "#7a8b2d", "#2aa0b8", "#8a6d5a")

STYLE = """
:root { color-scheme: light dark; --paper: #fcfcfb; --ink: #1c2024; --faint: #6b7178; --rule: #dfe2e5; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #e6e8ea; --faint: #9aa1a8; --rule: #32363b; } }
body { margin: 2rem auto; max-width: 1140px; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin-bottom: .2rem; }
h2 { font-size: 1rem; margin: 1.6rem 0 .3rem; font-weight: 600; }
p { max-width: 46rem; margin: .3rem 0; }
code { font-size: .92em; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--faint); font: 11px system-ui, sans-serif; }
.rule { stroke: var(--rule); }
.cell { stroke: var(--rule); stroke-width: .5; }
.cell:hover { stroke: var(--ink); stroke-width: 1.5; }
.column:hover .hit { fill: var(--ink); fill-opacity: .08; }
.hit { fill: transparent; }
.erase { fill-opacity: .45; stroke-width: 1; }
ul.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; vertical-align: -.05em; }
.faint { color: var(--faint); }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: right; padding: .15rem .8rem .15rem 0; font-weight: normal; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--faint); border-bottom: 1px solid var(--rule); }
"""


def read(path):
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for column in ("operation", "offset", "bytes", "before", "inside", "after"):
            row[column] = int(row[column])
        row["what"] = f"{row['kind']} {row['place']}"
    return rows


def step(most):
    """A round distance of rules, of which there are four to eight."""
    size = 1
    while most / size > 8:
        size *= 5 if str(size)[0] == "1" else 2
    return size


def hues(rows):
    places = list(dict.fromkeys(row["place"] for row in rows))
    return {place: HUES[i % len(HUES)] for i, place in enumerate(places)}


def text_of(row):
    return (f"operation {row['operation']}: {row['kind']} of {row['bytes']} bytes at {row['place']}+{row['offset']:#x}\n"
            f"operations lost by a cut before: {row['before']}, inside: {row['inside']}, after: {row['after']}")


def column(row, x, width, scale, colour, cut):
    lost = row[cut]
    height = lost * scale
    base = TOP + HEIGHT
    kind = " erase" if row["kind"] == "erase" else ""
    shape = f'<rect class="{kind.strip()}" x="{x:.2f}" y="{base - height:.2f}" width="{max(width - .4, .6):.2f}" height="{height:.2f}" fill="{colour}" stroke="{colour}"/>'
    return (f'<g class="column"><title>{html.escape(text_of(row))}</title>'
            f'<rect class="hit" x="{x:.2f}" y="{TOP}" width="{width:.2f}" height="{HEIGHT + 6}"/>'
            f'{shape if lost else ""}'
            f'<rect class="{kind.strip()}" x="{x:.2f}" y="{base + 2}" width="{max(width - .4, .6):.2f}" height="5" fill="{colour}"/></g>')


def heat(lost, most):
    """No heat is the paper, the most is full; a little of it can be seen already."""
    return 0 if lost == 0 else .15 + .85 * lost / most


def heatmap(rows, most):
    """All cuts at a glance: a column is an operation, a row when the power went."""
    width = WIDTH / max(len(rows), 1)
    bottom = TOP + len(CUTS) * ROW
    parts = []
    for i, (cut, _) in enumerate(CUTS):
        y = TOP + i * ROW
        parts.append(f'<text x="{LEFT - 6}" y="{y + ROW / 2 + 4}" text-anchor="end">{cut}</text>')
        for j, row in enumerate(rows):
            parts.append(f'<rect class="cell" x="{LEFT + j * width:.2f}" y="{y}" width="{width:.2f}" height="{ROW}" '
                         f'fill="{HEAT}" fill-opacity="{heat(row[cut], most):.3f}">'
                         f'<title>{html.escape(text_of(row))}</title></rect>')
    for at in range(0, len(rows), step(len(rows))):
        x = LEFT + (at + .5) * width
        parts.append(f'<text x="{x:.2f}" y="{bottom + 18}" text-anchor="middle">{at}</text>')
    return (f'<svg class="heat" viewBox="0 0 {LEFT + WIDTH + RIGHT} {bottom + BOTTOM}" role="img" '
            f'aria-label="Heat map of the operations lost by a cut at each operation">{"".join(parts)}</svg>')


def heat_legend(most):
    steps = "".join(f' <span class="swatch" style="background:{HEAT};opacity:{heat(lost, most):.3f}"></span>{lost}'
                    for lost in sorted({1, *range(0, most + 1, step(most)), most} - {0}) if lost <= most)
    return f'<p class="faint">Operations lost: none where it is blank;{steps}</p>'


def plot(rows, most, colours, cut):
    scale = HEIGHT / max(most, 1)
    width = WIDTH / max(len(rows), 1)
    parts = []
    for lost in range(0, most + 1, step(most)):
        y = TOP + HEIGHT - lost * scale
        parts.append(f'<line class="rule" x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.2f}" y2="{y:.2f}"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4:.2f}" text-anchor="end">{lost}</text>')
    for at in range(0, len(rows), step(len(rows))):
        parts.append(f'<text x="{LEFT + (at + .5) * width:.2f}" y="{TOP + HEIGHT + 22}" text-anchor="middle">{at}</text>')
    for i, row in enumerate(rows):
        parts.append(column(row, LEFT + i * width, width, scale, colours[row["place"]], cut))
    return (f'<svg viewBox="0 0 {LEFT + WIDTH + RIGHT} {TOP + HEIGHT + BOTTOM}" role="img" '
            f'aria-label="Operations lost by a cut at each operation">{"".join(parts)}</svg>')


def legend(rows, colours):
    items = []
    for what in dict.fromkeys(row["what"] for row in rows):
        kind, place = what.split(" ", 1)
        count = sum(row["what"] == what for row in rows)
        opacity = ";opacity:.45" if kind == "erase" else ""
        items.append(f'<li><span class="swatch" style="background:{colours[place]}{opacity}"></span>'
                     f'{html.escape(what)} <span class="faint">({count})</span></li>')
    return f'<ul class="legend">{"".join(items)}</ul>'


def table(rows):
    lines = []
    for what in dict.fromkeys(row["what"] for row in rows):
        of = [row for row in rows if row["what"] == what]
        cells = "".join(f"<td>{max(row[cut] for row in of)}</td>" for cut, _ in CUTS)
        lines.append(f"<tr><td>{html.escape(what)}</td><td>{len(of)}</td>{cells}</tr>")
    head = "".join(f"<th>{cut}</th>" for cut, _ in CUTS)
    return (f"<table><thead><tr><th>operation</th><th>number</th>{head}</tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table>")


def page(case, rows):
    most = max((row[cut] for row in rows for cut, _ in CUTS), default=0)
    colours = hues(rows)
    plots = "".join(f"<h2>Cut {html.escape(text)}</h2>{plot(rows, most, colours, cut)}" for cut, text in CUTS)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>What a power cut costs: {html.escape(case)}</title><style>{STYLE}</style></head><body>
<h1>What a power cut costs</h1>
<p><code>{html.escape(case)}</code>: {len(rows)} operations; a cut loses {most} of them at worst.</p>
<p>Left to right: the operations of one update, programs and erases, in their order. Colour, and height below: the
operations that the device repeats when the power went there, beyond those of an update that was not interrupted. Hover
for the numbers.</p>
{heatmap(rows, most)}
{heat_legend(most)}
{legend(rows, colours)}
{plots}
<h2>At worst, by operation</h2>
{table(rows)}
</body></html>
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", required=True, help="what the page is about: scenario/mode/geometry")
    parser.add_argument("costs", type=pathlib.Path)
    parser.add_argument("page", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.page.write_text(page(arguments.case, read(arguments.costs)))


if __name__ == "__main__":
    main()
