"""What the documents say can be run, can be run."""

from __future__ import annotations

import html
import re
import shlex
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.__main__ import COMMANDS, REPORTS
from engine.cli.app import root_command
from store.events import KINDS
from tests.shared_folders import made_once
from training.__main__ import parser

ROOT = Path(__file__).parents[1]
PAGES = [path for path in ROOT.glob("docs/**/*.md") if "_build" not in path.parts]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *PAGES, *ROOT.glob("fitness/data/*.md")])


def texts():
    return [(path, path.read_text("utf-8")) for path in DOCUMENTS]


def test_every_module_that_is_run_exists():
    named = {name for _, text in texts() for name in re.findall(r"python -m ((?:\w+\.)*\w+)", text)}
    assert {"benchmarks", "benchmarks.evolution_bench", "benchmarks.reference_classifier"} <= named
    assert [name for name in sorted(named) if find_spec(name) is None] == []


# What each command of training needs where a text only names it.
TRAINING = {
    "bootstrap": ["--out", "x"],
    "card": ["x.onnx"],
    "audit": ["x.onnx"],
    "gate": ["x.onnx"],
    "demo-catalogue": ["--out", "x"],
    "manifest": ["songs", "--out", "x"],
    "segments": ["songs", "--out", "x"],
    "verify": ["--out", "x"],
    "embed": [],
    "prosody": [],
    "decisions": ["--studio", "x", "--out", "x"],
    "classify": [],
    "rolls": [],
    "tune": [],
    "fit": [],
    "export": [],
    "run": ["songs", "--out", "x"],
    "publish": [],
}


def training_lines():
    pattern = rf"(?:^|`)(training (?:{'|'.join(TRAINING)})\b[^`\n]*)"
    return sorted({line for _, text in texts() for line in re.findall(pattern, text, re.MULTILINE)})


def test_training_is_documented():
    assert {line.split()[1] for line in training_lines()} == set(TRAINING)


@pytest.mark.parametrize("line", training_lines())
def test_lines_of_training_are_understood(line):
    words = shlex.split(line)[1:]
    needed = TRAINING[words[0]] if len(words) == 1 else []
    assert parser().parse_args([*words, *needed])


def engine_lines():
    """Command lines of the engine: in code between backticks, or a whole line of a code block."""
    found = {
        line
        for _, text in texts()
        for line in re.findall(r"(?:^\$? ?|`)(engine [a-z][^`\n#]*)(?:`|$|#)", text, re.MULTILINE)
    }
    return sorted(found)


def options_of(command):
    return {option for each in command.params for option in (*each.opts, *each.secondary_opts)}


def unknown_words(line):
    """What a command line names that the engine has not: a command, or an option of it."""
    command, words = root_command(), line.split("|")[0].split()[1:]
    known = options_of(command) | {"--help"}  # the engine's own stand anywhere
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
        known |= options_of(command)
    if command.name == root_command().name:
        return words[:1]
    if command.name == "train":  # training's own options, which are tried below
        return []
    named = [re.split(r"[=\],.…]", word.lstrip("["))[0] for word in words]
    return [word for word in named if word.startswith("--") and word not in known]


def test_lines_of_the_engine_are_understood():
    lines = engine_lines()
    assert len(lines) > 100
    assert {line: unknown for line in lines if (unknown := unknown_words(line))} == {}


def test_benchmarks_that_are_named_exist():
    named = {name for _, text in texts() for name in re.findall(r"-m benchmarks ([a-z]+)", text)}
    assert {"real", "harmony"} <= named
    assert named <= {*COMMANDS, *REPORTS, "rules"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The built site; Sphinx fails at the first warning."""

    def build(folder):
        command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html"]
        places = [ROOT / "docs", folder / "html", "-d", folder / "doctrees"]
        done = subprocess.run(
            [*command, *map(str, places)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")

    return made_once(tmp_path_factory, "site", build) / "html"


def headings(page):
    return {
        html.unescape(re.sub(r"<[^>]+>", "", heading)).removesuffix("\u00b6")
        for heading in re.findall(r"<h\d>(.*?)</h\d>", page.read_text("utf-8"))
    }


def command_names(command, words=("engine",)):
    yield " ".join(words)
    for name, subcommand in getattr(command, "commands", {}).items():
        yield from command_names(subcommand, (*words, name))


def test_the_site_describes_every_command(site):
    assert set(command_names(root_command())) <= headings(site / "reference/commands.html")


def test_the_site_describes_every_event(site):
    kinds = {f"{name}, version {kind.version}" for name, kind in KINDS.items()}
    assert kinds <= headings(site / "reference/events.html")


@pytest.mark.parametrize("package", ["engine", "genomes", "fitness", "store"])
def test_the_site_describes_what_packages_export(site, package):
    text = (site / "reference/python.html").read_text("utf-8")
    described = set(re.findall(r'id="([\w.]+)"', text))
    exported = getattr(import_module(package), "__all__", [])
    assert {f"{package}.{name}" for name in exported} <= described


def test_the_picture_has_every_package_of_the_engine(site):
    text = (site / "architecture.html").read_text("utf-8")
    rooms = {path.parent.name for path in ROOT.glob("engine/*/__init__.py")}
    assert rooms <= set(re.findall(r'<text class="name"[^>]*>(\w+)<', text))


GUARANTEES = ROOT / "docs/reference/guarantees.md"
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_guarantee_names_a_test_that_there_is():
    rows = [line for line in GUARANTEES.read_text("utf-8").splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith("| guarantee")]
    assert len(rows) > 30
    for row in rows:
        path, name = NAMED_TEST.search(row).groups()
        assert f"\ndef {name}(" in (ROOT / path).read_text("utf-8"), row
