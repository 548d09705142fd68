"""An audit: what a search lost, what fakes got, and where it is read again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.errors import Refused
from engine.models.audits import audit_path, audit_section, lost_share, read_audit, with_audit
from tests.fitness.models import write, write_audit
from training.__main__ import main
from training.audit import SearchCurve, search_figures


def held(*values):
    """A curve that holds each value for so long that its running mean reaches it."""
    return np.repeat(np.array(values, dtype=float), 5)


@pytest.mark.parametrize(
    ("curve", "lost"),
    [
        (held(0.1, 0.5, 0.5), 0),
        (held(0.1, 0.5, 0.3), 0.5),
        (held(0.1, 0.5, 0.1), 1),
        (held(0.5, 0.3), 0),  # it never rose: nothing was gained
    ],
)
def test_lost_share(curve, lost):
    assert lost_share(curve) == pytest.approx(lost)


def test_figures_are_of_songs_not_of_runs():
    good, bad = held(0.1, 0.5, 0.5), held(0.1, 0.5, 0.1)
    curves = [SearchCurve(0, good, good, None)] * 9 + [SearchCurve(1, bad, bad, None)]
    found = search_figures(curves)
    assert (found["songs"], found["runs"]) == (2, 10)
    assert found["lost"] == pytest.approx(0.5)
    assert found["worst"] == pytest.approx(1)
    assert found["lost_interval"] == pytest.approx([0, 1])


def test_a_model_is_audited_and_its_card_says_so(tmp_path, capsys):
    model = write(tmp_path, "fusion")
    (tmp_path / "MODEL_CARD.md").write_text("# A model\n\n## Audit\n\nolder\n")
    assert main(["audit", str(model), "--quick"]) == 0
    out = capsys.readouterr().out
    result = json.loads(out.splitlines()[-1])
    assert (result["songs"], result["runs"]) == (2, 2)
    short = read_audit(audit_path(model), result["model_sha256"])
    assert short["lost"] == result["lost"]
    page = (tmp_path / "MODEL_CARD.md").read_text()
    assert page.startswith("# A model\n\n## Audit\n\nIn 2 runs on 2 songs")
    assert "older" not in page
    assert page.strip().splitlines()[-1] in out


@pytest.mark.parametrize("words", [["--songs", "1"], ["--fakes", "0"]])
def test_too_little_is_refused(tmp_path, capsys, words):
    assert main(["audit", str(tmp_path / "x.onnx"), *words]) == 2
    assert "expected" in capsys.readouterr().err


def test_what_is_no_audit_of_the_model_is_refused(tmp_path):
    model = write(tmp_path, "fusion")
    path = audit_path(model)
    with pytest.raises(Refused, match="has no audit") as refused:
        read_audit(path, "0" * 64)
    assert "engine train audit" in str(refused.value)
    path.write_text("{")
    with pytest.raises(Refused, match="can't be read"):
        read_audit(path, "0" * 64)
    write_audit(model)
    with pytest.raises(Refused, match="of another model"):
        read_audit(path, "0" * 64)


def test_an_audit_is_the_end_of_a_card(tmp_path):
    found = json.loads(audit_path(write_audit(write(tmp_path, "fusion"))).read_text())
    once = with_audit("# Card", found)
    assert with_audit(once, found) == once
    assert once.endswith(audit_section(found) + "\n")
