"""Every line that a person gives is sung, once for each time that its section comes, or listed.

What is sung is read back by other programs: mido of the MIDI file, music21 of the score, and a
reader of ChordPro of the chart.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import mido
import pytest

from documents.lyrics import sheet_of
from engine.arrangement.assemble import assemble
from engine.arrangement.charts import chord_pro, lyric_sheet
from engine.arrangement.draft import draft
from engine.arrangement.words import with_words
from engine.arrangement.writers import lead_sheet
from engine.proposals.lyrics import notes_on, words_left_out
from genomes import Key, Meter, Part
from genomes.midi import Conductor, write_midi
from tests.engine.arrangement.approved_parts import (
    ROWS,
    approve_lineage,
    approved_part,
    lineage_of,
    opened,
)
from tests.engine.command_line import Shell
from tests.engine.notation import scores

pytestmark = pytest.mark.usefixtures("real_files")

SONG = Conductor("Song", Key.parse("A minor"), Meter(4, 4), 120)
VERSES = {
    "Verse 1": ("The river keeps a lantern for the men", "and I am walking home again"),
    "Verse 2": ("Rain on the town", "and nobody is looking"),
    "Verse 3": ("Above the hill the swallows fly", "a line of other words"),
    "Chorus 1": ("Oh ferry me over", "over the water"),
    "Chorus 2": ("Oh carry me under", "under the clover"),
}
MANY = "every syllable of this one is hurrying along to find a little room beside another"

OTHER = "hundreds of other people wander over every avenue and alley in the city after midnight"


def text_of(sections, suffix=""):
    return "\n\n".join("\n".join([f"[{name}]{suffix}", *rows]) for name, rows in sections.items())


SHAPES = {
    "as many": text_of(VERSES),
    "more syllables than notes": text_of(VERSES | {"Verse 2": (MANY, OTHER)}),
    "fewer": text_of(VERSES | {"Verse 3": ("Homewards",), "Chorus 2": ("Ah", "clover")}),
    "pick-ups": text_of(VERSES | {"Verse 2": ("And so the dawn", "and then the day")}),
    "a bridge nobody has": text_of(VERSES | {"Bridge": ("A ship nobody knows", "is leaving")}),
    "a chorus too many": text_of(VERSES | {"Chorus 5": ("A chorus nobody has room for",)}),
    "sections that come twice": text_of(VERSES).replace("[Chorus 1]", "[Chorus 1] (x2)"),
    "lines that come twice": text_of(VERSES).replace("over the water", "over the water (x2)"),
    "chords above": text_of(VERSES).replace("Rain on", "Am      F\nRain on"),
    "chorus once": text_of({n: r for n, r in VERSES.items() if n != "Chorus 2"}),
    "without numbers": re.sub(r"(Verse|Chorus) \d", r"\1", text_of(VERSES)),
    "lines under no header": f"Hush, it begins\n\n{text_of(VERSES)}",
    "one misspelt": text_of(VERSES).replace("[Verse 3]", "[Vrese 3]"),
}  # fmt: skip


@pytest.fixture
def shell(tmp_path, capsys):
    """A song of which a verse and a chorus are approved in every stage."""
    with opened(tmp_path / "studio") as studio:
        approve_lineage(studio, "verse")
        approve_lineage(studio, "chorus")
    return Shell(tmp_path / "studio", capsys)


def words_in(text):
    """Words as they are compared between files."""
    return re.sub(r"[^a-z' ]", " ", text.casefold()).split()


def in_midi(path):
    """What is sung in a MIDI file."""
    file = mido.MidiFile(path, charset="utf-8")
    return words_in("".join(m.text for track in file.tracks for m in track if m.type == "lyrics"))


def in_score(data):
    """What is sung in a score, with its repeats."""
    (part,) = (p for p in scores.reopened(data).parts if p.partName == "Melody")
    bars = list(scores.played(part).getElementsByClass("Measure"))
    played = Counter(bar.number for bar in bars)
    verse: Counter[int] = Counter()
    text = ""
    for bar in bars:
        verse[bar.number] += 1
        for note in bar.recurse().notes:
            by_number = {lyric.number: lyric for lyric in note.lyrics}
            is_once = played[bar.number] == 1  # an ending has the number of its verse
            first = next(iter(note.lyrics), None) if is_once else by_number.get(1)
            lyric = by_number.get(verse[bar.number]) or first
            if lyric is not None:
                text += lyric.text + " " * (lyric.syllabic in {"single", "end", None})
    return words_in(text)


def in_chart(text):
    """What is sung in a ChordPro file: what stands between its environments, without chords."""
    text = re.sub(r"\{start_of_grid.*?\{end_of_grid\}", "", text, flags=re.DOTALL)
    rows = [row for row in text.splitlines() if not row.lstrip().startswith(("{", "#"))]
    return words_in(" ".join(re.sub(r"\[[^\]]*\]", "", row) for row in rows))


def times_sung(line, words):
    """How often the words of a line are sung in a row."""
    wanted = words_in(line)
    return sum(words[at : at + len(wanted)] == wanted for at in range(len(words)))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_line_is_sung_or_listed(shape, tmp_path):
    sheet = sheet_of(SHAPES[shape])
    parts = [*lineage_of("verse", list(ROWS)), *lineage_of("chorus", list(ROWS), first=20)]
    planned = with_words(draft(parts, SONG, lyrics=sheet), parts, sheet)
    song = assemble(planned.plan, parts, SONG)
    midi = tmp_path / "song.mid"
    midi.write_bytes(write_midi(song.tracks, song.conductor()))
    sung = in_midi(midi)
    assert in_score(lead_sheet(song, "")) == sung
    assert in_chart(chord_pro(song, (), "x")) == sung
    assert words_in(re.sub(r"\[.*?\]", "", lyric_sheet(song, ()))) == sung
    times = Counter(line for s in planned.plan.sections for line in s.words * s.play)
    listed = [*words_left_out(planned.unused, ["verse", "chorus"]), *notes_on(sheet)]
    for line in (line for _, lines in sheet.words for line in lines):
        assert times_sung(line, sung) == times[line], line
        assert (times[line] > 0) != any(line in note for note in listed), line
    assert times.total()


def test_files_of_an_arrangement_carry_every_word(shell, tmp_path):
    """Also those that are made later, when nobody names the words again."""
    path = tmp_path / "my sheet.txt"
    path.write_text(SHAPES["a bridge nobody has"], "utf-8")
    said = shell.type("arrange", "--song", "a minor", "--lyrics", path, "--audio", "none")
    assert said.code == 0, said.err
    assert (
        "note: my sheet.txt: the words under Bridge fit no section (the song has verse, chorus): "
        "A ship nobody knows / is leaving"
    ) in said.err.splitlines()
    arranged = shell.json("arrange", "--song", "a minor", "--audio", "none")
    made = [*arranged["files"], *shell.json("export", "--chart", "--lyrics")]
    files = {Path(each["path"]).name: Path(each["path"]) for each in made}
    sung = in_midi(files["song.mid"])
    assert in_score(files["song.musicxml"].read_bytes()) == sung
    assert in_score(files["lead-sheet.musicxml"].read_bytes()) == sung
    assert in_chart(files["chart.cho"].read_text("utf-8")) == sung
    for lines in VERSES.values():
        assert all(times_sung(line, sung) for line in lines)


def test_each_verse_and_each_chorus_sings_its_own(shell, tmp_path):
    path = tmp_path / "sheet.txt"
    path.write_text(text_of(VERSES), "utf-8")
    planned = shell.json("arrange", "--song", "a minor", "--lyrics", path, "--draft")
    sung = {s["name"]: (tuple(s["words"] or ()), s["play"]) for s in planned["plan"]["sections"]}
    for name, lines in VERSES.items():
        assert sung[name] == (lines, 1)
    assert sung["Chorus 3"] == sung["Chorus 4"] == (VERSES["Chorus 1"], 1)
    assert planned["words"] == {"notes": [], "unused": [], "without_words": []}


def test_a_section_without_words_is_named():
    sheet = sheet_of("[Verse 1]\nThe river is wide")
    silent = approved_part("melody", "chorus", position=30, part=Part.of([], 4 * 1920))
    chorus = [*lineage_of("chorus", ["chords"], first=20), silent]
    parts = [*lineage_of("verse", list(ROWS)), *chorus]
    planned = with_words(draft(parts, SONG, lyrics=sheet), parts, sheet)
    assert planned.silent == ("Chorus 1", "Chorus 2", "Chorus 3")
