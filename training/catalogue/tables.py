"""The tables of a training folder: their columns, how they are read and how they are written.

The columns are those of published tables of the same kind, so that they load as they are; what
this project adds may be missing from a table that somebody else wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.parquet import read_parquet
from training.whole_files import replacing

MANIFEST_FILE = "base_manifest.parquet"
SEGMENTS_FILE = "training_segments.parquet"
FULL_FILE = "training_full.parquet"

TEXT, WHOLE, NUMBER, TRUTH, STRUCT = "text", "whole", "number", "truth", "struct"

# What can be told of a concept by counting, and what only a reader could say: that stays empty.
TRAINING_DATA: dict[str, str] = {
    "concept_length": WHOLE,
    "word_count": WHOLE,
    "sentence_count": WHOLE,
    "avg_word_length": NUMBER,
    "question_marks": WHOLE,
    "exclamation_marks": WHOLE,
    "uncertainty_level": NUMBER,
    "narrative_complexity": NUMBER,
    "discrepancy_intensity": NUMBER,
    "has_rebracketing_markers": TRUTH,
    "track_duration": NUMBER,
    "track_position": WHOLE,
    "album_sequence": WHOLE,
    "rebracketing_type": TEXT,
    "rebracketing_intensity": NUMBER,
    "rebracketing_coverage": NUMBER,
    "ontological_uncertainty": NUMBER,
    "memory_discrepancy_severity": NUMBER,
    "temporal_complexity_score": NUMBER,
    "boundary_fluidity_score": NUMBER,
    "track_id": TEXT,
}


@dataclass(frozen=True, slots=True)
class TableSchema:
    """Columns and their kinds.

    Attributes:
        name: for messages.
        columns: that any such table has.
        added: that this project adds; they may be missing.
        structs: fields of the columns that are structs.
    """

    name: str
    columns: Mapping[str, str]
    added: Mapping[str, str] = field(default_factory=dict)
    structs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def all_columns(self) -> dict[str, str]:
        """Every column that this project writes, in order."""
        return {**self.columns, **self.added}


MANIFEST_TABLE = TableSchema(
    "base manifest",
    {
        "id": TEXT,
        "bpm": WHOLE,
        "tempo_numerator": WHOLE,
        "tempo_denominator": WHOLE,
        "key_signature_note": TEXT,
        "key_signature_mode": TEXT,
        "rainbow_color": TEXT,
        "rainbow_color_temporal_mode": TEXT,
        "rainbow_color_objectional_mode": TEXT,
        "rainbow_color_ontological_mode": TEXT,
        "transmigrational_mode": TEXT,
        "title": TEXT,
        "release_date": TEXT,
        "total_running_time": TEXT,
        "vocals": TRUTH,
        "lyrics": TRUTH,
        "lrc_lyrics": TEXT,
        "sounds_like": TEXT,
        "mood": TEXT,
        "genres": TEXT,
        "lrc_file": TEXT,
        "concept": TEXT,
        "training_data": STRUCT,
        "song_structure": TEXT,
        "track_id": WHOLE,
        "description": TEXT,
        "audio_file": TEXT,
        "midi_file": TEXT,
        "group": TEXT,
        "midi_group_file": TEXT,
        "player": TEXT,
    },
    {"tempo_bpm": NUMBER, "total_seconds": NUMBER},
    {"training_data": TRAINING_DATA},
)

SEGMENTS_TABLE = TableSchema(
    "training segments",
    {
        "segment_id": TEXT,
        "segment_index": WHOLE,
        "track_id": TEXT,
        "track_number": WHOLE,
        "track_description": TEXT,
        "track_group": TEXT,
        "track_player": TEXT,
        "source_audio_file": TEXT,
        "segment_audio_file": TEXT,
        "midi_file": TEXT,
        "start_seconds": NUMBER,
        "end_seconds": NUMBER,
        "duration_seconds": NUMBER,
        "has_audio": TRUTH,
        "has_midi": TRUTH,
        "lyric_text": TEXT,
        "structure_section": TEXT,
        "segment_type": TEXT,
        "original_start_seconds": NUMBER,
        "original_end_seconds": NUMBER,
        "has_structure_adjustments": TRUTH,
        "structure_adjustments": TEXT,
        "is_sub_segment": TRUTH,
        "sub_segment_info": TEXT,
        "lrc_line_number": WHOLE,
        "lyric_char_count": WHOLE,
        "lyric_word_count": WHOLE,
        "start_adjustment_seconds": NUMBER,
        "end_adjustment_seconds": NUMBER,
        "content_type": TEXT,
    },
    {"source_midi_file": TEXT, "is_drums": TRUTH},
)

# Columns of the manifest that the join has no use for: the segments say them already.
_JOINED_AWAY = {"id", "track_id", "description", "player", "group", "audio_file", "midi_file"}
_OF_SONG = {name: kind for name, kind in MANIFEST_TABLE.columns.items() if name not in _JOINED_AWAY}

FULL_TABLE = TableSchema(
    "training segments with their songs",
    {
        **{("song_id" if n == "track_id" else n): k for n, k in SEGMENTS_TABLE.columns.items()},
        **_OF_SONG,
    },
    {**SEGMENTS_TABLE.added, **MANIFEST_TABLE.added},
    MANIFEST_TABLE.structs,
)


def read_table(path: Path, schema: TableSchema) -> Any:
    """A table of this or any other project, as it is; columns that nobody asked for stay.

    Args:
        path: of a parquet file.
        schema: what must be in it. Columns that this project adds are empty where they are missing.

    Returns:
        a ``pyarrow.Table``.

    Raises:
        ValueError: if it is no such table; the message names what is missing or of a wrong kind.
    """
    import pyarrow

    table = read_parquet(path, f"accepted: a parquet file of {schema.name}")
    missing = [name for name in schema.columns if name not in table.column_names]
    if missing:
        raise ValueError(f"{path}: no column {', '.join(missing)} (accepted: {schema.name})")
    for name, kind in schema.all_columns.items():
        if name not in table.column_names:
            empty = pyarrow.nulls(table.num_rows, _type(kind, schema.structs.get(name, {})))
            table = table.append_column(name, empty)
        elif not _is(table.schema.field(name).type, kind):
            found = table.schema.field(name).type
            raise ValueError(f"{path}: column {name} is {found} (accepted: {kind})")
    return table


def write_table(path: Path, rows: Sequence[Mapping[str, Any]], schema: TableSchema) -> None:
    """Write rows; the same rows give the same bytes."""
    import pyarrow
    from pyarrow import parquet

    columns = {
        name: pyarrow.array([row[name] for row in rows], _type(kind, schema.structs.get(name, {})))
        for name, kind in schema.all_columns.items()
    }
    with replacing(path) as waiting:
        parquet.write_table(pyarrow.table(columns), waiting, compression="zstd")


def joined(
    segments: Sequence[Mapping[str, Any]], tracks: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Each segment with what is known of its song and track."""
    track_of = {(track["id"], track["track_id"]): track for track in tracks}
    added = [*_OF_SONG, *MANIFEST_TABLE.added]
    rows = []
    for segment in segments:
        track = track_of[segment["track_id"], segment["track_number"]]
        row = {("song_id" if name == "track_id" else name): v for name, v in segment.items()}
        rows.append({**row, **{name: track[name] for name in added}})
    return rows


def _type(kind: str, fields: Mapping[str, str]) -> Any:
    import pyarrow

    if kind == STRUCT:
        return pyarrow.struct([(name, _type(inner, {})) for name, inner in fields.items()])
    plain = {
        TEXT: pyarrow.string(),
        WHOLE: pyarrow.int64(),
        NUMBER: pyarrow.float64(),
        TRUTH: pyarrow.bool_(),
    }
    return plain[kind]


def _is(found: Any, kind: str) -> bool:
    """Whether a column can hold what it should; all of it may be missing."""
    from pyarrow import types

    is_number = types.is_integer(found) or types.is_floating(found) or types.is_decimal(found)
    is_text = types.is_string(found) or types.is_large_string(found) or _is_text_view(found)
    is_text = is_text or types.is_dictionary(found) or types.is_date(found)
    checks = {
        TEXT: is_text,
        WHOLE: is_number,
        NUMBER: is_number,
        TRUTH: types.is_boolean(found),
        # Published as a struct or, beside sounds, as JSON.
        STRUCT: types.is_struct(found) or is_text,
    }
    return bool(checks[kind] or types.is_null(found))


def _is_text_view(found: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string_view(found))
