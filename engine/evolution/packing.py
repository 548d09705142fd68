"""How a run keeps individuals that left its population: packed.

None of them breeds again, but each may be a survivor or be shown, so that none can be forgotten. A
genome with its terms takes kilobytes as objects, and a quarter of one compressed with what others
have in common.
"""

from __future__ import annotations

import zlib
from typing import Any, Generic, TypeVar

import msgspec

C = TypeVar("C")

# Fastest: what is common to all is in the dictionary already.
LEVEL = 1


class Packer(Generic[C]):
    """Contents of one type, packed.

    What was packed first is the dictionary by which all others are compressed; see
    ``zlib.compressobj``.
    """

    def __init__(self, content_type: Any) -> None:
        """Take the type, as ``msgspec.msgpack.Decoder`` does."""
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(content_type)
        self._common = b""

    def packed(self, content: C) -> bytes:
        """A content as bytes, for ``unpacked`` of this packer alone."""
        data = self._encoder.encode(content)
        self._common = self._common or data
        compressor = zlib.compressobj(LEVEL, zdict=self._common)
        return compressor.compress(data) + compressor.flush()

    def unpacked(self, packed: bytes) -> C:
        """A content that equals what was packed."""
        decompressor = zlib.decompressobj(zdict=self._common)
        content: C = self._decoder.decode(decompressor.decompress(packed) + decompressor.flush())
        return content
