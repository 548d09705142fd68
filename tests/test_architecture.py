"""The house: who may import whom, and how every file of it is kept."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Package -> those of ours that it may import.
ARROWS = {
    "engine": {"genomes", "fitness", "store", "documents"},
    # The engine starts training as a process; its audit evolves as a run does.
    "training": {"engine", "store", "fitness", "genomes", "documents"},
    "tools": {"training", "fitness", "genomes"},  # makes the shipped tables; not in the wheel
    "documents": {"genomes"},
    "fitness": {"genomes"},
    "genomes": set(),
    "store": set(),  # it finds the migrations by their place
    "migrations": {"store"},
}
OURS = {*ARROWS, "tests", "benchmarks"}

# Library -> the only places that may import it.
HOMES = {
    "onnxruntime": ("fitness/fusion.py", "training/fusion/export.py", "training/fusion/gate.py"),
    "torch": ("fitness/encoders.py", "training/"),
    "transformers": ("fitness/encoders.py", "training/"),
    "librosa": ("fitness/encoders.py", "training/"),
    "music21": ("engine/notation/", "training/", "tools/"),
    "soundfile": ("engine/audio/", "training/"),
    "scipy": ("engine/audio/", "training/"),
    "modal": ("training/modal_app.py",),
    "mlflow": ("training/tracking.py",),
    "optuna": ("training/personal/tuning.py",),
    "huggingface_hub": ("training/publishing/dataset.py",),
    "pyarrow": ("training/",),
    "sklearn": ("training/", "tools/judge.py"),
    "matplotlib": ("engine/reports/pictures.py", "engine/reports/rolls.py", "training/"),
    "PIL": ("engine/reports/song_picture.py",),
    "cryptography": ("engine/backups/signing.py",),
    "distributed": ("engine/execution/dask_cluster.py",),
    "pyphen": ("genomes/lyrics/",),
    "mido": ("genomes/midi",),
    "sqlalchemy": ("store/", "migrations/"),
    "alembic": ("store/", "migrations/"),
    "typer": ("engine/cli/",),
    "starlette": ("engine/web/",),
    "uvicorn": ("engine/web/",),
    "jinja2": ("engine/web/",),
    "rich": ("engine/cli/", "training/commands/models.py", "training/progress.py"),
}
# Loaded only when used, except where a whole package is about them.
LATE = {
    "onnxruntime": ("training/",),
    "torch": ("training/",),
    "transformers": (),
    "librosa": (),
    "modal": ("training/modal_app.py",),
    "mlflow": (),
    "optuna": (),
    "huggingface_hub": (),
    "music21": ("engine/notation/score.py", "training/", "tools/"),
    "pyarrow": (),
    "soundfile": (),
    "scipy": (),
    "cryptography": (),
    "distributed": (),
}

MOST_LOOSE_FILES = 6  # of engine/: all others are in rooms
RELATIVE = "."

# What ties a file to one machine or one shop, or puts a thing off.
FORBIDDEN = {  # what: (a pattern, something it finds)
    "absolute path": (
        r"""["'`\s(](/(home|Users|tmp|var|opt|work|root|mnt|usr)/|[A-Z]:\\)""",
        'open("/home/somebody/song.mid")',
    ),
    "registry": (
        r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|huggingface|anaconda|artifactory|nexus)",
        "https://pypi.org/simple",
    ),
    "put off": (r"\b(TODO|FIXME|XXX|HACK)\b", "# TODO: later"),
}

SOURCES = sorted(path for package in ARROWS for path in (ROOT / package).rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
WHEEL = [pattern.rstrip("*") for pattern in PROJECT["packages"]["find"]["include"]]
PACKAGES = sorted(path.parent for path in SOURCES if path.name == "__init__.py")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def top_level(node: ast.AST) -> list[str]:
    """The packages that an import statement names, without what is below them."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]] if node.level == 0 else [RELATIVE]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        first = node.args[0] if node.args else None
        return [str(first.value).partition(".")[0]] if isinstance(first, ast.Constant) else []
    return []


def imported(path: Path) -> set[str]:
    return {name for node in ast.walk(tree_of(path)) for name in top_level(node)}


def imported_on_loading(node: ast.AST) -> set[str]:
    """What is imported when a module is loaded: outside functions and of type checking."""
    found = set(top_level(node))
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        found |= imported_on_loading(child)
    return found


def offenders(check):
    """What each source does wrong, by name; only those that do."""
    found = {name_of(path): check(path) for path in SOURCES}
    return {name: wrong for name, wrong in found.items() if wrong}


def test_all_packages_are_known():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == OURS
    assert len(SOURCES) > 100


def test_the_arrows_hold():
    def wrong(path):
        package = name_of(path).partition("/")[0]
        return (imported(path) & OURS) - {package} - ARROWS[package]

    assert offenders(wrong) == {}


def test_imports_are_absolute():
    assert offenders(lambda path: imported(path) & {RELATIVE}) == {}


def test_libraries_stay_where_they_belong():
    def strayed(path):
        name = name_of(path)
        return [lib for lib in imported(path) & set(HOMES) if not name.startswith(HOMES[lib])]

    assert offenders(strayed) == {}


def test_heavy_libraries_are_loaded_when_they_are_used():
    def early(path):
        loaded = imported_on_loading(tree_of(path)) & set(LATE)
        return [library for library in loaded if not name_of(path).startswith(LATE[library])]

    assert offenders(early) == {}


def imported_modules(path: Path, modules: dict[str, Path]) -> set[str]:
    """The modules of ours that a source imports anywhere, functions and type checking included."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in modules else node.module for name in full}
    return found & modules.keys()


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The sets of nodes that reach each other, by reducing the graph to what lies on a cycle."""
    reach = {name: set(edges) for name, edges in graph.items()}
    for middle in graph:
        for name in graph:
            if middle in reach[name]:
                reach[name] |= reach[middle]
    circles = {frozenset(n for n in reach[name] if name in reach[n]) for name in graph}
    return sorted(sorted(circle) for circle in circles if circle)


def test_no_modules_import_each_other_in_a_circle():
    sources = [*SOURCES, *(ROOT / "benchmarks").rglob("*.py")]
    modules = {
        name_of(path)[:-3].removesuffix("/__init__").replace("/", "."): path for path in sources
    }
    graph = {name: imported_modules(path, modules) - {name} for name, path in modules.items()}
    assert cycles(graph) == []


# Who may write to a terminal: one place for all lines, and the tables and bars of rich.
WRITERS = {
    "documents/terminal.py",
    "engine/cli/output.py",
    "engine/cli/progress.py",
    "training/progress.py",
    "training/commands/models.py",
}
WRITING = re.compile(
    r"\b(print|(sys\.)?(stdout|stderr)\.write|(typer|click)\.(echo|secho|confirm|prompt)|Console)\("
)


def test_one_place_writes_to_the_terminal():
    def writing(path):
        if name_of(path) in WRITERS:
            return []
        calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
        return [ast.unparse(node) for node in calls if WRITING.match(ast.unparse(node))]

    found = offenders(writing)
    assert {name: calls for name, calls in found.items() if not name.startswith("tools/")} == {
        # before anything of ours could be loaded
        "training/__main__.py": ["sys.stderr.write('interrupted\\n')"],
    }


def test_the_engine_is_in_rooms():
    loose = [
        path.name for path in (ROOT / "engine").glob("*.py") if path.stem.strip("_") == path.stem
    ]
    assert len(loose) <= MOST_LOOSE_FILES, loose


@pytest.mark.parametrize("what", FORBIDDEN)
def test_files_are_tied_to_no_place_and_put_nothing_off(what):
    pattern, example = FORBIDDEN[what]
    assert re.search(pattern, example)
    assert offenders(lambda path: re.findall(pattern, path.read_text("utf-8"))) == {}


def test_everything_public_says_what_it_is():
    def silent(path):
        tree = tree_of(path)
        definitions = [("the module", tree), *public_definitions(tree.body)]
        return [name for name, node in definitions if not ast.get_docstring(node)]

    assert offenders(silent) == {}


def public_definitions(body, inside=""):
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not node.name.startswith("_") and not is_overload(node):
            yield f"{inside}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{node.name}.")


def is_overload(node):
    return any(ast.unparse(mark).endswith("overload") for mark in node.decorator_list)


@pytest.mark.parametrize("folder", PACKAGES, ids=name_of)
def test_packages_offer_what_they_name(folder):
    name = name_of(folder).replace("/", ".")
    if name.startswith("migrations."):  # alembic loads those
        return
    module = import_module(name)
    offered = getattr(module, "__all__", [])
    assert [entry for entry in offered if not hasattr(module, entry)] == []
    assert len(set(offered)) == len(offered)
    undocumented = [
        entry
        for entry in offered
        if (inspect.isclass(value := getattr(module, entry)) or inspect.isroutine(value))
        and not value.__doc__
    ]
    assert undocumented == []
    functions = [entry for entry in offered if inspect.isfunction(getattr(module, entry))]
    assert all("return" in getattr(module, entry).__annotations__ for entry in functions)


@pytest.mark.parametrize("package", WHEEL)
def test_packages_are_typed_and_say_what_they_are_for(package):
    assert (ROOT / package / "py.typed").is_file()
    lines = (import_module(package).__doc__ or "").strip().splitlines()
    assert len(lines) >= 1


def test_every_folder_with_sources_is_a_package():
    folders = {path.parent for path in SOURCES}
    missing = {name_of(folder) for folder in folders if not (folder / "__init__.py").is_file()}
    assert missing <= {"migrations/versions"}


# Sources that break each rule, so that a check that checks nothing is noticed.
BAD = """
import torch
from . import x
if TYPE_CHECKING:
    import librosa
def quick():
    import transformers
class Public:
    def method(self): ...
    def _private(self): ...
"""


def test_the_checks_see_what_they_are_for(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text(BAD, "utf-8")
    assert imported(path) == {"torch", RELATIVE, "librosa", "transformers"}
    assert imported_on_loading(tree_of(path)) == {"torch", RELATIVE}
    names = [name for name, _ in public_definitions(tree_of(path).body)]
    assert names == ["quick", "Public", "Public.method"]


def test_a_circle_is_found_and_a_line_is_not():
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d"} - {"d"}}) == [["b", "c"]]


# What a face must not load before it is used.
LIGHT = {
    "store": ("sqlalchemy", "msgspec", "numpy"),
    "documents": ("yaml", "numpy", "genomes"),
    "fitness": ("numpy", "onnxruntime", "genomes"),
}
# What a name of a face never needs.
UNNEEDED = {
    "from store import EventLog, Projections": ("numpy", "alembic", "onnxruntime"),
    "from fitness import ChromaticScorer, Fitness": ("onnxruntime", "torch", "transformers"),
    "from documents import load_text": ("numpy", "genomes"),
}


@pytest.mark.parametrize(
    ("code", "libraries"),
    [*((f"import {name}", libs) for name, libs in LIGHT.items()), *UNNEEDED.items()],
)
def test_importing_loads_nothing_that_is_not_needed(code, libraries):
    asked = f"import sys\n{code}\nprint([name for name in {libraries!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", sorted((ROOT / "engine/state").glob("*.py")), ids=name_of)
def test_state_is_typed(path: Path) -> None:
    assert "dict[str, Any]" not in path.read_text("utf-8")
