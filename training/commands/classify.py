"""``training classify FOLDER``: classifiers of texts, tried on songs that they never saw."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from training.commands.folders import add_folder, folder_of
from training.commands.progress import Teller

TASKS = ("binary", "multiclass", "multilabel")
# What the result line keeps of a report.
SAID = ("song_split", "majority", "row_split")


def add(commands: Any) -> None:
    """Describe the command."""
    made = commands.add_parser("classify", help="classifiers of texts, tried on unseen songs")
    add_folder(made)
    made.add_argument("--task", choices=TASKS, help="labels by rule: one task, not all three")
    made.add_argument("--table", type=Path, help="a parquet table with labels of its own")
    made.add_argument("--text-column", default="concept", help="of --table")
    made.add_argument("--label-column", help="of --table; a dot reaches into a struct")
    made.add_argument("--song-column", default="id", help="of --table: never split")
    made.add_argument("--text-encoder", help="folder, hub id, or light: no download")
    made.add_argument("--device", default="auto", help="such as cpu or cuda")
    made.add_argument("--seed", type=int, default=0, help="of the fits")
    made.set_defaults(run=run)


def run(options: argparse.Namespace, tell: Teller) -> dict[str, Any]:
    """Try the classifiers; gives their figures."""
    from fitness.encoders import TEXT_ENCODER
    from training.text.classify import classify

    folder = folder_of(options)
    return {
        name: {
            key: found
            for key, found in classify(
                folder,
                name,
                labelled,
                encoder=options.text_encoder or TEXT_ENCODER,
                device=options.device,
                tell=tell,
                seed=options.seed,
            ).items()
            if key in SAID
        }
        for name, labelled in _asked(options, folder).items()
    }


def _asked(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """What to classify, by the name of its report."""
    from training.catalogue.tables import MANIFEST_FILE
    from training.text.labelled import by_rule, from_table

    if options.label_column is None:
        if options.table is not None:
            raise ValueError("--table needs --label-column")
        tasks = [options.task] if options.task else TASKS
        return {task: by_rule(folder, task) for task in tasks}
    if options.task is not None:
        raise ValueError("--task is for labels by rule: a column's labels say what they are")
    table = options.table or folder / MANIFEST_FILE
    columns = (options.text_column, options.label_column, options.song_column)
    return {options.label_column: from_table(table, *columns)}
