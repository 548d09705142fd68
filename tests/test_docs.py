"""What the documents say can be run, can be run."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from training.__main__ import parser

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("fitness/data/*.md")])


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
    "demo-catalogue": ["--out", "x"],
    "manifest": ["songs", "--out", "x"],
    "segments": ["songs", "--out", "x"],
    "verify": ["--out", "x"],
    "embed": [],
    "prosody": [],
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


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []
