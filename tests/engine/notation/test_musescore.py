"""MuseScore, where it is installed: it opens our scores and writes the same music again."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace

import pytest

from engine.arrangement.assemble import assemble
from engine.arrangement.draft import draft
from engine.arrangement.files import WHOLE_SONG, midi_files
from engine.notation import musicxml
from genomes.chord_symbols import read_symbol
from tests.engine.arrangement.test_form import composed
from tests.engine.notation import scores

PROGRAMS = ("mscore", "musescore", "mscore3", "musescore3", "mscore4portable", "MuseScore4")
MUSESCORE = next(filter(None, map(shutil.which, PROGRAMS)), None)

pytestmark = pytest.mark.skipif(MUSESCORE is None, reason="MuseScore isn't installed")

# What it says of a file that it repairs or can't read.
COMPLAINTS = ("error", "invalid", "corrupt", "incomplete", "not a valid", "fatal")


def converted(data, name, folder):
    """What MuseScore makes of a file, as MusicXML."""
    source, target = folder / name, folder / "again.musicxml"
    source.write_bytes(data)
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [MUSESCORE, str(source), "-o", str(target)],
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    said = (done.stdout + done.stderr).casefold()
    assert not [word for word in COMPLAINTS if word in said], said
    return target.read_bytes()


def song(key, meter, *, fold):
    """A song with words; its passes are written once or differ."""
    parts, conductor = composed(key, meter, 97.3)
    plan = draft(parts, conductor)
    sections = tuple(replace(each, vary=each.vary and not fold) for each in plan.sections)
    return assemble(replace(plan, sections=sections), parts, conductor)


def words(score):
    return sorted(
        (part.partName, lyric.number, lyric.text, lyric.syllabic)
        for part in score.parts
        for note in scores.sounding_elements(part)
        for lyric in note.lyrics
    )


def form(part):
    """Of every bar its repeat signs and marks."""
    return [
        (
            getattr(bar.leftBarline, "direction", None),
            getattr(bar.rightBarline, "direction", None),
            [mark.content for mark in bar.getElementsByClass("RehearsalMark")],
        )
        for bar in scores.measures(part)
    ]


@pytest.mark.parametrize(
    ("key", "meter", "fold"), [("Eb major", "4/4", False), ("A minor", "7/8", True)]
)
def test_it_writes_the_same_score_again(key, meter, fold, tmp_path):
    ours = song(key, meter, fold=fold)
    data = musicxml(ours.tracks, ours.conductor(), ours.length_ticks)
    before, after = (scores.reopened(each) for each in (data, converted(data, "a.xml", tmp_path)))
    assert [part.partName for part in after.parts] == [part.partName for part in before.parts]
    for one, other in zip(before.parts, after.parts, strict=True):
        assert form(other) == form(one)
        assert scores.bar_quarters(other) == scores.bar_quarters(one)
        if one.partName != "Drums":
            assert scores.sounding(other) == scores.sounding(one)
    symbols = [
        [(onset, kind, root, bass) for onset, kind, _, root, bass in scores.symbols(score.parts[0])]
        for score in (before, after)
    ]
    assert symbols[0] == symbols[1]
    assert symbols[0]
    assert words(after) == words(before)


def test_it_reads_the_chords_of_a_midi_file(tmp_path):
    ours = song("A minor", "4/4", fold=True)
    data = converted(dict(midi_files(ours))[WHOLE_SONG], "a.mid", tmp_path)
    read = [scores.symbols(part) for part in scores.reopened(data).parts]
    named = [(onset, read_symbol(name)) for onset, name in ours.conductor().chords]
    # It writes them over every staff.
    assert {
        tuple((onset, root, bass) for onset, _, _, root, bass in each) for each in read if each
    } == {
        tuple((onset, _name(chord.root), _name(chord.bass or chord.root)) for onset, chord in named)
    }


def _name(written):
    return written.replace("b", "-")
