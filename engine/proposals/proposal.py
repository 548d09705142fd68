"""Song proposals, parsed field by field from documents."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from documents.findings import Findings, Refusal, refusal, slug
from engine.proposals.colours import read_colour
from engine.proposals.music import read_key, read_meter, read_tempo
from engine.proposals.overrides import NO_OVERRIDES, Overrides
from engine.proposals.texts import read_concept, read_name, read_title, read_words
from fitness.colours import Colour
from genomes.keys import Key
from genomes.time import Meter

ID_HEX_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed song.

    Attributes:
        title: one line, never empty.
        colour: the target colour.
        key: the key, with its spelling.
        key_text: the key as in the document.
        meter: the time signature.
        tempo_bpm: beats per minute, 10 to 400.
        tempo_marking: such as ``"Moderate driving"``; None if the document has none.
        concept: what the song is about; may be empty.
        moods: free words.
        genres: free words.
        singer: name of the singer.
        thread_id: id of the thread of proposals that it belongs to.
        iteration_id: its id within the thread; not unique across threads.
        file: relative POSIX path or name of its file.
        content_sha256: SHA-256 of the raw document as canonical JSON.
        raw: the document as plain JSON values.
        warnings: assumptions and omissions, one line each.
    """

    title: str
    colour: Colour
    key: Key
    key_text: str | None
    meter: Meter
    tempo_bpm: float
    tempo_marking: str | None
    concept: str
    moods: tuple[str, ...]
    genres: tuple[str, ...]
    singer: str | None
    thread_id: str | None
    iteration_id: str | None
    file: str
    content_sha256: str
    raw: dict[str, Any] = field(hash=False, repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def song_id(self) -> str:
        """A readable permanent id of the song, such as ``seance-engine-v2-0a1b2c3d``.

        It depends on the thread and the iteration, so it stays the same if the document is edited;
        if either is missing, it depends on the content.
        """
        name = slug(self.iteration_id or "") or slug(self.title) or "song"
        if self.thread_id and self.iteration_id:
            identity = content_hash([self.thread_id, self.iteration_id])
        else:
            identity = self.content_sha256
        return f"{name}-{identity[:ID_HEX_DIGITS]}"


def content_hash(value: Any) -> str:
    """SHA-256, in hex, of plain values as canonical JSON."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def parse_proposal(
    document: dict[str, Any],
    file: str,
    *,
    overrides: Overrides = NO_OVERRIDES,
    thread_id: str | None = None,
    item: int = 0,
) -> Proposal | Refusal:
    """Read every field of a document.

    Args:
        document: plain JSON values.
        file: relative path or name of the file, for messages and the log.
        overrides: values that replace fields, even unreadable ones.
        thread_id: id of the thread of the file, used if the document has none.
        item: number in a list document, from 1; 0 for a single document.

    Returns:
        the proposal, or one refusal naming every field that can't be read.
    """
    findings = Findings()
    title = findings.read(read_title, document, PurePosixPath(file).stem)
    meter = findings.read(read_meter, document, overrides.meter)
    key = findings.read(read_key, document, overrides.key)
    tempo_bpm = findings.read(read_tempo, document, overrides.tempo_bpm)
    colour = findings.read(read_colour, document)
    concept = findings.read(read_concept, document)
    if (
        title is None
        or meter is None
        or key is None
        or tempo_bpm is None
        or colour is None
        or concept is None
    ):
        return refusal(file, findings.problems, item)
    return Proposal(
        title=title,
        colour=colour,
        key=key[0],
        key_text=key[1],
        meter=meter.meter,
        tempo_bpm=tempo_bpm,
        tempo_marking=meter.marking,
        concept=concept,
        moods=findings.take(read_words(document, "mood", "moods")),
        genres=findings.take(read_words(document, "genres")),
        singer=findings.take(read_name(document, "singer")),
        thread_id=findings.take(read_name(document, "thread_id")) or thread_id,
        iteration_id=findings.take(read_name(document, "iteration_id")),
        file=file,
        content_sha256=content_hash(document),
        raw=document,
        warnings=tuple(findings.warnings),
    )
