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
