import pytest

from tests.engine.proposals.documents import ABSENT, refused, understood


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("31.8°C: What the Room Remembers", "31.8°C: What the Room Remembers"),
        ("야옹: A Cat's Ledger / 2", "야옹: A Cat's Ledger / 2"),
        ("  Two\n lines ", "Two lines"),
        ("bell\x07 and \x1b[31mred", "bell and [31mred"),
        (808, "808"),
        (1.5, "1.5"),
    ],
)
def test_titles_are_texts_on_one_line(written: object, title: str) -> None:
    proposal = understood(title=written)

    assert proposal.title == title
    assert proposal.warnings == ()


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"associated_resource": "02_01"}, "Untitled (02_01)"),
        ({"associated_resource": None}, "Untitled (missing_wave_v1)"),
        ({"iteration_id": ABSENT}, "Untitled (song)"),
        ({"associated_resource": ["02_01"], "iteration_id": {}}, "Untitled (song)"),
    ],
)
@pytest.mark.parametrize("missing", [ABSENT, None, "", "  "])
def test_an_untitled_song_gets_a_name(
    changes: dict[str, object], title: str, missing: object
) -> None:
    proposal = understood(title=missing, **changes)

    assert proposal.title == title
    assert f"title: missing; called {title}" in proposal.warnings


@pytest.mark.parametrize("field", ["title", "concept"])
@pytest.mark.parametrize("written", [["Untitled"], {"a": "b"}, "long " * 10_000])
def test_a_title_or_concept_is_a_text_of_sensible_length(field: str, written: object) -> None:
    assert refused(**{field: written}).field == field


def test_a_missing_concept_is_empty_with_a_warning() -> None:
    for missing in (ABSENT, None, ""):
        proposal = understood(concept=missing)
        assert proposal.concept == ""
        assert proposal.warnings == ("concept: missing; left empty",)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (["liminal", "gas station sushi"], ("liminal", "gas station sushi")),
        ([1977, None, "", True], ("1977", "True")),
        ("dark, patient", ("dark", "patient")),
        (None, ()),
        ([], ()),
        ([{"noise": "the quiet kind"}], ("noise: the quiet kind",)),
        (7, ("7",)),
    ],
)
def test_moods_and_genres_are_words_in_the_writers_own(
    written: object, words: tuple[str, ...]
) -> None:
    proposal = understood(mood=written, genres=written)

    assert (proposal.moods, proposal.genres) == (words, words)
    assert proposal.warnings == ()


def test_moods_may_be_spelled_in_the_plural() -> None:
    assert understood(mood=ABSENT, moods=["hypnotic"]).moods == ("hypnotic",)
    assert understood(mood=["dark"], moods=["hypnotic"]).moods == ("dark",)


@pytest.mark.parametrize("odd", [["deep"], {"a": 1, "b": 2}, {"a": ["b"]}, "long" * 100])
def test_what_is_no_word_is_left_out_with_a_warning(odd: object) -> None:
    proposal = understood(mood=["dark", odd])

    assert proposal.moods == ("dark",)
    assert len(proposal.warnings) == 1


@pytest.mark.parametrize(
    ("written", "concept"),
    [
        ('She said "stay" and the tape ran out."', 'She said "stay" and the tape ran out.'),
        ('They call it "home"', None),
        ("Space → time.\n\n**PROTOCOL:** keep — everything\tas it is.", None),
    ],
)
def test_a_concept_loses_a_stray_quote_and_nothing_else(written: str, concept: str | None) -> None:
    proposal = understood(concept=written)

    assert (proposal.concept, proposal.raw["concept"]) == (concept or written, written)
    warning = "concept: a stray quote at its end removed"
    assert proposal.warnings == ((warning,) if concept else ())


@pytest.mark.parametrize(
    ("written", "singer", "warned"),
    [("Odile", "Odile", 0), (None, None, 0), (ABSENT, None, 0), (" ", None, 0), (5, "5", 0),
     (["Odile", "Bo"], None, 1)],
)  # fmt: skip
def test_a_singer_if_there_is_one(written: object, singer: str | None, warned: int) -> None:
    proposal = understood(singer=written)

    assert (proposal.singer, len(proposal.warnings)) == (singer, warned)
