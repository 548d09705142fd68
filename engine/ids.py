"""Ids: hashes of what they identify, and lookup by their beginning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import Ambiguous, NotFound

if TYPE_CHECKING:
    from genomes import Context, Part

CANDIDATE_ID_CHARS = 20
RUN_ID_CHARS = 12
SHORT_ID_CHARS = 8
SHOWN_MATCHES = 4


def digest(*facts: Any) -> str:
    """SHA-256, as hex, of plain values as canonical JSON."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def candidate_id(stage: str, context: Context, parents: Sequence[str], part: Part) -> str:
    """The id of a piece of music; the same music has the same id in every run.

    It is a hash of stage, tonic and mode, meter, tempo, parents, notes and lyrics.
    """
    key = (context.key.tonic_pitch_class, context.key.mode)
    facts = (stage, key, str(context.meter), float(context.tempo_bpm), list(parents))
    words = [part.lyrics] if part.lyrics else []
    return digest(facts, part.digest(), *words)[:CANDIDATE_ID_CHARS]


def run_id(*facts: Any) -> str:
    """The id of a run: a hash of song, stage, parents, seed, settings and an ordinal."""
    return digest(*facts)[:RUN_ID_CHARS]


def short(identifier: str) -> str:
    """The beginning of an id, for printing."""
    return identifier[:SHORT_ID_CHARS]


def resolve(prefix: str, known: Iterable[str], what: str, advice: str) -> str:
    """The only known id that is this prefix or begins with it.

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
