"""Which files make an encoder what it is, as one hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fitness.errors import EncoderMissing

# Weights, settings and vocabulary; a read-me beside them changes no vector.
DECISIVE = frozenset({".json", ".safetensors", ".bin", ".model", ".txt"})


def encoder_sha256(name: str) -> str | None:
    """Hash of everything in an encoder's folder that decides on its vectors.

    Args:
        name: a folder, a hub id, or an encoder that is part of the code.

    Returns:
        hex; None where the name is no folder.

    Raises:
        EncoderMissing: if a file can't be read.
    """
    folder = Path(name)
    if not folder.is_dir():
        return None
    whole = hashlib.sha256()
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix in DECISIVE and path.is_file():
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                whole.update(f"{digest}  {path.name}\n".encode())
    except OSError as error:
        raise EncoderMissing(f"encoder {name!r}: {error.filename}: {error.strerror}") from error
    return whole.hexdigest()
