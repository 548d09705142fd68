"""Whatever people make of the review file, it is taken in whole, or refused in one line."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.gate.review_file import apply_review, review_document
from engine.state.studio import Studio
from store.errors import StoreError

words = st.sampled_from(
    ["approved", "Rejected", "pending", "ACCEPTED", "", "chorus", "verse", "x" * 600]
)
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | words
values = (
    plain | st.lists(plain, max_size=2) | st.dictionaries(st.text(max_size=4), plain, max_size=2)
)
edits = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.one_of(
            st.tuples(st.just("status"), words | values),
            st.tuples(st.sampled_from(["label", "notes", "compared", "id", "other"]), values),
            st.tuples(st.sampled_from(["delete", "twice", "replace"]), values),
        ),
    ),
    max_size=6,
)


def edited(document, changes):
    rows = document["candidates"]
    for index, (field, value) in changes:
        at = index % max(1, len(rows))
        if not rows or field == "twice":
            rows.append(rows[at] if rows else value)
        elif field == "delete":
            del rows[at]
        elif field == "replace" or not isinstance(rows[at], dict):
            rows[at] = value
        else:
            rows[at] = rows[at] | {field: value}
    return document


def assert_one_line(error):
    assert len(str(error).splitlines()) == 1


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(changes=edits)
def test_all_or_nothing(finished, changes):
    with tempfile.TemporaryDirectory() as folder:
        studio_folder = Path(shutil.copytree(finished, Path(folder) / "studio"))
        with Studio.open(studio_folder) as studio:
            song = studio.song("meadow")
            document = edited(review_document(song), changes)
            path = Path(folder) / "review.yml"
            path.write_text(yaml.dump(document, allow_unicode=True), "utf-8")
            before = studio.log.head()
            try:
                recorded = apply_review(studio, path)
            except (EngineError, StoreError) as refused:
                assert_one_line(refused)
                assert studio.log.head() == before
                return
            assert studio.log.head().position == before.position + len(recorded)
            after = studio.song("meadow").candidates
            decided = [candidate for candidate in after if after[candidate].status != "pending"]
            assert len(decided) == sum(
                event.kind in {"CandidateApproved", "CandidateRejected"} for event in recorded
            )
            assert apply_review(studio, path) == []  # a second time, nothing is new
