"""Texts with labels: read from a table, or labelled by the rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.hashed_text import has_words
from training.embedding.tables import read_concepts
from training.schemas import MANIFEST_FILE, read_parquet
from training.text.rebracketing import DOMAINS, NONE, domain_of, domains_of, has_rebracketing

Labels = tuple[str, ...]

BINARY, MULTICLASS, MULTILABEL = "binary", "multiclass", "multilabel"
# A task, its classes, and the labels that the rule gives a text.
RULES: dict[str, tuple[Labels, Callable[[str], Labels]]] = {
    BINARY: (("no", "yes"), lambda text: ("yes" if has_rebracketing(text) else "no",)),
    MULTICLASS: ((*DOMAINS, NONE), lambda text: (domain_of(text),)),
    MULTILABEL: (tuple(DOMAINS), domains_of),
}
FEWEST_SONGS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Texts, a row each.

    Attributes:
        texts: all with words.
        songs: what each belongs to; rows of one song never stand on two sides of a split.
        classes: names of the labels.
        targets: ``(n, classes)``, 1 where a text has a label.
        is_multi: whether a text may have any number of labels, not just one.
        origin: where the labels come from, in a sentence.
    """

    texts: tuple[str, ...]
    songs: tuple[str, ...]
    classes: Labels
    targets: NDArray[np.float32]
    is_multi: bool
    origin: str

    def once_each(self) -> Labelled:
        """The rows without duplicates of the same song, text and label."""
        keys = zip(self.songs, self.texts, self.targets.tolist(), strict=True)
        first: dict[Any, int] = {}
        for row, (song, text, target) in enumerate(keys):
            first.setdefault((song, text, tuple(target)), row)
        rows = list(first.values())
        texts, songs = (tuple(column[row] for row in rows) for column in (self.texts, self.songs))
        return replace(self, texts=texts, songs=songs, targets=self.targets[rows])


def by_rule(folder: Path, task: str) -> Labelled:
    """The concepts of a folder's songs, a row for each track, labelled by ``rebracketing``.

    Raises:
        ValueError: if the table isn't there or has too few songs.
    """
    classes, labels_of = RULES[task]
    concept_of = read_concepts(folder)
    tracks = read_parquet(folder / MANIFEST_FILE)["id"].to_pylist()
    rows = [(song, concept_of[song]) for song in tracks if has_words(concept_of[song] or "")]
    labels = {text: labels_of(text) for text in {text for _, text in rows}}
    return _labelled(
        ((song, text, labels[text]) for song, text in rows),
        classes,
        task == MULTILABEL,
        "Labels are derived from the same text, by the table of words in "
        "`training/text/rebracketing.py`: this measures how well the encoder reproduces the rule.",
    )


def from_table(path: Path, text: str, label: str, song: str) -> Labelled:
    """Texts and labels of two columns of any parquet table.

    Args:
        path: of the table.
        text: column of the texts.
        label: column of the labels: one value a row, or a list of them. A dot reaches into a
            struct, or into one that is written as JSON: ``training_data.rebracketing_type``.
        song: column of what a row belongs to.

    Raises:
        ValueError: if a column isn't there or there are too few songs or labels.
    """
    table = read_parquet(path)
    texts, songs = (_column(table, name, path) for name in (text, song))
    values = _column(table, label, path)
    is_multi = any(isinstance(value, list) for value in values)
    rows = [
        (str(song_id), str(words), _names(value))
        for song_id, words, value in zip(songs, texts, values, strict=True)
        if value is not None and words and has_words(str(words))
    ]
    classes = tuple(sorted({name for _, _, names in rows for name in names}))
    if len(classes) < 2 - is_multi:
        raise ValueError(f"{path}: {label}: expected labels of two kinds or more, found {classes}")
    return _labelled(
        rows,
        classes,
        is_multi,
        f"Labels are those of the column `{label}`. If that was made from the column `{text}`, "
        "this measures how well the encoder reproduces what made it.",
    )


def _labelled(
    rows: Iterable[tuple[str, str, Labels]], classes: Labels, is_multi: bool, origin: str
) -> Labelled:
    songs, texts, labels = [], [], []
    for song, text, names in rows:
        songs.append(song)
        texts.append(text)
        labels.append([float(name in names) for name in classes])
    if len(set(songs)) < FEWEST_SONGS:
        raise ValueError(
            f"{len(set(songs))} songs with text and label; "
            f"a split by song needs {FEWEST_SONGS} or more"
        )
    targets = np.array(labels, dtype=np.float32)
    return Labelled(tuple(texts), tuple(songs), classes, targets, is_multi, origin)


def _names(value: Any) -> Labels:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _column(table: Any, name: str, path: Path) -> list[Any]:
    """A column's values, or a field's of a struct column."""
    column, _, field = name.partition(".")
    if column not in table.column_names:
        raise ValueError(f"{path}: no column {column!r}; it has {', '.join(table.column_names)}")
    values: list[Any] = table[column].to_pylist()
    if not field:
        return values
    try:
        structs = [json.loads(value) if isinstance(value, str) else value for value in values]
        return [None if struct is None else struct[field] for struct in structs]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: {column!r} has no field {field!r} in every row") from error
