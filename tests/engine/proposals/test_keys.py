import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.findings import UnreadableError
from documents.music import key_from_text
from genomes.keys import SCALES, Key
from tests.engine.proposals.documents import assert_one_line, understood

NOTES = [letter + sign for letter in "ABCDEFG" for sign in ("", "#", "b")]
KEYS = st.builds("{} {}".format, st.sampled_from(NOTES), st.sampled_from(sorted(SCALES)))


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("F# minor", "F# minor"),
        ("A ♭ major", "Ab major"),
        ("A♭ major", "Ab major"),
        ("B ♭ minor", "Bb minor"),
        ("Gb  minor", "Gb minor"),
        ("G\u00a0♯ minor", "G# minor"),
        ("C Major", "C major"),
        ("c minor", "C minor"),
        ("bb minor", "Bb minor"),
        ("b minor", "B minor"),
        ("Am", "A minor"),
        ("F#m", "F# minor"),
        ("Bbm", "Bb minor"),
        ("BM", "B major"),
        ("E min", "E minor"),
        ("Emaj", "E major"),
        ("B flat minor", "Bb minor"),
        ("C-sharp minor", "C# minor"),
        ("D Dorian", "D dorian"),
        ("A natural minor", "A minor"),
        ("A harmonic-minor", "A harmonic minor"),
        ("E melodic_minor", "E melodic minor"),
        ("C aeolian", "C minor"),
        ("C major (resolving through the whole circle)", "C major"),
        ("D minor(ish)", "D minor"),
    ],
)
def test_spellings_that_people_and_programs_use(written: str, key: str) -> None:
    proposal = understood(key=written)

    assert str(proposal.key) == key
    assert proposal.warnings == ()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (
            {
                "mode": {"intervals": None, "name": "minor"},
                "note": {"accidental": None, "frequency": None, "octave": None, "pitch_name": "A"},
            },
            "A minor",
        ),
        ({"note": {"pitch_name": "E", "accidental": "flat"}, "mode": "major"}, "Eb major"),
        ({"note": {"pitch_name": "F", "accidental": "sharp"}, "mode": "minor"}, "F# minor"),
        ({"note": {"pitch_name": "F", "accidental": "#"}, "mode": "minor"}, "F# minor"),
        ({"note": {"pitch_name": "B♭", "accidental": None}, "mode": "dorian"}, "Bb dorian"),
        ({"note": "G#", "mode": {"name": "minor"}}, "G# minor"),
        ({"tonic": "F#", "mode": "minor"}, "F# minor"),
    ],
)
def test_keys_taken_apart_into_note_and_mode(written: dict[str, object], key: str) -> None:
    assert str(understood(key=written).key) == key


def test_a_note_alone_is_read_as_major_with_a_warning() -> None:
    proposal = understood(key="E♭")

    assert str(proposal.key) == "Eb major"
    assert proposal.warnings == ("key: E♭ names no mode; read as Eb major",)


def test_the_key_is_kept_as_it_was_written() -> None:
    assert understood(key="C major (all of it)").key_text == "C major (all of it)"


@given(KEYS, st.sampled_from(["{}", "  {} ", "{} (and back)", "{}(…)", "\t{}\u2003"]))
def test_what_stands_around_a_key_changes_nothing(text: str, frame: str) -> None:
    assert key_from_text(frame.format(Key.parse(text))).value == Key.parse(text)


@given(KEYS)
def test_flats_and_sharps_may_be_signs_words_or_letters(text: str) -> None:
    note, mode = text.split(" ", 1)
    for sign, others in {"#": ("♯", " ♯", " sharp"), "b": ("♭", " ♭", "-flat")}.items():
        for other in others if note.endswith(sign) else ():
            assert key_from_text(f"{note[0]}{other} {mode}").value == Key.parse(text)


@given(st.text(max_size=30))
def test_any_text_is_a_key_or_is_refused(text: str) -> None:
    try:
        key = key_from_text(text).value
    except UnreadableError as error:
        assert_one_line(str(error))
    else:
        assert key.mode in SCALES
