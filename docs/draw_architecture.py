"""Draws the packages, and the rooms of the engine, with an arrow for each that imports another.

``python docs/draw_architecture.py > architecture.svg`` writes the picture to a file; the site draws
it again whenever it is built.
"""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What is left out: what runs or measures the rest, and the engine's loose modules (errors, ids …).
PACKAGES = ("engine", "training", "tools", "fitness", "genomes", "documents", "store", "migrations")

Graph = dict[str, set[str]]  # name -> what it imports

WIDTH, BOX_WIDTH, BOX_HEIGHT, ROW_HEIGHT, MARGIN = 900, 112, 34, 92, 20

STYLE = """
.box { fill: var(--color-background-primary, white); stroke: currentColor; stroke-width: 1.2 }
.name { font: 14px sans-serif; fill: currentColor; text-anchor: middle }
.title { font: bold 15px sans-serif; fill: currentColor }
.arrow { fill: none; stroke: currentColor; stroke-opacity: 0.45; marker-end: url(#head) }
.both { marker-start: url(#head) }
.head { fill: currentColor; fill-opacity: 0.6 }
"""

HEAD = """<defs>
<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"
 orient="auto-start-reverse"><path class="head" d="M0,0 L10,5 L0,10 z"/></marker>
</defs>"""


def package_graph() -> Graph:
    """Which of our packages imports which."""
    found = {name: ROOT / name for name in PACKAGES if (ROOT / name).is_dir()}
    return {
        name: {module.partition(".")[0] for module in _imports(folder)} & found.keys() - {name}
        for name, folder in found.items()
    }


def room_graph() -> Graph:
    """Which room of the engine, a package in it, imports which."""
    rooms = {path.parent.name: path.parent for path in (ROOT / "engine").glob("*/__init__.py")}
    return {
        name: {module.split(".")[1] for module in _imports(folder) if module.startswith("engine.")}
        & rooms.keys() - {name}
        for name, folder in rooms.items()
    }


def _imports(folder: Path) -> set[str]:
    """Full names of the modules that the files of a folder import, wherever in them."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
    return found


def _reachable(graph: Graph) -> Graph:
    """What each name imports, directly or through others."""
    found: Graph = {}
    for start in graph:
        seen: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += graph[name]
        found[start] = seen
    return found


def arrows(graph: Graph) -> set[tuple[str, str]]:
    """The imports that aren't implied by a longer way: a transitive reduction."""
    reach = _reachable(graph)

    def implied(upper: str, lower: str) -> bool:
        between = graph[upper] - {lower}
        return any(lower in reach[each] and upper not in reach[each] for each in between)

    return {
        (upper, lower)
        for upper, lowers in graph.items()
        for lower in lowers
        if upper in reach[lower] or not implied(upper, lower)
    }


def rows(graph: Graph) -> list[list[str]]:
    """The names in rows: each stands above everything that it imports.

    Names that import each other stand in one row. In a row, each stands near what imports it.
    """
    reach = _reachable(graph)
    group = {
        name: min({name, *(each for each in reach[name] if name in reach[each])}) for name in graph
    }
    users: Graph = {group[name]: set() for name in graph}
    for upper, lowers in graph.items():
        for lower in lowers:
            if group[lower] != group[upper]:
                users[group[lower]].add(group[upper])
    depth: dict[str, int] = {}
    for name in TopologicalSorter(
        {name: sorted(above) for name, above in users.items()}
    ).static_order():
        depth[name] = 1 + max((depth[above] for above in users[name]), default=-1)
    found: list[list[str]] = [[] for _ in range(1 + max(depth.values()))]
    for name in sorted(graph):
        found[depth[group[name]]].append(name)
    place: dict[str, float] = {}  # from 0, left, to 1, right

    def middle_of_users(name: str) -> float:
        known = [place[user] for user in graph if user in place and name in graph[user]]
        return sum(known) / len(known) if known else 0.5

    for row in found:
        row.sort(key=middle_of_users)
        place |= {name: (1 + index) / (1 + len(row)) for index, name in enumerate(row)}
    return found


def _panel(graph: Graph, title: str, top: int) -> tuple[list[str], int]:
    """The elements of a graph drawn under a title, and where it ends."""
    found = rows(graph)
    spots = {
        name: (WIDTH * (1 + 2 * column) / (2 * len(row)), top + 44 + level * ROW_HEIGHT)
        for level, row in enumerate(found)
        for column, name in enumerate(row)
    }
    drawn = [f'<text class="title" x="{MARGIN}" y="{top + 16}">{escape(title)}</text>']
    links = arrows(graph)
    for upper, lower in sorted(links):
        mutual = (lower, upper) in links
        if not mutual or upper < lower:
            drawn.append(_arrow(spots[upper], spots[lower], mutual=mutual))
    for name, (x, y) in spots.items():
        left = x - BOX_WIDTH / 2
        drawn.append(
            f'<rect class="box" x="{left:.0f}" y="{y:.0f}" width="{BOX_WIDTH}" '
            f'height="{BOX_HEIGHT}" rx="5"/>'
            f'<text class="name" x="{x:.0f}" y="{y + 22:.0f}">{escape(name)}</text>'
        )
    return drawn, top + 44 + len(found) * ROW_HEIGHT


def _arrow(start: tuple[float, float], end: tuple[float, float], *, mutual: bool) -> str:
    (x1, y1), (x2, y2) = start, end
    if y1 == y2:  # names that import each other, side by side
        side = BOX_WIDTH / 2 if x2 > x1 else -BOX_WIDTH / 2
        middle = y1 + BOX_HEIGHT / 2
        bent = middle if abs(x2 - x1) < WIDTH / 3 else middle - BOX_HEIGHT
        points = [(x1 + side, middle), ((x1 + x2) / 2, bent), (x2 - side, middle)]
        curve = "Q"
    else:
        y1 += BOX_HEIGHT
        half = (y2 - y1) / 2
        points = [(x1, y1), (x1, y1 + half), (x2, y2 - half), (x2, y2)]
        curve = "C"
    first, *others = [f"{x:.0f},{y:.0f}" for x, y in points]
    style = "arrow both" if mutual else "arrow"
    return f'<path class="{style}" d="M{first} {curve}{" ".join(others)}"/>'


def picture() -> str:
    """The whole picture as SVG."""
    upper, end = _panel(package_graph(), "Packages", MARGIN)
    lower, end = _panel(room_graph(), "Rooms of the engine", end + MARGIN)
    label = "Packages and rooms of the engine, with an arrow to each that is imported"
    attributes = f'viewBox="0 0 {WIDTH} {end}" role="img" aria-label="{label}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>'
    return "\n".join([opening, f"<style>{STYLE}</style>", HEAD, *upper, *lower, "</svg>"])


if __name__ == "__main__":
    print(picture())  # noqa: T201
