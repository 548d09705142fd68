"""Every figure beside its yardstick in one table: ``python -m benchmarks``.

``--json FILE`` keeps it, ``--page FILE`` draws the page of the documentation from such a file.
Single reports: ``store`` (the log beside raw sqlite3), ``cost`` (what a generation's steps cost),
``rolls`` (piano rolls), ``scoring`` (beside a dense CNN read from MIDI files), ``limits`` (beside
the network alone, and that beside a matrix product).

``python -m benchmarks rules FOLDER`` compares the theory rules with a person's review files;
``python -m benchmarks scoring MODEL`` scores with another model than the shipped one.
``python -m benchmarks survivors PROPOSALS OUT`` evolves every stage of a draw of proposals;
``real FOLDER --survivors OUT`` shows them beside real songs, and ``apart FOLDER --survivors OUT``
how well a classifier tells the two apart. ``harmony`` shows how well one song in four colours is
told apart by its chords alone, ``harmonising FOLDER`` how well chords fit the real melodies that
they are evolved under. ``loudness FOLDER`` measures the recordings of composed songs: how loud each
part is, each section by its energy, and the peaks. ``listening`` shows how soon candidates are
heard after a run, beside playing each anew. ``shown`` compares what runs show with what they
would show without the cells of their map. ``preference PROPOSALS FOLDER`` measures how
much a preference head learns from simulated people; ``retrain`` times what learning costs. ``page``
measures how quick the page in the browser is with a thousand runs in the studio. ``writers`` lets
many processes decide at once, and measures how long each decision takes. ``evaluations`` counts how
many parts must be scored to find one as good as a long random search does. ``memory`` shows what a
run of the largest population takes, generation by generation. ``damage`` damages each file of a
studio, and lets the doctor mend or name it. ``exploitation`` shows how much of a taste is lost by
searching on against what was learned of it. ``lengths`` shows what is lost where a run ends once
its last generations gained little.
"""

import sys
from importlib import import_module
from pathlib import Path

# Reports that can also be asked for by name. All benchmarks are imported when they are asked for:
# some need a library that is an extra.
REPORTS = {
    "store": "benchmarks.store_bench",
    "cost": "benchmarks.stages_cost",
    "rolls": "benchmarks.roll_bench",
    "scoring": "benchmarks.scoring_bench",
    "limits": "benchmarks.limits_bench",
}
# Each with options of its own: ask it with --help.
COMMANDS = {
    "survivors": "benchmarks.survivors",
    "real": "benchmarks.real_bench",
    "apart": "benchmarks.apart_bench",
    "harmony": "benchmarks.harmony_bench",
    "harmonising": "benchmarks.harmonising_bench",
    "loudness": "benchmarks.loudness_bench",
    "listening": "benchmarks.listening_bench",
    "shown": "benchmarks.shown_bench",
    "preference": "benchmarks.preference_bench",
    "exploitation": "benchmarks.exploitation_bench",
    "page": "benchmarks.page_bench",
    "retrain": "benchmarks.retrain_bench",
    "studio": "benchmarks.studio_bench",
    "executor": "benchmarks.executor_bench",
    "writers": "benchmarks.writers_bench",
    "evaluations": "benchmarks.evaluations_bench",
    "memory": "benchmarks.memory_bench",
    "damage": "benchmarks.damage_bench",
    "lengths": "benchmarks.length_bench",
}


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["rules"] and len(arguments) == 2:
        print(import_module("benchmarks.rules_bench").report(arguments[1]))
    elif arguments[:1] == ["scoring"] and len(arguments) == 2:
        print(import_module("benchmarks.scoring_bench").report(Path(arguments[1])))
    elif arguments and arguments[0] in COMMANDS:
        import_module(COMMANDS[arguments[0]]).main(arguments[1:])
    elif len(arguments) == 1 and arguments[0] in REPORTS:
        print(_report(REPORTS[arguments[0]]))
    elif arguments and not arguments[0].startswith("-"):
        sys.exit(
            "usage: python -m benchmarks [--json FILE] [--page FILE] [--full] [--cache FILE] | "
            f"rules FOLDER_OF_REVIEW_FILES | scoring MODEL | {' | '.join([*REPORTS, *COMMANDS])} …"
        )
    else:
        import_module("benchmarks.compared_bench").main(arguments)


def _report(module: str) -> str:
    """What a benchmark reports, or what it needs that isn't installed."""
    try:
        return str(import_module(module).report())
    except ModuleNotFoundError as error:
        return f"left out: it needs {error.name}: pip install 'composition-engine[benchmarks]'"


if __name__ == "__main__":
    main(sys.argv[1:])
