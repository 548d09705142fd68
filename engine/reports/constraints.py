"""``negative_constraints.yml``: the keys, tempos, phrases and words that songs use too often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from documents.yaml_files import load_file
from engine.errors import Refused
from engine.proposals.sources import printable
from engine.reports.statistics import TITLE_WORD_FRACTION, Share, SongStatistics
from engine.state.files import is_as_written, marked, set_aside, write_whole

# A file with all of these is a constraints file.
REQUIRED_FIELDS = frozenset({"key_constraints", "bpm_constraints", "diversity_metrics"})

# A field that a person adds to the file; it is copied to every new one.
OVERRIDES = "manual_overrides"

# Phrases and title words beyond these are not counted in the file.
MAX_COUNTED = 40


@dataclass(frozen=True, slots=True)
class WrittenConstraints:
    """The files after writing constraints.

    Attributes:
        file: path of the new file.
        aside: new path of the old file, if a person had edited it.
    """

    file: Path
    aside: Path | None


def constraints_of(statistics: SongStatistics, generated_from: str) -> dict[str, Any]:
    """The contents of the constraints file.

    Args:
        statistics: statistics of all songs.
        generated_from: a description of their source.
    """
    of_all = f"/{statistics.songs}"
    return {
        "generated_from": generated_from,
        "thread_count": statistics.songs,
        "key_constraints": [
            {"key": key.name} | _overuse(key, f"{key.count}{of_all} songs are in {key.name}")
            for key in statistics.overused(statistics.keys)
        ],
        "bpm_constraints": [
            {"bpm_range": cluster.name, "center": cluster.center_bpm}
            | _overuse(
                cluster, f"{cluster.count}{of_all} songs lie around {cluster.center_bpm} bpm"
            )
            for cluster in statistics.overused(statistics.tempo_clusters)
        ],
        "concept_constraints": [
            {"phrase": phrase.name}
            | _overuse(phrase, f'"{phrase.name}" is in {phrase.count}{of_all} concepts')
            for phrase in statistics.overused(statistics.phrases)
        ],
        "title_vocabulary_constraints": [
            {"word": word.name} | _overuse(word, f'"{word.name}" is in {word.count}{of_all} titles')
            for word in statistics.overused(statistics.title_words, TITLE_WORD_FRACTION)
        ],
        "dialogue_opener_constraints": [],  # songs have no dialogues
        "excluded_titles": list(statistics.titles),
        "diversity_metrics": _metrics(statistics),
        "warnings": list(statistics.warnings),
    }


def write_constraints(path: Path, document: dict[str, Any]) -> WrittenConstraints:
    """Write the file; keeps the overrides of the old one, and renames that if it was edited.

    Raises:
        Refused: if the path has a file of another kind.
    """
    aside = None
    if path.exists():
        old = _read_old(path)
        document = document | {name: old[name] for name in (OVERRIDES,) if name in old}
        if not is_as_written(path.read_text("utf-8", errors="replace")):
            aside = set_aside(path)
    text = yaml.safe_dump(document, allow_unicode=True, width=100)
    write_whole(path, marked(text).encode())
    return WrittenConstraints(path, aside)


def _read_old(path: Path) -> dict[str, Any]:
    """Read the existing constraints file."""
    advice = "choose another name for the constraints"
    try:
        document = load_file(path)
    except ValueError as error:
        raise Refused(f"{printable(path.name)} is something else: {error}", advice) from error
    if not isinstance(document, dict) or not document.keys() >= REQUIRED_FIELDS:
        raise Refused(f"{printable(path.name)} is no file of constraints", advice)
    return document


def _overuse(share: Share, reason: str) -> dict[str, Any]:
    return {
        "count": share.count,
        "fraction": round(share.fraction, 2),
        "severity": share.severity,
        "reason": f"{reason} ({share.fraction:.0%})",
    }


def _metrics(statistics: SongStatistics) -> dict[str, Any]:
    return {
        "key_entropy": round(statistics.key_entropy_bits, 2),
        "key_distribution": _counts(statistics.keys),
        "bpm_mean": round(statistics.tempo_mean_bpm, 1),
        "bpm_std_dev": round(statistics.tempo_sd_bpm, 2),
        "bpm_distribution": {_number(tempo.name): tempo.count for tempo in statistics.tempos},
        "meter_distribution": _counts(statistics.meters),
        "colour_distribution": _counts(statistics.colours),
        "concept_phrase_counts": _counts(statistics.phrases[:MAX_COUNTED]),
        "title_word_counts": _counts(statistics.title_words[:MAX_COUNTED]),
        "dialogue_opener_counts": {},
    }


def _counts(shares: Iterable[Share]) -> dict[str, int]:
    return {share.name: share.count for share in shares}


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number
