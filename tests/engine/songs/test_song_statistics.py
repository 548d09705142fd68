"""What songs lean on, and the file that says so to writers of concepts."""

from __future__ import annotations

from math import log2
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Refused
from engine.reports.constraints import REQUIRED_FIELDS, constraints_of, write_constraints
from engine.reports.statistics import (
    CLUSTER_TOLERANCE_BPM,
    MIN_SONGS,
    STOP_WORDS,
    entropy_bits,
    song_statistics,
)
from genomes.keys import Key


def song(title="A Song", key="C major", tempo_bpm=100.0, **others):
    parsed = Key.parse(key)
    facts = {
        "title": title,
        "key": key,
        "tonic_pitch_class": parsed.tonic_pitch_class,
        "mode": parsed.mode,
        "tempo_bpm": tempo_bpm,
        "meter": "4/4",
        "colour": "Green",
        "concept": "",
    }
    return SimpleNamespace(**facts | others)


def named(shares):
    return {share.name: share.count for share in shares}


def test_keys_are_counted_as_they_sound_and_called_as_most_do():
    keys = ["F# minor", "Gb minor", "F# minor", "C major", "A minor"]
    statistics = song_statistics([song(key=key) for key in keys])
    assert named(statistics.keys) == {"F# minor": 3, "A minor": 1, "C major": 1}
    assert next(iter(statistics.keys)).fraction == pytest.approx(0.6)
    assert statistics.key_entropy_bits == pytest.approx(0.6 * log2(5 / 3) + 0.4 * log2(5))


@given(count=st.integers(1, 64))
def test_entropy_is_highest_where_all_are_equal(count):
    assert entropy_bits([1 / count] * count) == pytest.approx(log2(count))
    assert entropy_bits([1.0]) == 0


def test_tempos_lie_in_clusters():
    tempos = [72, 68, 70, 77, 120, 120.5, 116, 84]
    statistics = song_statistics([song(tempo_bpm=tempo) for tempo in tempos])
    assert [(c.name, c.center_bpm, c.count) for c in statistics.tempo_clusters] == [
        ("67-77", 72, 4),
        ("115-125", 120, 3),
        ("79-89", 84, 1),
    ]
    assert statistics.tempo_mean_bpm == pytest.approx(sum(tempos) / 8)
    assert named(statistics.tempos)["120.5"] == 1


@given(tempos=st.lists(st.floats(20, 320), max_size=40))
def test_every_song_is_in_one_cluster(tempos):
    statistics = song_statistics([song(tempo_bpm=tempo) for tempo in tempos])
    clusters = statistics.tempo_clusters
    assert sum(cluster.count for cluster in clusters) == len(tempos)
    assert list(clusters) == sorted(clusters, key=lambda cluster: -cluster.count)
    for tempo in tempos:
        assert any(abs(tempo - c.center_bpm) <= CLUSTER_TOLERANCE_BPM for c in clusters)


def test_phrases_are_counted_by_songs_not_by_occurrences():
    concepts = [
        "The mirror of the sea. The mirror of the sea, again: the mirror of the sea!",
        "There’s a mirror of the sea in 7/8 time",
        "A broken mirror; of the sea nothing. In 7/8 time.",
        "Mirror. Sea.",
    ]
    phrases = named(song_statistics([song(concept=concept) for concept in concepts]).phrases)
    assert phrases == {"mirror of the sea": 2, "7/8 time": 2}


@given(
    concepts=st.lists(
        st.lists(
            st.sampled_from(["the", "of", "last", "door.", "night-train,", "river’s", "F#", "—"]),
            max_size=12,
        ).map(" ".join),
        max_size=6,
    )
)
def test_phrases_begin_and_end_with_words_that_tell_something(concepts):
    statistics = song_statistics([song(concept=concept) for concept in concepts])
    for phrase in statistics.phrases:
        words = phrase.name.split()
        assert 2 <= len(words) <= 4
        assert not {words[0], words[-1]} & STOP_WORDS
        assert 2 <= phrase.count <= len(concepts)


def test_title_words_are_counted_once_a_title():
    titles = ["The Last Door (Door Two)", "A door for You", "1999", "Untitled (x)"]
    assert named(song_statistics([song(title=title) for title in titles]).title_words) == {
        "door": 2
    }


NARROW = [
    song(title=f"Mirror {n}", key="F# minor", tempo_bpm=70 + n, concept="all a pale machine")
    for n in range(6)
] + [song(title="Ferry", tempo_bpm=90) for _ in range(4)]


def test_what_is_too_narrow_is_warned_of():
    key, tempo, phrase = song_statistics(NARROW).warnings
    assert key.startswith("key entropy is 0.97 bits, below 2")
    assert tempo.startswith("tempos vary by 8.7 bpm, below 10")
    assert phrase == '"pale machine" is in 60% of the concepts'
    keys = ("C major", "D major", "E major", "A minor", "B minor")
    wide = [song(key=key, tempo_bpm=60 + 20 * n) for n, key in enumerate(keys)]
    assert song_statistics(wide).warnings == ()


@pytest.mark.parametrize("count", [0, 1, MIN_SONGS - 1])
def test_of_few_songs_nothing_is_said(count):
    statistics = song_statistics(NARROW[:count])
    (warning,) = statistics.warnings
    assert warning.startswith(f"only {count} songs")
    document = constraints_of(statistics, "here")
    assert {len(rows) for name, rows in document.items() if name.endswith("_constraints")} == {0}


@pytest.mark.parametrize(
    ("count", "severity"), [(2, None), (3, "avoid"), (4, "avoid"), (5, "exclude"), (10, "exclude")]
)
def test_severity_grows_with_the_share(count, severity):
    """A tenth of the songs at a time: 30 % are to be avoided, 50 % excluded."""
    others = [song(key=f"{n} minor", tempo_bpm=120 + 20 * i) for i, n in enumerate("CDEFGABCDE")]
    songs = [song(key="F# major", tempo_bpm=60)] * count + others[count:]
    document = constraints_of(song_statistics(songs), "here")
    keys = {row["key"]: row["severity"] for row in document["key_constraints"]}
    tempos = {row["bpm_range"]: row["severity"] for row in document["bpm_constraints"]}
    assert keys.get("F# major") == tempos.get("55-65") == severity


def test_the_document_has_the_shape_that_its_readers_know():
    document = constraints_of(song_statistics(NARROW), "ten songs")
    assert document["key_constraints"][0] == {
        "key": "F# minor",
        "count": 6,
        "fraction": 0.6,
        "severity": "exclude",
        "reason": "6/10 songs are in F# minor (60%)",
    }
    assert document["bpm_constraints"][0] == {
        "bpm_range": "67-77",
        "center": 72,
        "count": 6,
        "fraction": 0.6,
        "severity": "exclude",
        "reason": "6/10 songs lie around 72 bpm (60%)",
    }
    assert [row["phrase"] for row in document["concept_constraints"]] == ["pale machine"]
    words = {row["word"]: row["severity"] for row in document["title_vocabulary_constraints"]}
    assert words == {"mirror": "exclude", "ferry": "avoid"}
    assert document["dialogue_opener_constraints"] == []
    assert document["excluded_titles"] == ["Ferry", *(f"Mirror {n}" for n in range(6))]
    assert (document["thread_count"], document["generated_from"]) == (10, "ten songs")
    assert len(document["warnings"]) == 3
    metrics = document["diversity_metrics"]
    assert (metrics["key_entropy"], metrics["bpm_mean"]) == (0.97, 79.5)
    assert metrics["key_distribution"] == {"F# minor": 6, "C major": 4}
    assert metrics["bpm_distribution"] == {90: 4, **{70 + n: 1 for n in range(6)}}
    assert set(metrics) >= {"bpm_std_dev", "concept_phrase_counts", "title_word_counts"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "below" / "negative_constraints.yml"


DOCUMENT = constraints_of(song_statistics(NARROW), "here")


def test_the_file_holds_the_document_and_is_written_over(path):
    assert write_constraints(path, DOCUMENT).aside is None
    assert yaml.safe_load(path.read_text("utf-8")) == DOCUMENT
    later = constraints_of(song_statistics(NARROW[:8]), "there")
    assert write_constraints(path, later).aside is None
    assert yaml.safe_load(path.read_text("utf-8")) == later
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_edited_file_is_set_aside_and_its_overrides_stay(path):
    write_constraints(path, DOCUMENT)
    edited = path.read_text("utf-8") + "manual_overrides:\n  avoid: [trains]\n"
    path.write_text(edited, "utf-8")
    aside = write_constraints(path, DOCUMENT).aside
    assert aside.name == "negative_constraints.edited_1.yml"
    assert aside.read_text("utf-8") == edited
    kept = DOCUMENT | {"manual_overrides": {"avoid": ["trains"]}}
    assert yaml.safe_load(path.read_text("utf-8")) == kept
    assert write_constraints(path, DOCUMENT).aside is None
    assert yaml.safe_load(path.read_text("utf-8")) == kept


@pytest.mark.parametrize("text", ["", "title: A Song\n", "- 1\n", "a: [", "\0", "# mine\n"])
def test_any_other_file_stays_as_it_is(path, text):
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    with pytest.raises(Refused, match=f"{path.name} is .*; choose another name"):
        write_constraints(path, DOCUMENT)
    assert path.read_text("utf-8") == text
    assert len(list(path.parent.iterdir())) == 1
    with pytest.raises(Refused, match="neither a file"):
        write_constraints(path.parent, DOCUMENT)


def test_constraints_from_elsewhere_are_set_aside(path):
    path.parent.mkdir()
    path.write_text(yaml.safe_dump({name: [] for name in REQUIRED_FIELDS}), "utf-8")
    assert write_constraints(path, DOCUMENT).aside is not None
