"""``training embed FOLDER``: concepts, lyrics and recordings to vectors."""

from __future__ import annotations

import argparse
from typing import Any

from training.commands.folders import add_folder, folder_of
from training.commands.places import add_place, done_away
from training.commands.progress import Teller


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("embed", help="concepts, lyrics and recordings to vectors")
    add_folder(made)
    made.add_argument("--text-encoder", help="folder, hub id, or light: no download")
    made.add_argument("--audio-encoder", help="folder or hub id")
    made.add_argument("--no-audio", action="store_true", help="leave recordings out")
    made.add_argument("--device", default="auto", help="such as cpu or cuda")
    add_place(made)
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Embed what the folder holds; gives a summary."""
    if (done := done_away("embed", options, tell)) is not None:
        return done
    from fitness.encoders import AUDIO_ENCODER, TEXT_ENCODER
    from training.embedding.embed import Choice, embed

    audio = None if options.no_audio else options.audio_encoder or AUDIO_ENCODER
    choice = Choice(options.text_encoder or TEXT_ENCODER, audio, options.device)
    return embed(folder_of(options), choice, tell)
