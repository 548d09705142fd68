"""The tables of a training folder: file names, columns as typed rows, reading and writing.

The columns are those of published tables of the same kind, so that they load as they are. Columns
that only this project writes are named in ``ADDED``; tables from elsewhere may lack them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from training.atomic_files import replacing

MANIFEST_FILE = "base_manifest.parquet"
SEGMENTS_FILE = "training_segments.parquet"
FULL_FILE = "training_full.parquet"
TEXT_EMBEDDINGS_FILE = "training_data_with_embeddings.parquet"
AUDIO_EMBEDDINGS_FILE = "training_data_clap_embeddings.parquet"
MIDDLE_EMBEDDINGS_FILE = "training_data_clap_middle.parquet"
EMBEDDINGS_NOTE_FILE = "embeddings.json"
PROSODY_FILE = "prosody.parquet"
VARIANTS_FILE = "concept_variants.npz"

# The command that makes each table, for messages.
MADE_BY = {
    MANIFEST_FILE: "training manifest",
    SEGMENTS_FILE: "training segments",
    FULL_FILE: "training segments",
    TEXT_EMBEDDINGS_FILE: "training embed",
    AUDIO_EMBEDDINGS_FILE: "training embed",
}
# What a column's type is called in messages.
KINDS = {str: "text", int: "whole", float: "number", bool: "truth"}
STRUCT = "struct"
ADDED = frozenset({"tempo_bpm", "total_seconds", "source_midi_file", "is_drums"})
EMBEDDING_ROW_GROUP = 2048  # rows; vectors are large


class TrainingData(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over a song's concept. What only a reader could say stays null."""

    concept_length: int | None = None
    word_count: int | None = None
    sentence_count: int | None = None
    avg_word_length: float | None = None
    question_marks: int | None = None
    exclamation_marks: int | None = None
    uncertainty_level: float | None = None
    narrative_complexity: float | None = None
    discrepancy_intensity: float | None = None
    has_rebracketing_markers: bool | None = None
    track_duration: float | None = None
    track_position: int | None = None
    album_sequence: int | None = None
    rebracketing_type: str | None = None
    rebracketing_intensity: float | None = None
    rebracketing_coverage: float | None = None
    ontological_uncertainty: float | None = None
    memory_discrepancy_severity: float | None = None
    temporal_complexity_score: float | None = None
    boundary_fluidity_score: float | None = None
    track_id: str | None = None


class TrackRow(msgspec.Struct, frozen=True, kw_only=True):
    """One track of one song: a row of the base manifest. ``id`` is the song's name."""

    id: str
    bpm: int
    tempo_numerator: int
    tempo_denominator: int
    key_signature_note: str
    key_signature_mode: str
    rainbow_color: str
    rainbow_color_temporal_mode: str | None
    rainbow_color_objectional_mode: str | None
    rainbow_color_ontological_mode: str | None
    transmigrational_mode: str | None
    title: str
    release_date: str | None
    total_running_time: str | None
    vocals: bool
    lyrics: bool
    lrc_lyrics: str | None
    sounds_like: str
    mood: str
    genres: str
    lrc_file: str | None
    concept: str
    training_data: TrainingData
    song_structure: str
    track_id: int
    description: str | None
    audio_file: str | None
    midi_file: str | None
    group: str | None
    midi_group_file: str | None
    player: str | None
    tempo_bpm: float
    total_seconds: float | None


class SegmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One track in one window of a song. ``track_id`` is the song's name.

    Paths of slices start at the training folder, paths of sources at the catalogue.
    """

    segment_id: str
    segment_index: int
    track_id: str
    track_number: int
    track_description: str | None
    track_group: str | None
    track_player: str | None
    source_audio_file: str | None
    segment_audio_file: str | None
    midi_file: str | None
    start_seconds: float
    end_seconds: float
    duration_seconds: float
    has_audio: bool
    has_midi: bool
    lyric_text: str
    structure_section: str | None
    segment_type: str
    original_start_seconds: float
    original_end_seconds: float
    has_structure_adjustments: bool
    structure_adjustments: str
    is_sub_segment: bool
    sub_segment_info: str | None
    lrc_line_number: int | None
    lyric_char_count: int
    lyric_word_count: int
    start_adjustment_seconds: float
    end_adjustment_seconds: float
    content_type: str
    source_midi_file: str | None
    is_drums: bool


class PreferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of two candidates was preferred by a person's decision."""

    song: str
    stage: str
    section: str
    preferred: str
    other: str
    weight: float
    reason: str
    decided_at: int


R = TypeVar("R", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class TableSchema:
    """Columns by their Python types: str, int, float, bool or a struct of those.

    Attributes:
        name: for messages.
        columns: that any such table has.
        added: that this project adds; they may be missing.
    """

    name: str
    columns: Mapping[str, type]
    added: Mapping[str, type]

    @property
    def all_columns(self) -> dict[str, type]:
        """Every column that this project writes, in order."""
        return {**self.columns, **self.added}


def _types(row: type[msgspec.Struct]) -> dict[str, type]:
    """The type of each field; ``str`` of ``str | None``."""
    hints = get_type_hints(row)
    return {
        name: next((one for one in get_args(hint) if one is not NoneType), hint)
        for name, hint in hints.items()
    }


def _schema(name: str, types: Mapping[str, type]) -> TableSchema:
    columns = {column: kind for column, kind in types.items() if column not in ADDED}
    return TableSchema(name, columns, {c: kind for c, kind in types.items() if c in ADDED})


MANIFEST_TABLE = _schema("base manifest", _types(TrackRow))
SEGMENTS_TABLE = _schema("training segments", _types(SegmentRow))
PREFERENCES_TABLE = _schema("preferences", _types(PreferenceRow))

# Columns of the manifest that the join leaves out: the segments have them already.
_OF_SEGMENT = {"id", "track_id", "description", "player", "group", "audio_file", "midi_file"}
_OF_SONG = [name for name in MANIFEST_TABLE.all_columns if name not in _OF_SEGMENT]
_RENAMED = {"track_id": "song_id"}
_FULL = {_RENAMED.get(name, name): kind for name, kind in SEGMENTS_TABLE.all_columns.items()}
FULL_TABLE = _schema(
    "training segments with their songs",
    _FULL | {name: MANIFEST_TABLE.all_columns[name] for name in _OF_SONG},
)


def read_parquet(path: Path, required: Iterable[str] = ()) -> Any:
    """A ``pyarrow.Table`` of one file.

    Raises:
        ValueError: if it isn't there, is no parquet file or lacks a column; the message names the
            command that makes it.
    """
    import pyarrow
    from pyarrow import parquet

    if not path.is_file():
        advice = f"; {MADE_BY[path.name]} makes it" if path.name in MADE_BY else ""
        raise ValueError(f"{path}: no such table{advice}")
    try:
        table = parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{path}: is no parquet file: {reason}") from error
    if missing := [name for name in required if name not in table.column_names]:
        found = ", ".join(table.column_names)
        raise ValueError(f"{path}: no column {', '.join(missing)}; found {found}")
    return table


def read_table(path: Path, schema: TableSchema) -> Any:
    """A table of this or any other project, as it is, with its columns checked.

    Args:
        path: of a parquet file.
        schema: what must be in it. Columns of ``schema.added`` are null where they are missing;
            columns that are not in it stay.

    Returns:
        a ``pyarrow.Table``.

    Raises:
        ValueError: if it is no such table; the message names what is missing or of a wrong type.
    """
    import pyarrow

    table = read_parquet(path, schema.columns)
    for name, kind in schema.all_columns.items():
        if name not in table.column_names:
            table = table.append_column(name, pyarrow.nulls(table.num_rows, _arrow(kind)))
        elif not _holds(table.schema.field(name).type, kind):
            found = table.schema.field(name).type
            raise ValueError(
                f"{path}: column {name} is {found} (accepted: {KINDS.get(kind, STRUCT)})"
            )
    return table


def typed_rows(table: Any, row: type[R]) -> list[R]:
    """The rows of a checked table; columns that the type doesn't have are left out."""
    return [row(**cells) for cells in table.select(row.__struct_fields__).to_pylist()]


def table_of(rows: Sequence[msgspec.Struct], schema: TableSchema) -> Any:
    """Rows as a ``pyarrow.Table`` of the schema's columns."""
    import pyarrow

    def cells(name: str) -> list[Any]:
        return [msgspec.to_builtins(getattr(row, name)) for row in rows]

    return pyarrow.table(
        {
            name: pyarrow.array(cells(name), _arrow(kind))
            for name, kind in schema.all_columns.items()
        }
    )


def joined(segments: Any, tracks: Any) -> Any:
    """Each row of the segments' table with the columns of its song and track.

    Args:
        segments: of ``SEGMENTS_TABLE``.
        tracks: of ``MANIFEST_TABLE``, with a row for each track of the segments.
    """
    keys = zip(tracks["id"].to_pylist(), tracks["track_id"].to_pylist(), strict=True)
    place_of = {key: place for place, key in enumerate(keys)}
    wanted = zip(
        segments["track_id"].to_pylist(), segments["track_number"].to_pylist(), strict=True
    )
    of_songs = tracks.take([place_of[key] for key in wanted])
    full = segments.rename_columns([_RENAMED.get(name, name) for name in segments.column_names])
    for name in _OF_SONG:
        full = full.append_column(name, of_songs[name])
    return full.select(list(FULL_TABLE.all_columns))


def write_table(table: Any, path: Path) -> None:
    """Write a ``pyarrow.Table`` whole or not at all; the same table gives the same bytes."""
    from pyarrow import parquet, types

    plain = [field.name for field in table.schema if not types.is_list(field.type)]
    options: dict[str, Any] = {}
    if len(plain) < len(table.schema):  # pages already share vectors that repeat
        plain = [name for name in plain if not types.is_struct(table.schema.field(name).type)]
        options = {"use_dictionary": plain, "row_group_size": EMBEDDING_ROW_GROUP}
    with replacing(path) as part:
        parquet.write_table(table, part, compression="zstd", **options)


def _arrow(kind: type) -> Any:
    """The Arrow type of a column."""
    import pyarrow

    if issubclass(kind, msgspec.Struct):
        return pyarrow.struct([(name, _arrow(inner)) for name, inner in _types(kind).items()])
    plain = {
        str: pyarrow.string(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        bool: pyarrow.bool_(),
    }
    return plain[kind]


def _holds(found: Any, kind: type) -> bool:
    """Whether an Arrow type can hold a column; all of it may be null."""
    from pyarrow import types

    is_number = types.is_integer(found) or types.is_floating(found) or types.is_decimal(found)
    is_text = (
        types.is_string(found)
        or types.is_large_string(found)
        or types.is_string_view(found)
        or types.is_dictionary(found)
        or types.is_date(found)
    )
    checks = {
        "text": is_text,
        "whole": is_number,
        "number": is_number,
        "truth": types.is_boolean(found),
        STRUCT: types.is_struct(found) or is_text,  # published as a struct or as JSON
    }
    return bool(checks[KINDS.get(kind, STRUCT)] or types.is_null(found))
