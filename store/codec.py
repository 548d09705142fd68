"""Payload structs to stored text and back.

Writing is strict: what is not plain, finite and within its constraints is refused. Reading only
restores: it upcasts old versions, asks for the right types and judges nothing else.
"""

from collections.abc import Mapping
from functools import cache
from inspect import isclass
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from store.errors import InvalidEvent, LogCorrupt, UnknownEvent
from store.events import KINDS, Kind, Part, Payload
from store.plain import (
    NotPlain,
    canonical,
    encoded_json,
    is_shallow,
    plain,
    strict_decoder,
    strict_struct,
)
from store.upcasts import UPCASTS, Upcast

# A list with more parts than these is checked part by part: a second copy of it may be large.
MOST_AT_ONCE = 100


class Encoded(NamedTuple):
    """A payload as it is stored."""

    kind: str
    kind_version: int
    text: str


class Prepared(NamedTuple):
    """A payload as it is stored, and as it is read again."""

    encoded: Encoded
    payload: Payload


class Codec:
    """Translates between payload structs and stored payloads, by a table of kinds.

    Attributes:
        decoders: of every kind's version of today; see ``decode`` for those before.
    """

    def __init__(
        self, kinds: Mapping[str, Kind] = KINDS, upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS
    ) -> None:
        """Take the tables.

        Raises:
            ValueError: an old version of a kind has no way to the current one.
        """
        _require_whole_chains(kinds, upcasts)
        self._kinds = dict(kinds)
        self._upcasts = dict(upcasts)
        self._names = {kind.struct: name for name, kind in kinds.items()}
        self.decoders = {
            (name, kind.version): _decoder(kind.struct) for name, kind in kinds.items()
        }

    def encode(self, payload: Payload) -> Encoded:
        """Return `payload` as it is stored.

        Raises:
            InvalidEvent: its type is no registered kind, or a value in it is not plain, not finite,
                of the wrong type or outside its constraint; the message names the field.
        """
        return self.prepare(payload).encoded

    def prepare(self, payload: Payload) -> Prepared:
        """Return `payload` as it is stored, and as it is read again: itself where that is equal.

        Raises:
            InvalidEvent: as `encode` does.
        """
        name = self._names.get(type(payload))
        if name is None:
            raise InvalidEvent(f"{type(payload).__name__} is not a registered kind of event")
        kind = self._kinds[name]
        quick = self._encoded_quickly(name, kind, payload)
        if quick is not None:
            return Prepared(quick, payload)
        try:
            checked = msgspec.convert(plain(payload), strict_struct(kind.struct))
            encoded = Encoded(name, kind.version, canonical(checked))
        except (NotPlain, msgspec.ValidationError) as error:
            raise InvalidEvent(f"{name}: {error}") from error
        return Prepared(encoded, self.decode(*encoded))

    def _encoded_quickly(self, name: str, kind: Kind, payload: Payload) -> Encoded | None:
        """A payload that comes back from its text as it is; None for any other.

        What is not plain comes back as something else, or not at all: NaN as null, sets as lists.
        Of those `encode` looks at each value, to find the one that is wrong, or to make tuples
        lists; it gives the same text.
        """
        try:
            rest, parts = _apart(payload)
            text = _faithful(rest)
            if text is None or not all(_faithful(part) for part in parts):
                return None
            if parts:
                text = encoded_json(payload)
        except (TypeError, ValueError, msgspec.MsgspecError, RecursionError):
            return None
        return Encoded(name, kind.version, text.decode()) if is_shallow(text) else None

    def decode(self, kind: str, kind_version: int, text: str | bytes) -> Payload:
        """Return the struct of a stored payload, in today's version.

        Raises:
            UnknownEvent: the kind, or this version of it, is not in the tables.
            LogCorrupt: the text is not a payload of that kind and version.
        """
        decoder = self.decoders.get((kind, kind_version))
        try:
            if decoder is None:
                return self._decode_old(kind, kind_version, text)
            payload: Payload = decoder.decode(text)
            return payload
        except UnknownEvent:
            raise
        # An upcast meets whatever is stored, so that it may fail in any way.
        except Exception as error:
            raise LogCorrupt(f"{kind} v{kind_version} cannot be read: {error!r}") from error

    def _decode_old(self, name: str, version: int, text: str | bytes) -> Payload:
        kind = self._kinds.get(name)
        if kind is None:
            raise UnknownEvent(f"unknown kind of event: {name!r}; a newer release may know it")
        if not 1 <= version < kind.version:
            raise UnknownEvent(f"{name} v{version} is unknown; this release knows v{kind.version}")
        data: dict[str, Any] = msgspec.json.decode(text)
        for step in range(version, kind.version):
            data = self._upcasts[name, step](data)
        return msgspec.convert(data, kind.struct)


def _require_whole_chains(
    kinds: Mapping[str, Kind], upcasts: Mapping[tuple[str, int], Upcast]
) -> None:
    for name, kind in kinds.items():
        missing = [step for step in range(1, kind.version) if (name, step) not in upcasts]
        if missing:
            raise ValueError(f"{name}: no upcast from version {missing}")


def _apart(payload: Payload) -> tuple[Payload, list[Part]]:
    """The payload without its long lists of parts, and those parts."""
    long = {
        field: parts
        for field, part_type in _lists_of_parts(type(payload)).items()
        if len(parts := getattr(payload, field)) > MOST_AT_ONCE
        and type(parts) is list
        and all(type(part) is part_type for part in parts)
    }
    if not long:
        return payload, []
    rest = msgspec.structs.replace(payload, **{field: [] for field in long})
    return rest, [part for parts in long.values() for part in parts]


@cache
def _lists_of_parts(struct: type[msgspec.Struct]) -> dict[str, type[Part]]:
    """The fields of a payload that are lists of parts, of any length, and the type of those."""
    return {
        field: arguments[0]
        for field, hint in get_type_hints(struct, include_extras=True).items()
        if get_origin(hint) is list
        and isclass((arguments := get_args(hint))[0])
        and issubclass(arguments[0], Part)
    }


def _faithful(piece: msgspec.Struct) -> bytes | None:
    """The text of a part or a payload that comes back from it as it is; else None."""
    text = encoded_json(piece)
    is_canonical = encoded_json(strict_decoder(type(piece)).decode(text)) == text
    return text if is_canonical and _decoder(type(piece)).decode(text) == piece else None


@cache
def _decoder(struct: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    """What reads a part or a payload from its text."""
    return msgspec.json.Decoder(struct)
