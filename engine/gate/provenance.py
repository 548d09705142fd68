"""What an exported file says of where it comes from."""

from __future__ import annotations

import gzip
import re

_GZIP = b"\x1f\x8b"
_SIGNED = re.compile(rb"composition-engine((?: (?:hash=[0-9a-f]{64}|\w+=[\w.,-]+))+)")


def read_provenance(data: bytes) -> dict[str, str]:
    """The fields that the engine wrote into a file, by name; none of a file that isn't its own.

    These are ``candidate`` and ``run`` of a part, of an approved one also ``event``, ``position``
    and ``hash`` of its event, and ``arrangement`` and ``candidates`` of a whole song.
    """
    if data.startswith(_GZIP):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, ValueError):
            return {}
    found = _SIGNED.search(data)
    if found is None:
        return {}
    words = (word.split(b"=", 1) for word in found[1].split())
    return {name.decode(): value.decode() for name, value in words}
