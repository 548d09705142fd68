"""Signatures of the log by Ed25519: proof of how it was, which nobody without the key can make.

A signature is of a position and the hash of the event there, which stands for all events before. It
is kept with the public key as an event after those, and in a file beside HEAD, which can be copied
anywhere. The private key is one file for all studios of a person, outside of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from engine.errors import Refused
from engine.state.files import write_whole
from engine.state.studio import Studio
from store.errors import LogCorrupt
from store.events import LogSigned
from store.log import STUDIO
from store.records import NewEvent

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNATURES = "signatures.jsonl"
_INSTALL = "install it with pip install composition-engine[signing]"


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signature of a log.

    Attributes:
        position: position of the last event that is signed.
        hash: its hash.
        public_key: of who signed, as hex.
        signature: Ed25519 signature of both, as hex.
        signed_at: ISO 8601, UTC; not signed.
    """

    position: int
    hash: str
    public_key: str
    signature: str
    signed_at: str

    @classmethod
    def of(cls, signed: LogSigned, recorded_at: str) -> Self:
        """The signature that an event holds."""
        return cls(**msgspec.structs.asdict(signed), signed_at=recorded_at)

    @property
    def fingerprint(self) -> str:
        """The first digits of the SHA-256 of the public key."""
        return sha256(self.public_key.encode()).hexdigest()[:16]


def sign(studio: Studio, key: Path) -> Signature:
    """Sign the log as it is now; a key is made if there is none yet.

    Raises:
        Refused: if the library is missing, the key can't be read, or the log has a problem.
    """
    problems = studio.log.examine()
    if problems.problems:
        raise Refused(f"the log isn't sound: {problems.problems[0]}", "see engine verify")
    private = _key(key)
    end = problems.end
    signed = LogSigned(
        position=end.position,
        hash=end.hash,
        public_key=private.public_key().public_bytes_raw().hex(),
        signature=private.sign(_message(end.position, end.hash)).hex(),
    )
    (recorded,) = studio.decide(STUDIO, lambda: [NewEvent(signed, actor=studio.actor)])
    add_missing(studio)
    return Signature.of(signed, recorded.recorded_at)


def add_missing(studio: Studio) -> list[Signature]:
    """Write those signatures of the log that the file lacks; returns them.

    Raises:
        Refused: if the file holds anything else than signatures.
    """
    path = studio.folder / SIGNATURES
    lacking = _lacking(studio, signatures(path))
    if lacking:
        before = path.read_bytes().splitlines() if path.exists() else []
        kept = b"".join(line + b"\n" for line in before)
        write_whole(path, kept + b"".join(msgspec.json.encode(each) + b"\n" for each in lacking))
    return lacking


def _lacking(studio: Studio, kept: list[Signature]) -> list[Signature]:
    """Those signatures that the log has and others aren't."""
    made = {each.signature for each in kept}
    return [
        Signature.of(each.payload, each.recorded_at)
        for each in studio.log.read(kinds=("LogSigned",))
        if isinstance(each.payload, LogSigned) and each.payload.signature not in made
    ]


def signatures(path: Path) -> list[Signature]:
    """The signatures in a file; none if there is no such file.

    Raises:
        Refused: if the file holds anything else.
    """
    if not path.exists():
        return []
    try:
        lines = path.read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Signature) for line in lines]
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused(f"{path} holds something else than signatures: {error}") from error


def signature_problems(studio: Studio) -> Iterator[str]:
    """What the signatures that a studio keeps, in its log and beside it, say against its log."""
    kept = signatures(studio.folder / SIGNATURES)
    with suppress(LogCorrupt):  # which the check of the chain names
        kept += _lacking(studio, kept)
    for signature in kept:
        if problem := why_not(studio, signature):
            yield problem


def why_not(studio: Studio, signature: Signature) -> str:
    """Why a signature does not vouch for the log; empty if it does.

    Raises:
        Refused: if the library is missing.
    """
    named = f"the signature of event {signature.position} by key {signature.fingerprint}"
    if not _is_genuine(signature):
        return f"{named} was changed"
    found = studio.log.hash_at(signature.position)
    if signature.position == 0 or found == signature.hash:
        return ""
    if found is None:
        return f"{named}: the log ends before it, its tail was dropped"
    return f"{named} is of another log: event {signature.position} or one before was changed"


def _is_genuine(signature: Signature) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )
    except ImportError as error:
        raise Refused("checking signatures needs the library cryptography", _INSTALL) from error
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.public_key))
        message = _message(signature.position, signature.hash)
        key.verify(bytes.fromhex(signature.signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(position: int, digest: str) -> bytes:
    return f"composition-engine log {position} {digest}".encode()


def _key(path: Path) -> Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives import serialization as pem  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )
    except ImportError as error:
        raise Refused("signing needs the library cryptography", _INSTALL) from error
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        unencrypted = pem.NoEncryption()
        data = made.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, unencrypted)
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    try:
        key = pem.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise Refused(f"{path} holds no private key: {error}", "name another by --key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(f"{path} holds another kind of key than Ed25519", "name another by --key")
    return key
