"""Reads files of proposals and collects proposals, refusals and skipped files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents.findings import Refusal, UnreadableError, refusal
from documents.yaml_files import load_file, may_hold
from engine.proposals.overrides import Overrides
from engine.proposals.proposal import Proposal, parse_proposal
from engine.proposals.shapes import (
    REQUIRED_FIELD,
    THREAD_FIELD,
    is_proposal,
    items_of,
    may_be_proposal,
    thread_id_in,
)

MANIFEST = "manifest.yml"
THREAD_SONGS = "yml"

# Called with how many files were looked at, and the one that is next.
Update = Callable[[int, str], None]

NOT_A_PROPOSAL = UnreadableError(
    "file", "is not a song proposal", "a document with title, key, bpm, tempo and rainbow_color"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading files, in their order.

    Attributes:
        proposals: the song proposals, without duplicates.
        refusals: documents that can't be read, with the reasons.
        skipped: names of files and items that are no song proposals.
    """

    proposals: tuple[Proposal, ...]
    refusals: tuple[Refusal, ...]
    skipped: tuple[str, ...]


class Reader:
    """Reads files into a ``Reading``; parses each file once."""

    def __init__(self, overrides: Overrides, update: Update = lambda _count, _file: None) -> None:
        self._overrides = overrides
        self._update = update
        self._seen: set[Path] = set()
        self._proposals: dict[str, Proposal] = {}
        self._refusals: dict[Refusal, None] = {}
        self._skipped: dict[str, None] = {}
        self._loaded: dict[Path, Any] = {}

    def reading(self) -> Reading:
        """The result so far."""
        return Reading(tuple(self._proposals.values()), tuple(self._refusals), tuple(self._skipped))

    def refuse(self, file: str, problem: UnreadableError, item: int = 0) -> None:
        """Add a refusal."""
        self._refusals[refusal(file, [problem], item)] = None

    def skip(self, name: str) -> None:
        """Add the name of something that is no proposal."""
        self._skipped[name] = None

    @property
    def files_seen(self) -> int:
        """Number of files that were looked at, readable or not."""
        return len(self._seen)

    def load_with(self, path: Path, file: str, *words: str) -> Any:
        """The value of a file that holds one of these words; None if it can't hold any of them."""
        self._see(path, file)
        return self.load(path, file) if may_hold(path, *words) else None

    def _see(self, path: Path, file: str) -> None:
        self._seen.add(path.absolute())
        self._update(len(self._seen), file)

    def load(self, path: Path, file: str) -> Any:
        """The value of a file; None if it can't be read, and then the refusal is added."""
        path = path.absolute()
        self._see(path, file)
        if path not in self._loaded:
            try:
                self._loaded[path] = load_file(path)
            except UnreadableError as problem:
                self.refuse(file, problem)
                self._loaded[path] = None
        return self._loaded[path]

    def read_file(
        self, path: Path, file: str, *, is_named: bool = False, thread_id: str | None = None
    ) -> int:
        """Read every proposal in a file.

        A file that nobody named and that can't hold one is not even parsed.

        Args:
            path: path of the file.
            file: its name for messages.
            is_named: whether a person named the file, so that it must be a proposal.
            thread_id: id of its thread, used if neither the document nor a manifest has one.

        Returns:
            number of proposals in the file, readable or not.
        """
        if not is_named and not may_hold(path, REQUIRED_FIELD):
            self._see(path, file)
            self.skip(file)
            return 0
        document = self.load(path, file)
        if document is None:
            return 0
        thread_id = thread_id_in(document) or self._thread_id_at(path) or thread_id
        is_match = may_be_proposal if is_named else is_proposal
        items = [(item, content, is_match(content)) for item, content in items_of(document)]
        songs = sum(matches for _, _, matches in items)
        if not songs:
            self._not_a_proposal(file, 0, is_named)
            return 0
        for item, content, matches in items:
            if matches:
                self._take(content, file, item, thread_id)
            else:
                self._not_a_proposal(file, item, is_named)
        return songs

    def _take(self, document: Any, file: str, item: int, thread_id: str | None) -> None:
        """Parse one document; of equal ones the first is kept, or the first with a thread."""
        song = parse_proposal(
            document, file, overrides=self._overrides, thread_id=thread_id, item=item
        )
        if isinstance(song, Refusal):
            self._refusals[song] = None
            return
        known = self._proposals.get(song.content_sha256)
        if known is None or (known.thread_id is None and song.thread_id is not None):
            self._proposals[song.content_sha256] = song

    def _not_a_proposal(self, file: str, item: int, is_named: bool) -> None:
        if is_named:
            self.refuse(file, NOT_A_PROPOSAL, item)
        else:
            self.skip(f"{file} item {item}" if item else file)

    def _thread_id_at(self, path: Path) -> str | None:
        """Id of the thread whose ``yml`` folder contains a file, from the thread's manifest."""
        for folder in path.absolute().parents:
            if folder.name == THREAD_SONGS:
                manifest = folder.parent / MANIFEST
                file = f"{folder.parent.name}/{MANIFEST}"
                known = manifest.is_file() and self.load_with(manifest, file, THREAD_FIELD)
                return thread_id_in(known)
        return None
