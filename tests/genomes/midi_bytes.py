"""MIDI files by hand, byte for byte."""

from __future__ import annotations

END_OF_TRACK = bytes.fromhex("00 FF 2F 00")


def midi_file(*tracks: bytes, kind: int = 1, resolution: int = 480) -> bytes:
    """A file of tracks without their end of track, which is added."""
    header = b"MThd" + (6).to_bytes(4, "big")
    header += b"".join(n.to_bytes(2, "big") for n in (kind, len(tracks), resolution))
    return header + b"".join(map(track_chunk, tracks))


def track_chunk(events: bytes) -> bytes:
    """A track chunk around events, closed by an end of track."""
    body = events + END_OF_TRACK
    return b"MTrk" + len(body).to_bytes(4, "big") + body


def events(text: str) -> bytes:
    """Events as hex, one a line, with comments after ``#``."""
    return bytes.fromhex("".join(line.partition("#")[0] for line in text.splitlines()))
