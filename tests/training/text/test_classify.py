"""Classifiers learn what texts say, and the report says what that is worth."""

from __future__ import annotations

import json

import numpy as np
import pyarrow
import pytest
import torch
from pyarrow import parquet

from training.__main__ import main
from training.text.classify import FOLDS, cross_validated, folds_of, label_counts, scores
from training.text.labelled import Labelled, by_rule, from_table
from training.text.rebracketing import (
    DOMAINS,
    NONE,
    domain_counts,
    domain_of,
    domains_of,
    has_rebracketing,
)

SUBJECTS = {
    "sea": ["tide", "harbour", "wave", "salt", "ferry", "gull"],
    "fire": ["ember", "smoke", "ash", "kindling", "furnace", "spark"],
    "wood": ["birch", "moss", "bark", "thicket", "acorn", "fern"],
}
SONGS, TRACKS = 36, 3


def write_songs(folder, songs=SONGS):
    """Songs about one of three subjects, a row for each of their tracks."""
    rng = np.random.default_rng(5)
    rows = []
    for number in range(songs):
        subject = list(SUBJECTS)[number % 3]
        text = " ".join(rng.choice(SUBJECTS[subject], 12))
        # Words of the rule, so that its labels are of every kind too.
        text += ", because we felt a dream of the house" * (number % 2) + ", in the night" * 2
        first, second = ("yes", "no") if number % 2 else ("no", "yes")
        rows += [
            {
                "id": f"01_{number:02d}",
                "track_id": track,
                "concept": text,
                "subject": subject,
                "tags": [subject, "odd"] if number % 2 else [subject],
                "training_data": {"rebracketing_type": subject, "other": first},
                "as_json": json.dumps({"rebracketing_type": subject, "other": second}),
            }
            for track in range(2, 2 + TRACKS)
        ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "base_manifest.parquet")
    return folder


def classified(capsys, folder, *words):
    assert main(["classify", str(folder), "--text-encoder", "light", *words]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("column", ["subject", "training_data.rebracketing_type", "tags"])
def test_what_texts_say_is_learned(tmp_path, capsys, column):
    folder = write_songs(tmp_path)
    said = classified(capsys, folder, "--label-column", column)[column]
    assert said["song_split"]["rows"] == SONGS
    assert said["song_split"]["accuracy"] > 0.9
    assert said["majority"]["accuracy"] < 0.5
    assert said["row_split"]["rows"] == SONGS * TRACKS
    report = json.loads((folder / "classify" / column / "report.json").read_text())
    counts = np.array(report["confusion"])
    if column == "tags":
        assert list(report["classes"]) == ["fire", "odd", "sea", "wood"]
        assert counts.sum(axis=1).tolist() == [SONGS] * 4
    else:
        assert counts.sum() == SONGS
        assert counts.trace() == round(said["song_split"]["accuracy"] * SONGS)
    picture = (folder / "classify" / column / "confusion.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


def test_labels_by_rule_are_said_to_be_so(tmp_path, capsys):
    folder = write_songs(tmp_path)
    said = classified(capsys, folder)
    assert set(said) == {"binary", "multiclass", "multilabel"}
    for task in said:
        page = (folder / "classify" / task / "report.md").read_text("utf-8")
        assert "Labels are derived from the same text" in page
        assert "how well the encoder reproduces the rule" in page
        assert "| by song | 36 |" in page
        assert "| the commonest label |" in page
        assert "| by row | 108 |" in page


def test_a_second_time_gives_the_same(tmp_path, capsys):
    folder = write_songs(tmp_path)
    state = torch.random.get_rng_state()
    first = classified(capsys, folder, "--task", "binary")
    files = [path for path in (folder / "classify").rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    assert len(before) == 3
    assert classified(capsys, folder, "--task", "binary") == first
    assert {path: path.read_bytes() for path in files} == before
    assert torch.equal(torch.random.get_rng_state(), state)


def test_what_is_random_is_not_learned(tmp_path, capsys):
    folder = write_songs(tmp_path)
    table = parquet.read_table(folder / "base_manifest.parquet")
    coin = np.repeat(np.random.default_rng(0).permutation(np.arange(SONGS) % 2), TRACKS)
    parquet.write_table(table.append_column("coin", [coin]), folder / "base_manifest.parquet")
    said = classified(capsys, folder, "--label-column", "coin")["coin"]
    low, high = said["song_split"]["accuracy_95"]
    assert low < 0.5 < high
    assert said["row_split"]["accuracy"] > 0.8


def test_songs_are_never_split():
    rng = np.random.default_rng(0)
    groups = [f"song {number}" for number in rng.integers(0, 25, 200)]
    targets = np.eye(2, dtype=np.float32)[[hash_of % 2 for hash_of in map(len, groups)]]
    folds = folds_of(groups, targets)
    for group in set(groups):
        assert len({folds[row] for row, name in enumerate(groups) if name == group}) == 1
    assert set(folds) == set(range(FOLDS))
    np.testing.assert_array_equal(folds, folds_of(groups, targets))


def test_labels_have_like_shares_in_every_fold():
    targets = np.eye(2, dtype=np.float32)[[0] * 40 + [1] * 10]
    folds = folds_of([str(row) for row in range(50)], targets)
    for fold in range(FOLDS):
        np.testing.assert_array_equal(targets[folds == fold].sum(axis=0), [8, 2])


def test_a_rare_class_counts_as_much_as_a_common_one():
    rng = np.random.default_rng(1)
    true = np.arange(400) % 20 == 0
    vectors = rng.normal(size=(400, 8)).astype(np.float32)
    vectors[:, 0] += 2 * true
    targets = np.eye(2, dtype=np.float32)[true.astype(int)]
    rows = Labelled((), (), ("no", "yes"), targets, False, "")
    folds = np.arange(400) // 20 % FOLDS
    predicted, majority = cross_validated(vectors, rows, folds, 0, lambda: None)
    assert predicted[true, 1].mean() > 0.5
    assert (predicted.sum(axis=1) == 1).all()
    assert majority[:, 0].all()


def test_scores_count_rows_of_which_every_label_is_right():
    predicted = np.array([[1, 0], [1, 0], [0, 0]], dtype=bool)
    true = np.array([[1, 0], [0, 1], [0, 0]], dtype=bool)
    assert label_counts(predicted, true).tolist() == [[1, 1, 1, 0], [0, 0, 2, 1]]
    found = scores(predicted, true)
    assert found["rows"] == 3
    assert found["accuracy"] == 0.6667
    low, high = found["accuracy_95"]
    assert 0 < low < 0.6667 < high < 1


def test_a_class_that_never_occurs_does_not_count():
    answers = np.eye(3, dtype=bool)[[0, 1, 1]]
    assert scores(answers, answers)["macro_f1"] == 1


def test_a_struct_that_is_written_as_json_is_read(tmp_path):
    path = write_songs(tmp_path) / "base_manifest.parquet"
    found = from_table(path, "concept", "as_json.rebracketing_type", "id")
    assert found.classes == tuple(sorted(SUBJECTS))
    assert not found.is_multi
    assert "column `concept`" in found.origin


def test_the_rule_labels_every_track_and_each_song_counts_once(tmp_path):
    found = by_rule(write_songs(tmp_path), "binary")
    assert len(found.texts) == SONGS * TRACKS
    assert len(found.once_each().texts) == SONGS
    np.testing.assert_array_equal(found.once_each().targets[:, 1], np.arange(SONGS) % 2)


@pytest.mark.parametrize(
    ("songs", "words", "reason"),
    [
        (36, ["--label-column", "nothing"], "no column 'nothing'; it has id, track_id"),
        (36, ["--label-column", "training_data.no"], "'training_data' has no field 'no'"),
        (36, ["--label-column", "concept.no"], "'concept' has no field 'no'"),
        (36, ["--table", "x.parquet"], "--table needs --label-column"),
        (36, ["--task", "binary", "--label-column", "tags"], "--task is for labels by rule"),
        (36, ["--table", "x.parquet", "--label-column", "y"], "x.parquet: no such table"),
        (9, [], "9 songs with text and label; a split by song needs 10 or more"),
    ],
)
def test_what_can_not_be_classified_is_refused(tmp_path, capsys, songs, words, reason):
    folder = write_songs(tmp_path, songs)
    assert main(["classify", str(folder), "--text-encoder", "light", *words]) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "has_it"),
    [
        ("The thing misremembered was a board game.", True),
        ("It used to be Space, now it's Here.", True),
        ("a mediation on 're-bracketing'", True),
        ("For string quartet, in four parts.", False),
        ("We return the overturned cup.", False),
        ("", False),
    ],
)
def test_a_marker_begins_a_word(text, has_it):
    assert has_rebracketing(text) is has_it


@pytest.mark.parametrize(
    ("text", "domain", "domains"),
    [
        ("years ago, in the past", "temporal", ("temporal",)),
        ("The house, the city, and a mind that felt alone", "spatial", ("spatial", "experiential")),
        ("Because it made her, she saw a vision", "causal", ("causal", "perceptual")),
        ("one year, one house", NONE, ()),
        ("", NONE, ()),
    ],
)
def test_a_text_is_of_the_domains_that_it_has_words_of(text, domain, domains):
    assert domain_of(text) == domain
    assert domains_of(text) == domains


def test_those_that_are_even_go_by_the_table():
    assert domain_of("mind and fear, the house and the city") == "spatial"


def test_short_words_are_meant_whole():
    assert domain_counts("endure the aged seesaw and endless ages")["temporal"] == 0
    assert domain_counts("the end of an age")["temporal"] == 2


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_stem_counts(domain):
    for stem in DOMAINS[domain].replace(r"\s", "_").split():
        assert domain_counts(f"- {stem.replace('_', ' ')} -")[domain] >= 1, stem
