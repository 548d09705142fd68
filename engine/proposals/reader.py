"""Reads files of proposals one after the other and keeps what was found in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents.findings import Refusal, UnreadableError, refusal
from documents.yaml_files import load_file
from engine.proposals.overrides import Overrides
from engine.proposals.proposal import Proposal, understand
from engine.proposals.shapes import is_proposal, items_of, may_be_proposal, thread_id_in

MANIFEST = "manifest.yml"
THREAD_SONGS = "yml"

NOT_A_PROPOSAL = UnreadableError(
    "file", "is not a song proposal", "a document with title, key, bpm, tempo and rainbow_color"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reading came to, in the order of the files.

    Attributes:
        proposals: the songs, the same content once.
        refusals: what can't be read, one line each.
        skipped: what lies in the folders and is no song proposal, by name.
    """

    proposals: tuple[Proposal, ...]
    refusals: tuple[Refusal, ...]
    skipped: tuple[str, ...]


class Reader:
    """Takes files and collects a ``Reading``; opens each file once."""

    def __init__(self, overrides: Overrides) -> None:
        self._overrides = overrides
        self._proposals: dict[str, Proposal] = {}
        self._refusals: dict[Refusal, None] = {}
        self._skipped: dict[str, None] = {}
        self._loaded: dict[Path, Any] = {}

    def reading(self) -> Reading:
        """Everything so far."""
        return Reading(tuple(self._proposals.values()), tuple(self._refusals), tuple(self._skipped))

    def refuse(self, file: str, problem: UnreadableError, item: int = 0) -> None:
        """Put a refusal on record."""
        self._refusals[refusal(file, [problem], item)] = None

    def skip(self, name: str) -> None:
        """Put on record that something is no proposal."""
        self._skipped[name] = None

    @property
    def files_seen(self) -> int:
        """How many files were opened, or tried."""
        return len(self._loaded)

    def load(self, path: Path, file: str) -> Any:
        """The value of a file; None where it can't be read, and then the refusal is on record."""
        path = path.absolute()
        if path not in self._loaded:
            try:
                self._loaded[path] = load_file(path)
            except UnreadableError as problem:
                self.refuse(file, problem)
                self._loaded[path] = None
        return self._loaded[path]

    def read_file(
        self, path: Path, file: str, *, named: bool = False, thread_id: str | None = None
    ) -> int:
        """Take every proposal in a file.

        Args:
            path: the file.
            file: what to call it.
            named: whether a person named the file, so that it must be a proposal.
            thread_id: of its thread, where neither the document nor a manifest says it.

        Returns:
            how many proposals it holds, readable or not.
        """
        document = self.load(path, file)
        if document is None:
            return 0
        thread_id = thread_id_in(document) or self._thread_id_at(path) or thread_id
        fits = may_be_proposal if named else is_proposal
        items = [(item, content, fits(content)) for item, content in items_of(document)]
        songs = sum(fit for _, _, fit in items)
        if not songs:
            self._not_a_proposal(file, 0, named)
            return 0
        for item, content, fit in items:
            if fit:
                self._take(content, file, item, thread_id)
            else:
                self._not_a_proposal(file, item, named)
        return songs

    def _take(self, document: Any, file: str, item: int, thread_id: str | None) -> None:
        """Understand one document; of equal ones the first counts, or the first in a thread."""
        song = understand(document, file, overrides=self._overrides, thread_id=thread_id, item=item)
        if isinstance(song, Refusal):
            self._refusals[song] = None
            return
        known = self._proposals.get(song.content_sha256)
        if known is None or (known.thread_id is None and song.thread_id is not None):
            self._proposals[song.content_sha256] = song

    def _not_a_proposal(self, file: str, item: int, named: bool) -> None:
        if named:
            self.refuse(file, NOT_A_PROPOSAL, item)
        else:
            self.skip(f"{file} item {item}" if item else file)

    def _thread_id_at(self, path: Path) -> str | None:
        """The thread whose ``yml`` folder a file lies in, by the manifest beside that folder."""
        for folder in path.absolute().parents:
            if folder.name == THREAD_SONGS:
                manifest = folder.parent / MANIFEST
                file = f"{folder.parent.name}/{MANIFEST}"
                return thread_id_in(self.load(manifest, file)) if manifest.is_file() else None
        return None
