"""Writes a data set: tables of several configurations, and their card."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from training.atomic_files import replacing
from training.catalogue.steps import coverage
from training.embedding.tables import encoders_of
from training.progress import Progress, Update
from training.publishing.card import SPLIT, About, Config, card, relative
from training.publishing.media import Media, described, preview, tidy, with_media
from training.schemas import (
    FULL_FILE,
    FULL_TABLE,
    MANIFEST_FILE,
    MANIFEST_TABLE,
    SEGMENTS_FILE,
    SEGMENTS_TABLE,
    SegmentRow,
    read_table,
    typed_rows,
)

DATASET, CARD = "dataset", "README.md"
PREVIEWED = 20  # of each colour
ROWS_AT_ONCE, SOUNDS_AT_ONCE = 10_000, 100
TABLES = {
    "base_manifest": (MANIFEST_FILE, MANIFEST_TABLE),
    "training_segments": (SEGMENTS_FILE, SEGMENTS_TABLE),
    "training_full": (FULL_FILE, FULL_TABLE),
}
PREVIEW, MEDIA = "preview", "training_segments_media"
LICENCE = re.compile(r"[a-z0-9][a-z0-9.+-]*")
PATH_COLUMN = "_file"
PUSH_ADVICE = (
    "nothing left this machine; --push NAME/REPO with HF_TOKEN set, or after hf auth login, "
    "puts it on the hub"
)
Hub = Any  # a ``huggingface_hub.HfApi``


@dataclass(frozen=True, slots=True)
class Edition:
    """What is published.

    Attributes:
        licence: an identifier such as ``cc-by-4.0``; empty for none.
        title: of the data set; empty for the folder's name.
        with_media: whether all recordings and MIDI are in it.
    """

    licence: str = ""
    title: str = ""
    with_media: bool = False


def write_dataset(folder: Path, edition: Edition, progress: Progress) -> dict[str, Any]:
    """Write ``FOLDER/dataset``; gives a summary.

    Raises:
        ValueError: if a table isn't there or can't be read, or the licence is none.
    """
    if edition.licence and not LICENCE.fullmatch(edition.licence):
        raise ValueError(f"--licence {edition.licence}: expected an identifier such as cc-by-4.0")
    tables = {
        name: _portable(tidy(read_table(folder / file, schema)))
        for name, (file, schema) in TABLES.items()
    }
    media, full = Media(folder), tables["training_full"]
    rows = full.to_pylist()
    places = preview(rows, media, PREVIEWED)
    shown = full.take(places)
    out = folder / DATASET
    if not edition.with_media:  # of an earlier edition
        shutil.rmtree(out / "data" / MEDIA, ignore_errors=True)
    configs = [_written(out, name, iter([table])) for name, table in tables.items()]
    progress("preview")
    configs.append(_written(out, PREVIEW, with_media(shown, media, SOUNDS_AT_ONCE)))
    if edition.with_media:
        parts = _reported(with_media(full, media, SOUNDS_AT_ONCE), full.num_rows, progress(MEDIA))
        configs.append(_written(out, MEDIA, parts))
    there = [media.has(rows[place]) for place in places]
    previewed = sum(sound for sound, _ in there), sum(notes for _, notes in there)
    about = _about(folder, edition, tables, previewed)
    with replacing(out / CARD) as waiting:
        waiting.write_text(card(configs, about), encoding="utf-8")
    return {
        "dataset": str(out),
        "rows": {one.name: one.rows for one in configs},
        "bytes": sum(one.file_bytes for one in configs),
        "licence": edition.licence,
    }


def _written(out: Path, name: str, parts: Iterator[Any]) -> Config:
    """One configuration as a file, part by part; the same rows give the same bytes."""
    from pyarrow import parquet

    path = out / "data" / name / f"{SPLIT}-00000-of-00001.parquet"
    first = next(parts)
    schema = described(first.schema)
    rows = memory_bytes = 0
    with (
        replacing(path) as waiting,
        parquet.ParquetWriter(waiting, schema, compression="zstd") as writer,
    ):
        for part in chain((first,), parts):
            writer.write_table(part.cast(schema), row_group_size=ROWS_AT_ONCE)
            rows += part.num_rows
            memory_bytes += part.nbytes
    return Config(name, schema, rows, memory_bytes, path.stat().st_size)


def _reported(parts: Iterator[Any], rows: int, update: Update) -> Iterator[Any]:
    done = 0
    for part in parts:
        yield part
        done += part.num_rows
        update(done, rows, "")


def _portable(table: Any) -> Any:
    """The table without a place on anybody's disk: an absolute path becomes its file's name."""
    import pyarrow

    for place, name in enumerate(table.column_names):
        if name.endswith(PATH_COLUMN):
            values = [value and relative(value) for value in table[name].to_pylist()]
            table = table.set_column(place, name, pyarrow.array(values, pyarrow.string()))
    return table


def _about(
    folder: Path, edition: Edition, tables: dict[str, Any], previewed: tuple[int, int]
) -> About:
    full = tables["training_full"]
    colours = dict(zip(full["song_id"].to_pylist(), full["rainbow_color"].to_pylist(), strict=True))
    rows = typed_rows(tables["training_segments"], SegmentRow)
    title = edition.title or folder.resolve().name
    return About(
        title,
        edition.licence,
        len(colours),
        previewed,
        coverage(rows, colours),
        encoders_of(folder),
    )


def hub() -> Hub:
    """The hub, with the token of this person.

    Raises:
        ValueError: if there is no token.
    """
    from huggingface_hub import HfApi, get_token

    token = get_token()
    if not token:
        raise ValueError("--push: no token; set HF_TOKEN or run hf auth login")
    return HfApi(token=token)


def push(dataset: Path, repo: str, to: Hub, *, is_public: bool) -> None:
    """Put a written data set on a hub; tables that it no longer has are deleted there.

    Args:
        dataset: its folder.
        repo: such as ``somebody/songs``.
        to: where.
        is_public: of a place that is made now; one that is there stays as it is.

    Raises:
        OSError: if the hub refuses, with its reason.
    """
    try:
        to.create_repo(repo, repo_type="dataset", private=not is_public, exist_ok=True)
        to.upload_folder(
            repo_id=repo,
            repo_type="dataset",
            folder_path=dataset,
            commit_message="Publish the data set",
            allow_patterns=["README.md", "data/*/*.parquet"],
            delete_patterns=["data/**"],
        )
    except Exception as error:  # of the network, the hub or its client
        raise OSError(f"--push {repo}: {error}") from error
