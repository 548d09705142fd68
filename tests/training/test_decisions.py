"""``training decisions``: what a studio's decisions prefer, as a table."""

from __future__ import annotations

import json

from engine.gate import decisions
from engine.gate.waiting import entries, present
from engine.preference.pairs import preferences
from engine.state.studio import Studio
from tests.engine.command_line import backend, finished, shell  # noqa: F401 - fixtures
from training.__main__ import main
from training.schemas import PREFERENCES_TABLE, PreferenceRow, read_table, typed_rows


def test_the_table_holds_the_preferences(shell, tmp_path, capsys):  # noqa: F811
    with Studio.open(shell.folder) as studio:
        verse = entries([studio.song("meadow")])[:2]
        present(studio, verse, "terminal", "review")
        decisions.approve(studio, verse[0].id)
        told = preferences(studio)
        head = studio.log.head()
    assert told
    out = tmp_path / "a folder" / "preferences.parquet"
    out.parent.mkdir()
    assert main(["decisions", "--studio", str(shell.folder), "--out", str(out)]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result == {"table": out.as_posix(), "preferences": len(told), "songs": 1}
    rows = typed_rows(read_table(out, PREFERENCES_TABLE), PreferenceRow)
    assert [(row.preferred, row.other, row.weight, row.decided_at) for row in rows] == [
        (each.preferred, each.other, each.weight, each.decided_at) for each in told
    ]
    with Studio.open(shell.folder) as studio:
        assert studio.log.head() == head


def test_a_folder_without_a_studio(tmp_path, capsys):
    assert main(["decisions", "--studio", str(tmp_path), "--out", str(tmp_path / "x")]) == 2
    assert "no studio" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
