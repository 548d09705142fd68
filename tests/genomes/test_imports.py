"""Music knows nothing of files, models, databases or evolution."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import genomes

ROOT = Path(genomes.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
ALLOWED = {"genomes", "numpy", "mido", "msgspec"}
# Libraries that one module alone may import.
ALLOWED_IN = {"lyrics/syllables.py": {"pyphen"}}
FOREIGN = [
    "engine",
    "documents",
    "fitness",
    "store",
    "training",
    "deap",
    "torch",
    "onnxruntime",
    "sqlalchemy",
]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0] if node.level == 0 else "genomes"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_import_what_they_may_and_each_other(path):
    own = ALLOWED_IN.get(path.relative_to(ROOT).as_posix(), set())
    assert set(imported(path)) - set(sys.stdlib_module_names) <= ALLOWED | own


def test_nothing_else_is_loaded_on_the_way():
    code = (
        "import json, sys, genomes, genomes.midi, genomes.chords;"
        "sys.stdout.write(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT.parent
    )
    loaded = json.loads(found.stdout)
    assert [name for name in FOREIGN if name in loaded] == []


def test_public_names_exist():
    assert all(hasattr(genomes, name) for name in genomes.__all__)
    assert genomes.__all__ == sorted(genomes.__all__, key=lambda name: (not name.isupper(), name))
