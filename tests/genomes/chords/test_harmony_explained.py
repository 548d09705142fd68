"""Of 1,000 random and 1,000 evolved progressions, every note belongs to the key or to a name."""

import pytest

from tests.genomes.chords.readings import read

IN_KEY_AT_LEAST = 0.80


@pytest.fixture(params=["random_pool", "evolved_pool"])
def thousand(request):
    return request.getfixturevalue(request.param)


def sounding_notes(made):
    """Every note with the chord that holds where it begins."""
    spans = iter(made.part.harmony)
    span = next(spans)
    for onset, duration, pitch, _, _ in made.part.notes.tolist():
        while onset >= span.end_ticks:
            span = next(spans)
        yield onset, duration, pitch, span


def test_every_note_is_in_its_chord_as_its_numeral_is_read_by_others(thousand):
    for made in thousand:
        tonic = made.context.key.tonic_pitch_class
        for _, _, pitch, span in sounding_notes(made):
            tones = read(span.numeral, made.genome.mode).tones
            assert (pitch - tonic) % 12 in tones, f"{pitch} over {span} in {made.context.key}"


def test_chords_say_of_themselves_what_their_numeral_says(thousand):
    for made in thousand:
        tonic = made.context.key.tonic_pitch_class
        for span in made.part.harmony:
            found = read(span.numeral, made.genome.mode)
            assert set(span.pitch_classes) == {(tonic + tone) % 12 for tone in found.tones}
            assert span.root_pitch_class == span.pitch_classes[0] == (tonic + found.tones[0]) % 12
            assert span.bass_pitch_class == (tonic + found.bass) % 12


def test_every_chord_enters_with_its_bass(thousand):
    """Runs aside: they may begin from the top."""
    for made in thousand:
        patterns = [made.genome.bars[bar].pattern for bar, _ in made.genome.changes()]
        running = dict(zip(made.part.harmony, ["run" in p for p in patterns], strict=True))
        lowest = {}
        for onset, _, pitch, span in sounding_notes(made):
            if onset == span.onset_ticks and not running[span]:
                lowest[span] = min(pitch, lowest.get(span, 127))
        assert set(lowest) == {span for span, runs in running.items() if not runs}
        assert all(pitch % 12 == span.bass_pitch_class for span, pitch in lowest.items())


def test_a_chord_is_heard_as_a_chord(thousand):
    """Two of its notes at least, but for a run too short to get further than an octave."""
    heard = {}
    for index, made in enumerate(thousand):
        for _, _, pitch, span in sounding_notes(made):
            heard.setdefault((index, span), set()).add(pitch % 12)
    shares = [len(classes) >= 2 for classes in heard.values()]
    assert sum(shares) / len(shares) >= 0.98
    assert len(heard) == sum(len(made.part.harmony) for made in thousand)


def test_most_notes_are_in_the_key_itself(thousand):
    """A progression is in a key: foreign chords are spice, in random and in evolved ones."""
    inside = [
        pitch % 12 in made.context.key.scale_pitch_classes
        for made in thousand
        for _, _, pitch, _ in sounding_notes(made)
    ]
    assert sum(inside) / len(inside) >= IN_KEY_AT_LEAST


def test_chords_on_the_tonic_have_the_stated_tonic_as_their_root(thousand):
    found = 0
    for made in thousand:
        for span in made.part.harmony:
            name = span.numeral.partition("[")[0].rstrip("0123456789oø")
            if name in {"i", "I"}:
                assert span.root_pitch_class == made.context.key.tonic_pitch_class
                found += 1
    assert found > len(thousand)


def test_the_mode_is_the_songs(thousand):
    assert all(made.genome.mode == made.context.key.mode for made in thousand)
