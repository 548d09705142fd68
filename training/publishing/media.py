"""Recordings and MIDI of segments as bytes, to be embedded in a table."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

# A recording, as files of this layout embed one: its bytes and its file's name.
SOUND = "audio"
METADATA = "huggingface"

Feature = dict[str, Any]
MIDI = "midi"
RECORDING_COLUMN, MIDI_COLUMN = "segment_audio_file", "midi_file"
FLAC = b"fLaC"
Row = Mapping[str, Any]


def tidy(table: Any) -> Any:
    """The same table with columns of kinds that every reader knows."""
    import pyarrow
    from pyarrow import types

    for place, field in enumerate(table.schema):
        kind = field.type
        if types.is_dictionary(kind):
            kind = kind.value_type
        if types.is_large_string(kind) or types.is_string_view(kind) or types.is_null(kind):
            kind = pyarrow.string()
        if types.is_decimal(kind):
            kind = pyarrow.float64()
        if kind != field.type:
            table = table.set_column(place, field.name, table[field.name].cast(kind))
    return table


def described(schema: Any) -> Any:
    """A schema that carries its own features, as the loader of such data sets reads them."""
    features = {field.name: _of_file(field.type, field.name) for field in schema}
    return schema.with_metadata({METADATA: json.dumps({"info": {"features": features}})})


def on_card(schema: Any) -> list[Feature]:
    """The features of a configuration, for the card's front matter."""
    return [_of_card(field) for field in schema]


def _of_card(field: Any) -> Feature:
    from pyarrow import types

    if field.name == SOUND:
        return {"name": field.name, "dtype": SOUND}
    if types.is_struct(field.type):
        return {"name": field.name, "struct": [_of_card(inner) for inner in field.type]}
    if types.is_list(field.type):
        return {"name": field.name, "list": _name(field.type.value_type)}
    return {"name": field.name, "dtype": _name(field.type)}


def _of_file(kind: Any, name: str) -> Feature:
    from pyarrow import types

    if name == SOUND:
        return {"_type": "Audio"}
    if types.is_struct(kind):
        return {inner.name: _of_file(inner.type, inner.name) for inner in kind}
    if types.is_list(kind):
        return {"feature": _of_file(kind.value_type, ""), "_type": "List"}
    return {"dtype": _name(kind), "_type": "Value"}


def _name(kind: Any) -> str:
    """What a plain kind is called: as Arrow does, but for two."""
    return {"double": "float64", "float": "float32"}.get(str(kind), str(kind))


class Media:
    """The slices of a training folder; files outside it are ignored."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def has(self, row: Row) -> tuple[bool, bool]:
        """Whether there are a recording and MIDI of a segment."""
        found = [self._path(row[name]) for name in (RECORDING_COLUMN, MIDI_COLUMN)]
        return found[0] is not None, found[1] is not None

    def recording(self, row: Row) -> dict[str, Any] | None:
        """The FLAC bytes and the file's name; None where there is none.

        Raises:
            ValueError: if it can't be read.
        """
        path = self._path(row[RECORDING_COLUMN])
        if path is None:
            return None
        return {"bytes": _flac(path), "path": path.with_suffix(".flac").name}

    def midi(self, row: Row) -> bytes | None:
        """The bytes of the MIDI file; None where there is none."""
        path = self._path(row[MIDI_COLUMN])
        return None if path is None else path.read_bytes()

    def _path(self, name: str | None) -> Path | None:
        if not name:
            return None
        path = (self._folder / name).resolve()
        return path if path.is_relative_to(self._folder) and path.is_file() else None


def _flac(path: Path) -> bytes:
    import soundfile

    data = path.read_bytes()
    if data.startswith(FLAC):
        return data
    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="int32", always_2d=True)
    except soundfile.LibsndfileError as error:
        reason = error.error_string
        raise ValueError(f"{path}: not a recording that can be read: {reason}") from error
    made = io.BytesIO()
    soundfile.write(made, samples, rate, format="FLAC", subtype="PCM_24")
    return made.getvalue()


def preview(rows: Sequence[Row], media: Media, count: int) -> list[int]:
    """Places of the rows to show: some of every colour, of as many songs as can be.

    Those that can be heard and read come first, then in the order of segments; every song has a
    turn before any has another.
    """
    by_colour: dict[str, list[int]] = {}
    for place in sorted(range(len(rows)), key=lambda one: _worth(rows[one], media)):
        by_colour.setdefault(str(rows[place]["rainbow_color"]), []).append(place)
    chosen: list[int] = []
    for places in by_colour.values():
        turns: Counter[str] = Counter()
        ranked: list[tuple[int, int, int, int]] = []
        for place in places:
            song = str(rows[place]["song_id"])
            ranked.append((_worth(rows[place], media)[0], turns[song], len(ranked), place))
            turns[song] += 1
        chosen += [place for *_, place in sorted(ranked)[:count]]
    return sorted(chosen)


def _worth(row: Row, media: Media) -> tuple[int, str]:
    return -sum(media.has(row)), str(row["segment_id"])


def with_media(table: Any, media: Media, at_once: int) -> Iterator[Any]:
    """The table with recordings and MIDI embedded, a few rows at a time."""
    import pyarrow

    sound = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    for start in range(0, max(1, table.num_rows), at_once):
        part = table.slice(start, at_once)
        rows = part.select([RECORDING_COLUMN, MIDI_COLUMN]).to_pylist()
        recordings = pyarrow.array([media.recording(row) for row in rows], sound)
        notes = pyarrow.array([media.midi(row) for row in rows], pyarrow.binary())
        yield part.append_column(SOUND, recordings).append_column(MIDI, notes)
