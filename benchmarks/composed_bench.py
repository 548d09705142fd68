"""Whether composed songs do what real music does: features of their parts, role by role.

``python -m benchmarks.composed_bench STUDIO...`` reads the approved parts of studios;
``python -m benchmarks.composed_bench --songs 9`` composes songs first. Every part is cut into
windows of 2, 4 and 8 bars, and each feature held against the range between the 5th and the 95th
percentile of real music that no table was measured on (see ``real_bands``). Beside the composed
stand random genomes in the same songs. Real music itself lies inside about nine times in ten.
How high a part lies is told and not counted: a bass guitar is no choir's bass, and the singer of
a song has the range that he has.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks import real_bands
from benchmarks.real_bands import COMPARED, COUNTED, Floats, Rows, features_of
from benchmarks.songs import Quiet
from engine.arrangement.approved import approved_parts, lineages
from engine.composing.composer import compose
from engine.composing.composition import begin, new_composition
from engine.evolution.settings import Settings
from engine.models.registry import ModelRegistry
from engine.proposals import Proposal, demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.contexts import section_of, song_context
from engine.stages import STAGES
from engine.state.studio import Studio
from fitness.colours import COLOURS
from fitness.errors import ScoringFailed
from fitness.fusion import DEFAULT_MODEL
from fitness.total import ROLES
from genomes import Context, Meter, Part
from genomes.notes import mixed
from training.composed.corpus import WINDOW_BARS

GOAL = 0.85
SECTIONS = "verse=8"
RANDOM_PER_SONG = 4
SEED = 17
# By how much each round of songs moves on in the circle of colours.
COLOUR_SHIFT = 2
METERS = tuple(
    Meter(*signature)
    for signature in ((4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (12, 8), (2, 4), (9, 8), (11, 8))
)
FULL, INNER = "full", "inner_voices"


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Parts that were made on each other, by stage, and the section that they are of."""

    context: Context
    parts: dict[str, Part]

    def by_role(self) -> Iterator[tuple[str, Part]]:
        """What is held against a role of real music; chords count in the full texture alone."""
        for stage, part in self.parts.items():
            if ROLES[stage] != "chords":
                yield ROLES[stage], part
        pitched = [part for stage, part in self.parts.items() if not STAGES[stage].is_drums]
        if pitched:
            yield FULL, mixed(pitched)


def approved_of(studio: Studio) -> Iterator[Ensemble]:
    """Every lineage of approved parts of a studio."""
    for song in studio.songs().values():
        for lineage in lineages(approved_parts(studio, song)):
            section = section_of(song.candidates[lineage.first.candidate].section)
            parts = {part.stage: part.part for part in lineage.parts}
            yield Ensemble(song_context(song, section), parts)


def proposals(count: int) -> list[Proposal]:
    """Songs of all colours in turn, each lap in other meters and colours."""
    demos = read(demo_paths()).proposals
    found = []
    for number in range(count):
        lap, place = divmod(number, len(demos))
        colour = (COLOURS.index(demos[place].colour) + lap * COLOUR_SHIFT) % len(COLOURS)
        meter = METERS[(place + lap) % len(METERS)]
        found.append(replace(demos[place], colour=COLOURS[colour], meter=meter))
    return found


def composed(count: int, settings: Settings, processes: int = 1) -> Iterator[Ensemble]:
    """Songs composed as a person would have it done, a verse of each, some side by side."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as workers:
        jobs = [workers.submit(compose_song, n, count, settings) for n in range(count)]
        for job in jobs:
            yield from job.result()


def compose_song(number: int, count: int, settings: Settings) -> list[Ensemble]:
    """One of so many songs."""
    proposal = proposals(count)[number]
    told = f"song {number + 1}: {proposal.colour.name}, {proposal.key}, {proposal.meter}"
    print(told, file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder)) as studio:
        add_songs(studio, (proposal,))
        asked = new_composition(settings, SECTIONS, number, beam=1, arrangements=1)
        asked = replace(asked, model_sha256=ModelRegistry(studio).register(DEFAULT_MODEL))
        song = studio.song(proposal.song_id)
        try:
            compose(studio, song.song_id, begin(studio, song, asked), Quiet())
        except ScoringFailed as error:  # what came before it stands
            print(f"  song {number + 1} ended early: {error}", file=sys.stderr, flush=True)
        return list(approved_of(studio))


def randoms(ensemble: Ensemble, rng: np.random.Generator) -> Iterator[Ensemble]:
    """Random genomes of the same stages in the same section, each on random parents."""
    for _ in range(RANDOM_PER_SONG):
        context = replace(ensemble.context, parts=())
        for name, stage in STAGES.items():
            if name in ensemble.parts:
                genome, _ = stage.genomes.random(context, rng)
                part = stage.genomes.render(genome, context)
                context = replace(context, parts=(*context.parts, (name, part)))
        yield Ensemble(context, dict(context.parts))


def measure(ensembles: list[Ensemble]) -> Rows:
    """All windows of all roles; a part that several ensembles share counts once."""
    once = {
        (role, part.digest()): (role, part, ensemble.context.meter)
        for ensemble in ensembles
        for role, part in ensemble.by_role()
    }
    return real_bands.together(real_bands.windows_measured(*each) for each in once.values())


@dataclass(frozen=True, slots=True)
class Found:
    """How the windows of one role lie in one feature, mean over the lengths of windows.

    Attributes:
        inside: share of the windows inside the band.
        below: share under it.
        above: share over it.
        distance: of those outside, the median distance in widths of the band.
        typical: median of the windows of 4 bars.
        band: that length's low and high edge.
    """

    inside: float
    below: float
    above: float
    distance: float
    typical: float
    band: tuple[float, float]


Table = Mapping[tuple[str, str], Found]


def compare(rows: Rows, bands: dict[tuple[str, int], Floats]) -> Table:
    """Role and feature -> how the windows lie."""
    found = {}
    for role in dict.fromkeys(role for role, _ in rows):
        lengths = [key for key in rows if key[0] == role]
        for name in features_of(role):
            column = COMPARED.index(name)
            seen = [(rows[key][:, column], *bands[key][:, column].tolist()) for key in lengths]
            found[role, name] = _found(seen)
    return found


def _found(seen: list[tuple[Floats, float, float]]) -> Found:
    """The windows of each length with their band; the middle length is the typical one."""
    tolerance = 1e-6  # features are kept in single precision
    below = [values < low - tolerance for values, low, _ in seen]
    above = [values > high + tolerance for values, _, high in seen]
    widths = [max(high - low, 1e-3) for _, low, high in seen]
    away = [
        np.maximum(low - values, values - high)[under | over] / width
        for (values, low, high), under, over, width in zip(seen, below, above, widths, strict=True)
    ]
    outside = np.concatenate(away)
    values, low, high = seen[len(seen) // 2]
    return Found(
        inside=1 - float(np.mean([(u | o).mean() for u, o in zip(below, above, strict=True)])),
        below=float(np.mean([under.mean() for under in below])),
        above=float(np.mean([over.mean() for over in above])),
        distance=float(np.median(outside)) if len(outside) else 0.0,
        typical=float(np.median(values)),
        band=(low, high),
    )


def overall(found: Table) -> float:
    """Mean share inside over all roles and the features that count."""
    return float(np.mean([each.inside for (_, name), each in found.items() if name in COUNTED]))


def report(ensembles: list[Ensemble], real: Rows) -> str:
    """The table, what lies outside, and the share of all."""
    rng = np.random.default_rng(SEED)
    bands = real_bands.bands(real)
    by_chance = [each for ensemble in ensembles for each in randoms(ensemble, rng)]
    measured = measure(ensembles), measure(by_chance)
    songs, chance = (compare(rows, bands) for rows in measured)
    roles = list(dict.fromkeys(role for role, _ in songs))
    lines = ["share inside the 5-95 % bands of real music: composed (random genomes)", ""]
    lines.append(f"{'':22}" + "".join(f"{role:>14}" for role in roles))
    lines += [_line(name, roles, songs, chance) for name in COUNTED]
    for bars in WINDOW_BARS:
        tables = [compare(_of_length(rows, bars), bands) for rows in measured]
        lines.append(_means(f"all, {bars} bars", roles, *tables))
    lines.append(_means("all of these", roles, songs, chance))
    lines.append("register, told and not counted:")
    lines += [_line(name, roles, songs, chance) for name in COMPARED if name not in COUNTED]
    lines += ["", f"under {GOAL:.0%} inside, the farthest first:", *_outside(songs), ""]
    for told, left_out in (("without the inner voices", INNER), ("overall", "")):
        both = [_without(left_out, table) for table in (songs, chance)]
        if all(both):
            lines.append(
                f"{told} {overall(both[0]):.1%} inside (random genomes {overall(both[1]):.1%}), "
                f"goal {GOAL:.0%}: {len(ensembles)} lineages"
            )
    return "\n".join(lines)


def _without(role: str, table: Table) -> Table:
    return {key: found for key, found in table.items() if key[0] != role}


def _line(name: str, roles: list[str], songs: Table, chance: Table) -> str:
    cells = [_cell(songs.get((role, name)), chance.get((role, name))) for role in roles]
    return f"{name:22}" + "".join(f"{cell:>14}" for cell in cells)


def _cell(composed: Found | None, chance: Found | None) -> str:
    return f"{composed.inside:.2f} ({chance.inside:.2f})" if composed and chance else "-"


def _of_length(rows: Rows, bars: int) -> Rows:
    return {key: matrix for key, matrix in rows.items() if key[1] == bars}


def _means(told: str, roles: list[str], *tables: Table) -> str:
    """A row of means over the features that count."""
    cells = []
    for role in roles:
        of_role = [{key: t for key, t in table.items() if key[0] == role} for table in tables]
        shares = [f"{overall(table):.2f}" if table else "-" for table in of_role]
        cells.append(f"{shares[0]} ({shares[1]})")
    return f"{told:22}" + "".join(f"{cell:>14}" for cell in cells)


def _outside(found: Table) -> list[str]:
    rows = [(each.inside, key, each) for key, each in found.items() if each.inside < GOAL]
    return [
        f"  {role:12} {name:20} {inside:.2f} inside, {each.below:.2f} below, "
        f"{each.above:.2f} above; by {each.distance:.2f} of the band; "
        f"median {each.typical:.2f}, band {each.band[0]:.2f} to {each.band[1]:.2f}"
        for inside, (role, name), each in sorted(rows)
    ]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.composed_bench")
    parser.add_argument("studios", nargs="*", type=Path, help="folders of studios")
    parser.add_argument("--songs", type=int, default=0, help="compose so many songs")
    parser.add_argument("--population", type=int, default=24)
    parser.add_argument("--generations", type=int, default=8)
    parser.add_argument("--processes", type=int, default=1, help="songs side by side")
    options = parser.parse_args(arguments)
    settings = Settings(options.population, options.generations)
    ensembles = list(composed(options.songs, settings, options.processes))
    for folder in options.studios:
        if not folder.is_dir():
            parser.error(f"{folder} is no studio")
        with Studio.open(folder) as studio:
            ensembles += approved_of(studio)
    if not ensembles:
        parser.error("nothing to look at: name studios with approved parts, or --songs")
    print(report(ensembles, real_bands.held_out_rows()))


if __name__ == "__main__":
    main()
