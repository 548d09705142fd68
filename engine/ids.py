"""Ids: what they are made from, and how people may shorten them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from engine.errors import Ambiguous, NotFound
from genomes import Context, Part

CANDIDATE_ID_CHARS = 20
RUN_ID_CHARS = 12
SHORT_ID_CHARS = 8
SHOWN_MATCHES = 4


def digest(*facts: Any) -> str:
    """SHA-256, as hex, of plain values written in one canonical way."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def candidate_id(stage: str, context: Context, parents: Sequence[str], part: Part) -> str:
    """One id for one piece of music, whatever made it.

    It stands for the stage, the key as it sounds, the meter, the tempo, the parents, the notes and
    the words that are sung to them.
    """
    key = (context.key.tonic_pitch_class, context.key.mode)
    facts = (stage, key, str(context.meter), float(context.tempo_bpm), list(parents))
    words = [part.lyrics] if part.lyrics else []
    return digest(facts, part.digest(), *words)[:CANDIDATE_ID_CHARS]


def run_id(*facts: Any) -> str:
    """The id of a run: song, stage, parents, seed, settings and an ordinal decide it."""
    return digest(*facts)[:RUN_ID_CHARS]


def short(identifier: str) -> str:
    """The beginning of an id, as it is printed."""
    return identifier[:SHORT_ID_CHARS]


def resolve(prefix: str, known: Iterable[str], what: str, advice: str) -> str:
    """The one known id that is this or begins with it.

    Raises:
        NotFound: if none does.
        Ambiguous: if several do.
    """
    matches = sorted({identifier for identifier in known if identifier.startswith(prefix)})
    if prefix in matches:
        return prefix
    if not matches or not prefix:
        raise NotFound(f"no {what} {prefix!r}", advice)
    if len(matches) > 1:
        shown = ", ".join(matches[:SHOWN_MATCHES]) + (" …" if len(matches) > SHOWN_MATCHES else "")
        raise Ambiguous(
            f"{what} {prefix!r} could be {len(matches)} ({shown})", f"type more of it, {advice}"
        )
    return matches[0]
