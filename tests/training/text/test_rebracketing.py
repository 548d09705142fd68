import pytest

from training.text.rebracketing import (
    DOMAINS,
    NONE,
    domain_counts,
    domain_of,
    domains_of,
    has_rebracketing,
)


@pytest.mark.parametrize(
    ("text", "has_it"),
    [
        ("The thing misremembered was a board game.", True),
        ("It used to be Space, now it's Here.", True),
        ("a mediation on 're-bracketing'", True),
        ("For string quartet, in four parts.", False),
        ("We return the overturned cup.", False),
        ("", False),
    ],
)
def test_a_marker_begins_a_word(text, has_it):
    assert has_rebracketing(text) is has_it


@pytest.mark.parametrize(
    ("text", "domain", "domains"),
    [
        ("years ago, in the past", "temporal", ("temporal",)),
        ("The house, the city, and a mind that felt alone", "spatial", ("spatial", "experiential")),
        ("Because it made her, she saw a vision", "causal", ("causal", "perceptual")),
        ("one year, one house", NONE, ()),
        ("", NONE, ()),
    ],
)
def test_a_text_is_of_the_domains_that_it_has_words_of(text, domain, domains):
    assert domain_of(text) == domain
    assert domains_of(text) == domains


def test_those_that_are_even_go_by_the_table():
    assert domain_of("mind and fear, the house and the city") == "spatial"


def test_short_words_are_meant_whole():
    assert domain_counts("endure the aged seesaw and endless ages")["temporal"] == 0
    assert domain_counts("the end of an age")["temporal"] == 2


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_stem_counts(domain):
    for stem in DOMAINS[domain].replace(r"\s", "_").split():
        assert domain_counts(f"- {stem.replace('_', ' ')} -")[domain] >= 1, stem
