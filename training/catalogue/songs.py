"""What a manifest says of a finished song."""

from __future__ import annotations

from dataclasses import dataclass

from fitness.colours import Colour
from genomes.keys import Key
from genomes.time import Meter


@dataclass(frozen=True, slots=True)
class SoundsLike:
    """An artist that a song reminds of.

    Attributes:
        name: of the artist.
        discogs_id: in a catalogue of records; None where it isn't said.
    """

    name: str
    discogs_id: int | None


@dataclass(frozen=True, slots=True)
class WrittenSection:
    """A section as it is written.

    Attributes:
        name: such as ``"Verse 1"``; may be empty.
        begin: a timecode.
        end: a timecode.
        description: what happens in it.
    """

    name: str
    begin: str
    end: str
    description: str


@dataclass(frozen=True, slots=True)
class Stem:
    """One track of a song.

    Attributes:
        number: the manifest's; they need not begin at 1 nor follow each other.
        description: what plays.
        group: such as ``"Drums"``; empty where there is none.
        player: who plays; empty if not named.
        audio_file: in the song's folder; empty where there is none.
        midi_file: the same.
        midi_group_file: a file that several tracks share; the same.
    """

    number: int
    description: str
    group: str = ""
    player: str = ""
    audio_file: str = ""
    midi_file: str = ""
    midi_group_file: str = ""

    @property
    def midi_source(self) -> str:
        """The track's own MIDI file, or else the group's; empty where there is neither."""
        return self.midi_file or self.midi_group_file


@dataclass(frozen=True, slots=True)
class Song:
    """A manifest.

    Attributes:
        name: such as ``"02_01"``.
        tempo_bpm: quarter notes per minute.
        meter: time signature.
        key: the song's.
        colour: the song's.
        title: the song's.
        release_date: as written.
        album_sequence: place on the record; None where it isn't said.
        main_audio_file: the whole song's recording; empty where there is none.
        running_time: a timecode; empty where there is none.
        vocals: whether there are vocals.
        lyrics: whether there are words.
        lrc_file: of the lyrics with times; empty where there is none.
        sections: in the manifest's order.
        moods: free words.
        sounds_like: artists.
        genres: free words.
        concept: what it is about.
        stems: in the manifest's order.
    """

    name: str
    tempo_bpm: float
    meter: Meter
    key: Key
    colour: Colour
    title: str
    release_date: str
    album_sequence: int | None
    main_audio_file: str
    running_time: str
    vocals: bool
    lyrics: bool
    lrc_file: str
    sections: tuple[WrittenSection, ...]
    moods: tuple[str, ...]
    sounds_like: tuple[SoundsLike, ...]
    genres: tuple[str, ...]
    concept: str
    stems: tuple[Stem, ...]
