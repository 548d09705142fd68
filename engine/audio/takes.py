"""Takes: tracks that are played once, each kept in a file until it is mixed with the others.

Several processes may share the work: one plays, another mixes. A song's samples take up to
hundreds of megabytes a track, of which a process so has one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio.fluidsynth import FluidSynthFailed
from engine.audio.loudness import integrated_lufs, stage_gain
from engine.audio.rendering import BuiltIn, Player, frames_to_play, played, player_here
from engine.audio.samples import PEAK, Audio, Samples, peak
from engine.ids import digest
from engine.state.temporary import TemporaryFolder
from genomes.midi import Track
from genomes.time import TempoMap


@dataclass(frozen=True, slots=True)
class Take:
    """A track alone, in a file.

    Attributes:
        path: of its samples, float32 of ``(n, 2)``, which peak at 1 or are silent.
        lufs: their integrated loudness; -inf where nothing is heard.
    """

    path: Path
    lufs: float


@dataclass(frozen=True, slots=True)
class Level:
    """Samples of a file, and what they are multiplied by."""

    path: Path
    gain: float

    def samples(self) -> Samples:
        """As they are heard."""
        found: Samples = np.load(self.path)
        return np.multiply(found, np.float32(self.gain), out=found)


@dataclass(frozen=True, slots=True)
class Balanced:
    """A song that was played: the mix peaks at -1 dBFS, or below where a stem is louder.

    Attributes:
        mix: all tracks together.
        stems: one per track, in order; they sum to the mix.
        player: what played, as people are told.
        note: why it wasn't FluidSynth, where that was to play; else empty.
    """

    mix: Level
    stems: tuple[Level, ...]
    player: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """What is played together.

    Attributes:
        tracks: channel 9 is played on drums.
        tempo_map: of all tracks.
        length_ticks: of the score; see ``frames_to_play``.
        folder: where takes are kept.
    """

    tracks: tuple[Track, ...]
    tempo_map: TempoMap
    length_ticks: int
    folder: Path

    def together(self, player: Player) -> list[tuple[Track, ...]]:
        """The tracks that this player plays at once: each alone, where it sounds the same so."""
        return [(track,) for track in self.tracks] if player.plays_alone else [self.tracks]

    def name(self, player: Player, tracks: Sequence[Track]) -> str:
        """A hash of everything that decides how tracks sound."""
        heard = [(track.part.digest(), track.channel, track.program) for track in tracks]
        return digest(player.identity, heard, self.tempo_map.changes, self.length_ticks)


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """A song as sound.

    Attributes:
        mix: all tracks together; it peaks at -1 dBFS, or below where a stem is louder.
        stems: one per track, in order, each as long as the mix; they sum to it.
        player: what played it, such as ``"FluidSynth with FluidR3_GM.sf2"``.
        note: why FluidSynth was not used; empty where it was, or was not asked for.
    """

    mix: Audio
    stems: tuple[Audio, ...]
    player: str
    note: str = ""


def render(
    tracks: Sequence[Track], tempo_map: TempoMap, length_ticks: int, *, built_in: bool = False
) -> Audio:
    """The tracks together, as ``render_stems`` plays them."""
    return render_stems(tracks, tempo_map, length_ticks, built_in=built_in).mix


def render_stems(
    tracks: Sequence[Track], tempo_map: TempoMap, length_ticks: int, *, built_in: bool = False
) -> Rendering:
    """Play every track alone, and all together.

    Tracks are balanced by loudness, see ``engine.audio.loudness``. The sound is as long as the
    score and ``TAIL_SECONDS``, and on one machine the same bytes every time.

    Args:
        tracks: channel 9 is played on drums.
        tempo_map: of all tracks.
        length_ticks: of the score; no part is longer, a shorter one is followed by silence.
        built_in: play with the built-in synthesis even where FluidSynth is installed.

    Raises:
        Refused: if there is no note at all, or the score lasts longer than ``MAX_SECONDS``.
        ValueError: if a part is longer than the score.
    """
    with TemporaryFolder() as folder:
        session = Session(tuple(tracks), tempo_map, length_ticks, Path(folder))
        player, note = (BuiltIn(), "") if built_in else player_here()
        taken = (take(session, player, each) for each in session.together(player))
        song = balanced(session, player, *taken)
        mix, *stems = (Audio(each.samples()) for each in (song.mix, *song.stems))
        return Rendering(mix, tuple(stems), song.player, note or song.note)


def take(session: Session, player: Player, tracks: Sequence[Track]) -> list[Take] | str:
    """Play tracks of a session together; returns a take of each, or why the player can't play.

    Raises:
        Refused: if the session has no note, or lasts too long.
    """
    frames = frames_to_play(session.tracks, session.tempo_map, session.length_ticks)
    name = session.name(player, tracks)
    try:
        sounds = played(player, tracks, session.tempo_map, frames)
    except FluidSynthFailed as failure:
        return str(failure)
    return [
        _kept(samples, session.folder / f"{name}-{number}.npy")
        for number, samples in enumerate(sounds)
    ]


def balanced(session: Session, player: Player, *taken: list[Take] | str) -> Balanced:
    """Mix takes; what is built in plays where the player couldn't.

    The tracks are brought to the loudness of ``STAGE_LOUDNESS_LU``, each by one gain for the whole
    song, so that its sections keep their dynamics. One gain for all then brings the loudest to the
    peak.

    Args:
        session: of the takes.
        player: that played them.
        taken: by ``take``, in the order of the tracks.

    Raises:
        Refused: if the session has no note, or lasts too long.
    """
    frames_to_play(session.tracks, session.tempo_map, session.length_ticks)
    failures = [each for each in taken if isinstance(each, str)]
    if failures:
        own = BuiltIn()
        again = [take(session, own, tracks) for tracks in session.together(own)]
        return _mixed(session, own, [each for each in again if not isinstance(each, str)], failures)
    return _mixed(session, player, [each for each in taken if not isinstance(each, str)], failures)


def _mixed(
    session: Session, player: Player, taken: Sequence[list[Take]], failures: Sequence[str]
) -> Balanced:
    takes = [each for group in taken for each in group]
    gains = [
        stage_gain(track.name, each.lufs) for track, each in zip(session.tracks, takes, strict=True)
    ]
    first, *others = map(Level, (each.path for each in takes), gains)
    mix = first.samples()
    for level in others:
        mix += level.samples()
    loudest = max(peak(mix), *gains)
    path = session.folder / f"{digest([each.path.name for each in takes], gains)}-mix.npy"
    np.save(path, mix)
    stems = tuple(
        Level(each.path, PEAK * gain / loudest) for each, gain in zip(takes, gains, strict=True)
    )
    return Balanced(Level(path, PEAK / loudest), stems, str(player), "; ".join(failures))


def _kept(samples: Samples, path: Path) -> Take:
    """Bring samples to a peak of 1, so that loudness gates treat soft ones alike, and keep them."""
    highest = peak(samples)
    if highest:
        np.divide(samples, np.float32(highest), out=samples)
    np.save(path, samples)
    return Take(path, integrated_lufs(samples) if highest else -np.inf)
