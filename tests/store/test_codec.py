"""Payloads to stored text and back."""

import json
from typing import Annotated, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given

from store.codec import MOST_AT_ONCE, Codec
from store.errors import InvalidEvent, LogCorrupt, UnknownEvent
from store.events import (
    KINDS,
    CandidateApproved,
    CandidateNoted,
    ExportWritten,
    GenerationScored,
    Kind,
    ModelRegistered,
    Payload,
    RunResumed,
    SongProposed,
)
from store.plain import MAX_DEPTH, Checked, canonical, is_shallow, plain
from tests.store.samples import DIGEST, SAMPLES, SONG
from tests.store.strategies import patient, payloads

CODEC = Codec()


def manifest(value: Any) -> ModelRegistered:
    return ModelRegistered(sha256=DIGEST, name="n", profile="p", manifest={"deep": [value]})


def changed(payload: Payload, **fields: Any) -> Any:
    return msgspec.structs.replace(payload, **fields)


@patient
@given(payloads())
def test_any_payload_comes_back_from_canonical_json(payload: Payload) -> None:
    encoded = CODEC.encode(payload)
    back = CODEC.decode(*encoded)
    assert back == payload
    assert type(back) is type(payload)
    assert CODEC.encode(back) == encoded
    keys: list[list[str]] = []

    def remember(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys.append([key for key, _ in pairs])
        return dict(pairs)

    json.loads(encoded.text, object_pairs_hook=remember, parse_constant=pytest.fail)
    assert all(each == sorted(each) for each in keys)


def test_text_is_stored_as_utf_8_without_spaces() -> None:
    encoded = CODEC.encode(CandidateNoted(text="♭ é", candidate="a"))
    assert encoded == ("CandidateNoted", 1, '{"candidate":"a","text":"♭ é"}')


def test_equal_payloads_have_equal_text() -> None:
    one = changed(SONG, tempo_bpm=96, raw={"a": 1, "b": (1, 2)})
    other = changed(SONG, tempo_bpm=96.0, raw={"b": [1, 2], "a": 1})
    assert CODEC.encode(one) == CODEC.encode(other)


def test_the_kind_names_are_the_stored_ones() -> None:
    # Renaming a class is fine, renaming a kind makes old logs unreadable.
    assert {name: kind.version for name, kind in KINDS.items()} == {
        "SongProposed": 3, "RunStarted": 4, "GenerationScored": 1, "RunFinished": 2,
        "RunResumed": 1, "RunAbandoned": 1, "CandidatesPresented": 3, "CandidateApproved": 2,
        "CandidateRejected": 2, "CandidateLabelled": 1, "CandidateNoted": 1, "DecisionUndone": 1,
        "ExportWritten": 1, "ModelRegistered": 1, "PartImported": 1, "ArrangementAssembled": 1,
        "CompositionStarted": 2, "CompositionFinished": 1, "ModelTrained": 1, "ModelPromoted": 1,
        "CandidateUsed": 1, "CandidateBrought": 1, "CandidatePlayed": 1, "PreferenceStated": 1,
        "PartTransposed": 1, "PartCopied": 1, "SongArchived": 1, "SongRestored": 1,
        "WordsGiven": 1, "SongForked": 1, "WordsTakenBack": 1, "DecisionRedone": 1,
        "HeadTrained": 2, "HeadPromoted": 2, "HeadRefused": 1, "RetrainingPlanned": 1,
        "LogAccepted": 1, "LogSigned": 1,
    }  # fmt: skip


BAD_VALUES = {
    "nan": float("nan"),
    "infinity": float("inf"),
    "numpy": np.float64(1.5),
    "numpy int": np.int64(1),
    "set": {1},
    "bytes": b"x",
    "object": object(),
    "key": {1: "x"},
    "surrogate": "\ud800",
    "surrogate key": {"\udfff": 1},
}


@pytest.mark.parametrize("value", BAD_VALUES.values(), ids=BAD_VALUES)
def test_what_json_cannot_carry_is_refused(value: Any) -> None:
    with pytest.raises(InvalidEvent, match="ModelRegistered"):
        CODEC.encode(manifest(value))
    with pytest.raises(InvalidEvent):
        CODEC.encode(manifest({"deeper": (1, [value])}))


def test_the_message_names_the_place() -> None:
    with pytest.raises(
        InvalidEvent, match=r"not a finite number: nan - at `\$\.manifest\.deep\[0\]`"
    ):
        CODEC.encode(manifest(float("nan")))
    with pytest.raises(InvalidEvent, match=r"SongProposed.*tonic_pitch_class"):
        CODEC.encode(changed(SONG, tonic_pitch_class=12))


GENERATION = next(each for each in SAMPLES if isinstance(each, GenerationScored))


def with_many(last: Any) -> GenerationScored:
    """A generation with more children than are checked at once, the last of them another."""
    child = GENERATION.offspring[0]
    return changed(GENERATION, offspring=[*[child] * MOST_AT_ONCE, last])


def test_a_long_list_is_stored_like_a_short_one() -> None:
    child = GENERATION.offspring[0]
    for payload in (with_many(child), with_many(changed(child, genome={"b": 1, "a": (1, 2)}))):
        prepared = CODEC.prepare(payload)
        assert prepared.encoded.text == canonical(plain(payload))
        assert prepared.payload == CODEC.decode(*prepared.encoded)


@pytest.mark.parametrize("value", BAD_VALUES.values(), ids=BAD_VALUES)
def test_what_json_cannot_carry_is_refused_at_the_end_of_a_long_list(value: Any) -> None:
    child = changed(GENERATION.offspring[0], genome={"deep": [value]})
    with pytest.raises(InvalidEvent, match=rf"offspring\[{MOST_AT_ONCE}\]|not Unicode"):
        CODEC.encode(with_many(child))


def test_another_part_at_the_end_of_a_long_list_is_refused() -> None:
    for part in (SONG.source, {"id": "x"}, changed(GENERATION.offspring[0], total="high")):
        with pytest.raises(InvalidEvent, match="offspring"):
            CODEC.encode(with_many(part))


DEPTHS = {
    "alternating": ('[{"a":', "}]", MAX_DEPTH // 2),
    "lists": ("[", "]", MAX_DEPTH),
    "with brackets in texts": ('["]",', "]", MAX_DEPTH),
    "with escapes": ('["\\"]",', "]", MAX_DEPTH),
}


@pytest.mark.parametrize(("opening", "closing", "most"), DEPTHS.values(), ids=DEPTHS)
@pytest.mark.parametrize("beside", [0, 2 * MAX_DEPTH], ids=["alone", "beside many"])
def test_no_text_is_taken_for_shallower_than_it_is(
    opening: str, closing: str, most: int, beside: int
) -> None:
    many = "[]," * beside

    def deep(levels: int) -> bytes:
        return f"[{many}{opening * levels}0{closing * levels}]".encode()

    assert not is_shallow(deep(most))
    assert not is_shallow(deep(3 * most))
    plain(msgspec.json.decode(deep(most - 1)))  # is as deep as may be
    if '"' not in opening and "{" not in opening:
        assert is_shallow(deep(most - 1))


def with_every_float_infinite(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return with_every_float_infinite(fields)
    if isinstance(value, list):
        return [*map(with_every_float_infinite, value)]
    if isinstance(value, dict):
        return {key: with_every_float_infinite(item) for key, item in value.items()}
    return float("-inf") if isinstance(value, float) else value


FLOAT_FIELDS = [
    (sample, name, value)
    for sample in SAMPLES
    for name, value in with_every_float_infinite(sample).items()
    if "-Infinity" in json.dumps(value)
]


@pytest.mark.parametrize(
    ("sample", "name", "value"),
    FLOAT_FIELDS,
    ids=[f"{type(s).__name__}.{n}" for s, n, _ in FLOAT_FIELDS],
)
def test_no_float_of_any_kind_may_be_infinite(sample: Payload, name: str, value: Any) -> None:
    with pytest.raises(InvalidEvent, match=rf"not a finite number.*\$\.{name}"):
        CODEC.encode(changed(sample, **{name: value}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("revision", 0), ("revision", "1"), ("revision", 1.5), ("revision", True),
        ("tonic_pitch_class", -1), ("tempo_bpm", 0), ("tempo_bpm", "96"), ("meter", "7/0"),
        ("meter", "Moderate"), ("meter", "4/4\n"), ("song_id", ""), ("moods", "wistful"),
        ("moods", [1]), ("raw", []), ("title", None),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidEvent, match=field):
        CODEC.encode(changed(SONG, **{field: value}))


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "C:/x.mid", "c:x", "..", "../x", "a/../../x", "a/..", "a\\b", "~/x", "", "a\n"],
)
def test_paths_are_relative_and_portable(path: str) -> None:
    with pytest.raises(InvalidEvent, match="path"):
        CODEC.encode(ExportWritten(candidate="a", label="l", path=path, sha256=DIGEST))


@pytest.mark.parametrize("path", ["x.mid", "exports/song ♭/x.mid", "a/..b/c", "..x"])
def test_other_paths_are_taken(path: str) -> None:
    CODEC.encode(ExportWritten(candidate="a", label="l", path=path, sha256=DIGEST))


@pytest.mark.parametrize("label", ["", " x", ".x", "a/b", "a\\b", "a:b", "a\x00", "x" * 201])
def test_file_labels_are_one_path_component(label: str) -> None:
    approved = next(each for each in SAMPLES if isinstance(each, CandidateApproved))
    with pytest.raises(InvalidEvent, match="label"):
        CODEC.encode(changed(approved, label=label))


def test_an_unknown_field_of_a_nested_part_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="unknown field"):
        CODEC.encode(changed(SONG, source={"file": "f", "content_sha256": DIGEST, "extra": 1}))


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


def test_depth_has_a_limit_that_can_be_read_back() -> None:
    deepest = manifest(nested(MAX_DEPTH - 3))
    assert CODEC.decode(*CODEC.encode(deepest)) == deepest
    with pytest.raises(InvalidEvent, match="levels deep"):
        CODEC.encode(manifest(nested(MAX_DEPTH - 2)))
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InvalidEvent, match="levels deep"):
        CODEC.encode(manifest(endless))


def test_a_struct_that_is_no_kind_is_refused() -> None:
    class Stranger(Payload, frozen=True):
        pass

    with pytest.raises(InvalidEvent, match="Stranger is not a registered kind"):
        CODEC.encode(Stranger())


def test_reading_an_unknown_kind_or_version_is_a_named_error() -> None:
    with pytest.raises(UnknownEvent, match="'SongSung'"):
        CODEC.decode("SongSung", 1, "{}")
    for version in (0, 2, 99):
        with pytest.raises(UnknownEvent, match=f"RunResumed v{version} is unknown"):
            CODEC.decode("RunResumed", version, '{"after_generation":1}')


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"after_generation":"1"}', '{"after_generation":1,"x":2}', b"\xff"],
)
def test_reading_something_else_is_a_named_error(text: str | bytes) -> None:
    with pytest.raises(LogCorrupt, match="RunResumed v1"):
        CODEC.decode("RunResumed", 1, text)


def test_reading_judges_no_values() -> None:
    # A constraint that becomes stricter must not lock anybody out of their own history.
    assert CODEC.decode("RunResumed", 1, '{"after_generation":-5}') == RunResumed(
        after_generation=-5
    )
    text = CODEC.encode(SONG).text.replace('"tempo_bpm":96.5', '"tempo_bpm":-1.0')
    song = CODEC.decode("SongProposed", 1, text)
    assert isinstance(song, SongProposed)
    assert song.tempo_bpm == -1.0


class Sung(Payload, frozen=True, kw_only=True):
    """Version 3 of a kind that never was."""

    singers: list[str]
    loudness: Annotated[float, Checked(ge=0)]


def one_singer_becomes_a_list(data: dict[str, Any]) -> dict[str, Any]:
    return {"singers": [data["singer"]]}


def loudness_was_always_one(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "loudness": 1.0}


UPCASTS = {("Sung", 1): one_singer_becomes_a_list, ("Sung", 2): loudness_was_always_one}


def test_old_versions_are_upcast_step_by_step() -> None:
    codec = Codec({"Sung": Kind(Sung, 3)}, UPCASTS)
    today = Sung(singers=["ana"], loudness=1.0)
    assert codec.decode("Sung", 1, '{"singer":"ana"}') == today
    assert codec.decode("Sung", 2, '{"singers":["ana"]}') == today
    assert codec.decode(*codec.encode(today)) == today
    assert codec.encode(today).kind_version == 3


def test_an_upcast_that_fails_is_a_named_error() -> None:
    codec = Codec({"Sung": Kind(Sung, 3)}, UPCASTS)
    with pytest.raises(LogCorrupt, match=r"Sung v1.*KeyError"):
        codec.decode("Sung", 1, "{}")


def test_a_missing_step_shows_when_the_tables_are_made() -> None:
    with pytest.raises(ValueError, match=r"Sung: no upcast from version \[1\]"):
        Codec({"Sung": Kind(Sung, 3)}, {("Sung", 2): loudness_was_always_one})
