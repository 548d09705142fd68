"""What YAML may mean here, and everything that it may not do."""

from __future__ import annotations

import json
import re
import sys
import tracemalloc
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from documents import yaml_files
from documents.findings import UnreadableError
from documents.yaml_files import MAX_DEPTH, MAX_NODES, ValueBuilder, load_text
from tests.engine.proposals.documents import assert_one_line

PARSERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]

PLAIN_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text() | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(params=PARSERS, ids=lambda parser: parser.__name__, autouse=True)
def parser(request: pytest.FixtureRequest) -> Any:
    """Every test here runs with the parser in C and with the one in Python."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_files, "LOADER", request.param)
        yield request.param


def complaint(text: str) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        load_text(text)
    assert_one_line(str(caught.value))
    return caught.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("Y", "Y"),
        ("yes", "yes"),
        ("No", "No"),
        ("off", "off"),
        ("72", 72),
        ("-4", -4),
        ("94.22", 94.22),
        ("1.0e+20", 1e20),
        (".5", 0.5),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("22:22", "22:22"),
        ("3e8", "3e8"),
        ("9" * 19, "9" * 19),
        ("9" * 5000, "9" * 5000),
        (".nan", ".nan"),
        ("-.inf", "-.inf"),
        ("9.9e+999", "9.9e+999"),
        ("7/8", "7/8"),
        ("02_01", "02_01"),
        ("2019-01-11", "2019-01-11"),
        ("2024-02-30", "2024-02-30"),
        ("2024-05-01 10:20:30", "2024-05-01T10:20:30"),
        ("2024-05-01T10:20:30Z", "2024-05-01T10:20:30+00:00"),
        ("2024-05-01 99:20:30", "2024-05-01 99:20:30"),
        ("'72'", "72"),
        ('"null"', "null"),
        ("!!str 72", "72"),
        ("! 72", "72"),
        ("!!int 72", 72),
        ("!!float 72.5", 72.5),
        ("!!null ''", None),
        ("!!map {a: 1}", {"a": 1}),
        ("!!seq [1]", [1]),
        ("{1: a, null: b, true: c}", {"1": "a", "null": "b", "true": "c"}),
        ("&x [1, *x]".replace("*x", "2"), [1, 2]),
        ("[&x a, *x]", ["a", "a"]),
        ("[&x {a: [1]}, *x]", [{"a": [1]}, {"a": [1]}]),
        ("{&x a : 1, b: *x}", {"a": 1, "b": "a"}),
        ("{a: &x k, *x : 1}", {"a": "k", "k": 1}),
        ("[&x {a: 1, b: 2}, {<<: *x, b: 3}]", [{"a": 1, "b": 2}, {"a": 1, "b": 3}]),
        (
            "[&x {a: 1}, &y {a: 2, b: 2}, {<<: [*x, *y]}]",
            [{"a": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}],
        ),
        ("{<<: 5}", {"<<": 5}),
    ],
)
def test_plain_values(written: str, value: object) -> None:
    loaded = load_text(f"field: {written}\n")

    assert loaded == {"field": value}
    assert type(loaded["field"]) is type(value)


@given(PLAIN_VALUES.filter(lambda value: value is not None))
def test_plain_values_come_back_as_they_were_dumped(value: Any) -> None:
    for flow in (True, False):
        text = yaml.safe_dump(value, default_flow_style=flow)
        assert load_text(text) == value


@pytest.mark.parametrize("text", ["", "  \n", "# nothing yet\n", "---\n", "--- ~\n...\n"])
def test_nothing_is_named_as_nothing(text: str) -> None:
    assert complaint(text).value == "is empty"


def test_front_matter_may_close_with_its_line() -> None:
    assert load_text("---\na: 1\n---\n") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title: a\n\tkey: b\n", 2, "tab"),
        ("structure:\n\t01:00:34:07.11\t\n\t01:00:09:02.67\t Verse\t\n", 2, "tab"),
        ("a: 1\nb: 'two', and more\n", 2, "expected"),
        ('a: "don\\\'t"\n', 1, "escape"),
        ("a: 1\n b: 2\n", 2, "mapping"),
        ("- a\nb: 1\n", 2, "expected"),
        ("a: [1, 2\nb: 3\n", 2, ""),
        ("title: a\nkey: b\ntitle: c\n", 3, "title for the second time"),
        ("a: *gone\n", 1, "gone"),
        ("a: &a [*a]\n", 1, "*a"),
        ("a: &a {b: *a}\n", 1, "*a"),
        ("a: 1\n[b]: 2\n", 2, "key"),
        ("a: 1\n? {b: c}\n: 2\n", 2, "key"),
        ("[&a [1], {*a : 2}]\n", 1, "key"),
        ("k: !!python/object/apply:os.system ['true']\n", 1, "!!python/object/apply:os.system"),
        (
            "chain_artifact_type: !!python/object/apply:app.structures.enums.Kind [article]\n",
            1,
            "!!python/object/apply:app.structures.enums.Kind",
        ),
        ("k: !!python/tuple [4, 4]\n", 1, "!!python/tuple"),
        ("a: 1\nk: !!python/name:os.system ''\n", 2, "!!python/name:os.system"),
        ("k: !song {a: 1}\n", 1, "!song"),
        ("k: !!binary aGVsbG8=\n", 1, "!!binary"),
        ("k: !!set {a, b}\n", 1, "!!set"),
    ],
)
def test_complaints_name_the_line(text: str, line: int, words: str) -> None:
    error = complaint(text)

    assert error.field == "yaml"
    assert error.value.startswith(f"line {line}: ")
    assert words in error.value


def test_two_documents_are_one_too_many() -> None:
    assert complaint("a: 1\n---\nb: 2\n").value == "2 documents"


def test_half_a_character_is_refused() -> None:
    assert complaint('a: "\\ud800"\n').field == "yaml"


def laughs(generations: int) -> str:
    ten = [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]" for n in range(generations)]
    return "\n".join([f"a0: &a0 [{', '.join(['lol'] * 10)}]", *ten])


def feed_all(text: str) -> list[yaml.Event]:
    """The events that a builder took before it refused, or all; the last is the refused one."""
    builder, taken = ValueBuilder(), []
    try:
        for event in yaml.parse(text, Loader=yaml_files.LOADER):
            taken.append(event)
            builder.feed(event)
    except UnreadableError as error:
        assert_one_line(str(error))
    return taken


def test_a_billion_laughs_are_counted_and_never_expanded() -> None:
    tracemalloc.start()
    try:
        error = complaint(laughs(30))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert f"more than {MAX_NODES} values" in error.value
    assert error.value.startswith("line 6: ")  # 10^5 values after line 5, 10^6 would follow
    assert peak_bytes < 2**20


def test_a_few_laughs_are_fine() -> None:
    assert len(load_text(laughs(2))["a2"]) == 10


def test_merging_counts_what_it_copies() -> None:
    keys = ", ".join(f"k{n}: {n}" for n in range(1000))
    uses = "\n".join("- {<<: *base}" for _ in range(MAX_NODES // 1000))

    assert "more than" in complaint(f"- &base {{{keys}}}\n{uses}\n").value


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_deep_nesting_is_refused_at_its_limit_and_not_at_the_stacks(opening: str) -> None:
    text = opening * 20_000

    assert len(feed_all(text)) < 4 * MAX_DEPTH
    assert re.search(f"deeper than {MAX_DEPTH}|as a key", complaint(text).value)


def test_indented_nesting_is_refused_too() -> None:
    text = "\n".join(f"{' ' * depth}a:" for depth in range(sys.getrecursionlimit()))

    assert "deeper" in complaint(text).value


def test_too_many_values_stop_the_parser_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_files, "MAX_NODES", 1000)
    text = "- a\n" * 20_000

    assert len(feed_all(text)) < 1010
    assert complaint(text).value == "line 1000: more than 1000 values"


@given(st.text() | st.text(alphabet="{}[]-?:&*!|>'\"%@`#,\n ab\t"))
def test_any_text_is_plain_values_or_a_complaint_on_one_line(text: str) -> None:
    try:
        value = load_text(text)
    except UnreadableError as error:
        assert_one_line(str(error))
    else:
        assert json.loads(json.dumps(value, allow_nan=False)) == value
