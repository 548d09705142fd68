"""The card of a data set: YAML front matter, and a Markdown page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import yaml

from fitness.manifest import Encoders
from training.catalogue.steps import with_total
from training.fusion.report import table
from training.publishing.media import on_card

SPLIT = "train"
NO_LICENCE = "No licence was given: all rights are reserved."
WHAT = (
    "{songs} songs in {colours} colours, cut into {segments} segments of single tracks, each with "
    "the same window of sound, MIDI and words where there are any."
)
PREVIEW_NOTE = "Of the preview, {sounds} rows have a recording inside, {notes} MIDI."
COVERAGE_NOTE = (
    "Sound, MIDI and words are shares of the segments. Paths in the tables are relative: of slices "
    "to the training folder, of sources to the catalogue."
)
TAGS = ["music", "midi", "audio", "composition"]
INTRODUCTION = {
    "base_manifest": "a row for each track of each song",
    "training_segments": "a row for each segment of each track",
    "training_full": "the same, with what is known of the song",
    "preview": "a few segments of every colour, with their recordings and MIDI inside",
    "training_segments_media": "all segments, with their recordings and MIDI inside",
}
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
BIGGEST = "n>1M"


@dataclass(frozen=True, slots=True)
class Config:
    """One table of a data set, as it was written.

    Attributes:
        name: of the configuration.
        schema: of pyarrow.
        rows: in it.
        memory_bytes: of its columns when loaded.
        file_bytes: of its file.
    """

    name: str
    schema: Any
    rows: int
    memory_bytes: int
    file_bytes: int

    @property
    def pattern(self) -> str:
        """Of its files, from the data set's folder on."""
        return f"data/{self.name}/{SPLIT}-*"


@dataclass(frozen=True, slots=True)
class About:
    """What a card says besides the tables.

    Attributes:
        title: of the data set.
        licence: an identifier such as ``cc-by-4.0``; empty where none was given.
        songs: how many.
        previewed: rows of the preview that have a recording inside, and those that have MIDI.
        coverage: by colour, rows and how many of them have sound, MIDI and words.
        encoders: that the training folder's vectors were made by; None where there are none.
    """

    title: str
    licence: str
    songs: int
    previewed: tuple[int, int]
    coverage: Mapping[str, Mapping[str, int]]
    encoders: Encoders | None


def card(configs: Sequence[Config], about: About) -> str:
    """The whole ``README.md``."""
    front = yaml.safe_dump(
        _front_matter(configs, about), sort_keys=False, allow_unicode=True, width=100
    )
    segments = sum(of["rows"] for of in about.coverage.values())
    pieces = [
        f"# {about.title}",
        WHAT.format(songs=about.songs, colours=len(about.coverage), segments=segments),
        "## Configurations",
        table(
            ("name", "rows", "what"),
            [(f"`{one.name}`", str(one.rows), INTRODUCTION[one.name]) for one in configs],
        ),
        PREVIEW_NOTE.format(sounds=about.previewed[0], notes=about.previewed[1]),
        "## Coverage",
        _coverage(about.coverage),
        COVERAGE_NOTE,
        "## Encoders",
        _encoders(about.encoders),
        "## Licence",
        about.licence or NO_LICENCE,
    ]
    return f"---\n{front}---\n\n" + "\n\n".join(pieces) + "\n"


def _front_matter(configs: Sequence[Config], about: About) -> dict[str, Any]:
    licence = {"license": about.licence} if about.licence else _RESERVED
    return {
        **licence,
        "pretty_name": about.title,
        "size_categories": [_size(max(one.rows for one in configs))],
        "tags": TAGS,
        "configs": [
            {
                "config_name": one.name,
                "data_files": [{"split": SPLIT, "path": one.pattern}],
                **({"default": True} if one.name == "training_full" else {}),
            }
            for one in configs
        ],
        "dataset_info": [_info(one) for one in configs],
    }


_RESERVED = {"license": "other", "license_name": "all-rights-reserved"}


def _info(config: Config) -> dict[str, Any]:
    split = {"name": SPLIT, "num_bytes": config.memory_bytes, "num_examples": config.rows}
    return {
        "config_name": config.name,
        "features": on_card(config.schema),
        "splits": [split],
        "download_size": config.file_bytes,
        "dataset_size": config.memory_bytes,
    }


def _size(rows: int) -> str:
    return next((name for limit, name in SIZES if rows < limit), BIGGEST)


def _coverage(coverage: Mapping[str, Mapping[str, int]]) -> str:
    rows = [
        (colour, str(count), *(f"{share:.1%}" for share in shares))
        for colour, count, shares in with_total(coverage)
    ]
    return table(("colour", "segments", "sound", "MIDI", "words"), rows)


def _encoders(encoders: Encoders | None) -> str:
    if encoders is None:
        return "No vectors are in it, and none were made."
    specs = {name: getattr(encoders, name) for name in ("concept", "lyric", "audio")}
    rows = [
        (name, f"`{relative(spec.name)}`", spec.pooling) for name, spec in specs.items() if spec
    ]
    about = "No vectors are in it. Those beside it were made by:"
    return f"{about}\n\n" + table(("input", "encoder", "pooling"), rows)


def relative(path: str) -> str:
    """A path as it is, or the file's name of an absolute one."""
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(path).is_absolute():
            return kind(path).name
    return path
