"""Statistics of songs: keys, tempos, meters, colours and words, and which of them are overused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log2
from statistics import fmean, pstdev
from typing import TypeVar

from engine.state.songs import Song
from genomes.lyrics.words import WEAK_WORDS

# Of fewer songs, nothing can be said: four keys are needed for two bits.
MIN_SONGS = 5

AVOID_FRACTION = 0.3
EXCLUDE_FRACTION = 0.5
TITLE_WORD_FRACTION = 0.2
MIN_KEY_ENTROPY_BITS = 2.0
MIN_TEMPO_SD_BPM = 10.0

CLUSTER_TOLERANCE_BPM = 5
PHRASE_WORDS = (2, 3, 4)

AVOID, EXCLUDE = "avoid", "exclude"

# Words that neither begin nor end a phrase, nor say anything in a title, besides the short ones.
OTHER_STOP_WORDS = """
    about above across after again against all also although among another any around away because
    before behind being below between beyond both cannot come coming each either else even ever
    every few get gets getting going here how into itself just made make makes making many more
    most much neither never no not now off once one only onto other our ourselves out over own
    same she's something still too toward towards two under until unto up upon very via we well went
    whatever whether why within without yourself three first don't doesn't isn't can't won't rather
    between themselves himself herself untitled
"""
STOP_WORDS = WEAK_WORDS | frozenset(OTHER_STOP_WORDS.split())

# Also "7/8", "F#" and "well-known".
_WORD = re.compile(r"[^\W_]+(?:['/\-][^\W_]+)*[#♯♭]?")
_CLAUSE_END = re.compile(r"[.,;:!?()\[\]{}\"“”*|→\n—–]+|\s-\s")


@dataclass(frozen=True, slots=True)
class Share:
    """The share of songs that have a property.

    Attributes:
        name: the property, such as a key or a word.
        count: number of songs that have it.
        fraction: fraction of all songs, 0 to 1.
    """

    name: str
    count: int
    fraction: float

    @property
    def severity(self) -> str:
        """``exclude`` if the fraction reaches ``EXCLUDE_FRACTION``, else ``avoid``."""
        return EXCLUDE if self.fraction >= EXCLUDE_FRACTION else AVOID


@dataclass(frozen=True, slots=True)
class Cluster(Share):
    """Songs with similar tempos.

    Attributes:
        center_bpm: the central tempo; all are within ``CLUSTER_TOLERANCE_BPM`` of it.
    """

    center_bpm: int


ShareT = TypeVar("ShareT", bound=Share)


@dataclass(frozen=True, slots=True)
class SongStatistics:
    """What songs have in common, the most frequent first.

    Attributes:
        songs: how many there are.
        titles: of all songs, in order of the alphabet.
        keys: as they sound, under the spelling that most songs use.
        key_entropy_bits: 0 where all songs are in one key.
        tempos: by beats per minute.
        tempo_mean_bpm: of all songs.
        tempo_sd_bpm: standard deviation.
        tempo_clusters: none of them shares a song with another.
        meters: by signature.
        colours: by name.
        title_words: that two titles or more have, without stop words.
        phrases: of two to four words that two concepts or more have; none is part of a longer
            one that as many have.
    """

    songs: int
    titles: tuple[str, ...]
    keys: tuple[Share, ...]
    key_entropy_bits: float
    tempos: tuple[Share, ...]
    tempo_mean_bpm: float
    tempo_sd_bpm: float
    tempo_clusters: tuple[Cluster, ...]
    meters: tuple[Share, ...]
    colours: tuple[Share, ...]
    title_words: tuple[Share, ...]
    phrases: tuple[Share, ...]

    def overused(
        self, shares: tuple[ShareT, ...], fraction: float = AVOID_FRACTION
    ) -> tuple[ShareT, ...]:
        """Shares of at least this fraction; none if there are fewer than ``MIN_SONGS`` songs."""
        if self.songs < MIN_SONGS:
            return ()
        return tuple(share for share in shares if share.fraction >= fraction)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Lines on keys, tempos and phrases that vary too little."""
        if self.songs < MIN_SONGS:
            return (f"only {self.songs} songs: {MIN_SONGS} are needed to tell what they lean on",)
        found = []
        if self.key_entropy_bits < MIN_KEY_ENTROPY_BITS:
            found.append(
                f"key entropy is {self.key_entropy_bits:.2f} bits, below {MIN_KEY_ENTROPY_BITS:g}: "
                "few keys have most of the songs"
            )
        if self.tempo_sd_bpm < MIN_TEMPO_SD_BPM:
            found.append(
                f"tempos vary by {self.tempo_sd_bpm:.1f} bpm, below {MIN_TEMPO_SD_BPM:g}: "
                f"the songs lie around {self.tempo_mean_bpm:.0f} bpm"
            )
        found += [
            f'"{phrase.name}" is in {phrase.fraction:.0%} of the concepts'
            for phrase in self.overused(self.phrases)
        ]
        return tuple(found)


def song_statistics(songs: Sequence[Song]) -> SongStatistics:
    """Statistics of the properties of songs."""
    total = len(songs)
    tempos = [song.tempo_bpm for song in songs]
    keys = _shares(Counter(_sounding_keys(songs)), total)
    words = Counter(chain.from_iterable(_title_words(song.title) for song in songs))
    return SongStatistics(
        songs=total,
        titles=tuple(sorted({song.title for song in songs})),
        keys=keys,
        key_entropy_bits=entropy_bits(share.fraction for share in keys),
        tempos=_shares(Counter(f"{tempo:g}" for tempo in tempos), total),
        tempo_mean_bpm=fmean(tempos) if tempos else 0.0,
        tempo_sd_bpm=pstdev(tempos) if tempos else 0.0,
        tempo_clusters=tuple(_clusters(tempos)),
        meters=_shares(Counter(song.meter for song in songs), total),
        colours=_shares(Counter(song.colour for song in songs), total),
        title_words=_shares(_repeated(words), total),
        phrases=_shares(_longest(_repeated(_phrase_counts(songs))), total),
    )


def entropy_bits(fractions: Iterable[float]) -> float:
    """Shannon entropy of a distribution, in bits."""
    return sum(-fraction * log2(fraction) for fraction in fractions if fraction)


def _shares(counts: Counter[str], total: int) -> tuple[Share, ...]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Share(name, count, count / total) for name, count in ranked)


def _sounding_keys(songs: Sequence[Song]) -> list[str]:
    """The key of every song; keys that sound the same are called the same."""
    sounding = [(song.tonic_pitch_class, song.mode) for song in songs]
    spelled: dict[tuple[int, str], Counter[str]] = {}
    for song, key in zip(songs, sounding, strict=True):
        spelled.setdefault(key, Counter())[song.key] += 1
    names = {
        key: max(sorted(spellings), key=spellings.__getitem__) for key, spellings in spelled.items()
    }
    return [names[key] for key in sounding]


def _clusters(tempos: Sequence[float]) -> Iterator[Cluster]:
    """Clusters of tempos: repeatedly the largest cluster of the tempos that are left."""
    left = list(tempos)
    while left:
        centers = sorted({round(tempo) for tempo in left})
        center = max(centers, key=lambda bpm: _count_and_closeness(left, bpm))
        count, _ = _count_and_closeness(left, center)
        low, high = center - CLUSTER_TOLERANCE_BPM, center + CLUSTER_TOLERANCE_BPM
        yield Cluster(f"{low}-{high}", count, count / len(tempos), center)
        left = [tempo for tempo in left if not _is_near(tempo, center)]


def _count_and_closeness(tempos: Sequence[float], center_bpm: int) -> tuple[int, float]:
    """Number of tempos near a center, and minus the sum of their distances from it."""
    distances = [abs(tempo - center_bpm) for tempo in tempos if _is_near(tempo, center_bpm)]
    return len(distances), -sum(distances)


def _is_near(tempo_bpm: float, center_bpm: int) -> bool:
    return abs(tempo_bpm - center_bpm) <= CLUSTER_TOLERANCE_BPM


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


def _title_words(title: str) -> set[str]:
    return {word for word in _words(title) if word not in STOP_WORDS and not word.isdigit()}


def _phrases(concept: str) -> set[str]:
    """Phrases of two to four words of one clause that don't begin or end with a stop word."""
    found = set()
    for clause in _CLAUSE_END.split(concept):
        words = _words(clause)
        for size in PHRASE_WORDS:
            for start in range(len(words) - size + 1):
                phrase = words[start : start + size]
                if phrase[0] not in STOP_WORDS and phrase[-1] not in STOP_WORDS:
                    found.add(" ".join(phrase))
    return found


def _phrase_counts(songs: Sequence[Song]) -> Counter[str]:
    return Counter(chain.from_iterable(_phrases(song.concept) for song in songs))


def _repeated(counts: Counter[str]) -> Counter[str]:
    return Counter({name: count for name, count in counts.items() if count > 1})


def _longest(counts: Counter[str]) -> Counter[str]:
    """The phrases without those that only occur within a longer one."""
    parts = {
        part
        for phrase, count in counts.items()
        for part in _parts(phrase.split())
        if counts.get(part) == count
    }
    return Counter({phrase: count for phrase, count in counts.items() if phrase not in parts})


def _parts(words: list[str]) -> Iterator[str]:
    """The phrases inside a phrase."""
    for size in range(min(PHRASE_WORDS), len(words)):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])
