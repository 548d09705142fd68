"""A run gives its model the texts that the model learned from, and its log says which."""

from __future__ import annotations

from dataclasses import fields, replace

import msgspec
import pytest

from engine.errors import Refused
from engine.evolution.settings import Settings
from engine.ids import short
from engine.runs.contexts import song_context, texts_of
from engine.runs.lifecycle import carry_on, load, recorded_run, texts_given
from engine.runs.replay import verify_run
from engine.state.runs import run_stream
from fitness.embedding import Embedder, Texts
from fitness.encoders import TEXT_POOLING
from fitness.excerpts import Excerpt
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.hashed_text import LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING
from fitness.manifest import Encoders, EncoderSpec
from fitness.prosody import prosody_matrix
from fitness.scorer import ChromaticScorer
from fitness.section_types import section_row, section_type
from genomes import Part, Section
from genomes.lyrics import Lyrics
from genomes.lyrics.syllables import line_of
from store.events import RunStarted
from store.records import NewEvent
from tests.engine.runs.short_runs import GREEN, begin, demo, evolved, generations
from tests.fitness.models import write

TINY = Settings(4, 1)
LIGHT = EncoderSpec(LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING)
READS = {"encoders": Encoders(concept=LIGHT, lyric=LIGHT)}
ENCODED = f"{LIGHT_TEXT_ENCODER} {LIGHT_TEXT_POOLING}"
ALL_INPUTS = "fusion+prosody+section"


def given(versions: dict[str, str]) -> dict[str, str]:
    """What of a run's versions is of its model's inputs."""
    return {name: value for name, value in versions.items() if name.startswith("input.")}


def first_scores(studio, run):
    return [child.terms["chromatic"] for child in generations(studio, run)[0].offspring]


def parts_of(studio, run):
    """The parts of the first generation."""
    loaded = load(studio, run)
    genomes = loaded.genomes
    return [
        genomes.render(genomes.from_payload(child.genome), loaded.context)
        for child in generations(studio, run)[0].offspring
    ], loaded.context


def test_every_part_is_scored_with_the_concept(studio, tmp_path):
    model = write(tmp_path, "fusion", manifest=READS)
    run = evolved(studio, model=model, settings=TINY)
    parts, context = parts_of(studio, run)
    music = [Excerpt(part, context.tempo_map, context.meter) for part in parts]
    concept = studio.song(GREEN).concept
    assert concept == demo("green").concept
    for text, is_recorded in ((concept, True), (None, False)):
        ranked = ChromaticScorer(model).score_batch(music, "Green", concept_text=text)
        found = [match.chromatic for match in sorted(ranked, key=lambda match: match.index)]
        assert (found == pytest.approx(first_scores(studio, run), abs=1e-5)) is is_recorded


def test_the_log_names_what_was_given_and_a_replay_gives_it_again(studio, tmp_path):
    run = evolved(studio, model=write(tmp_path, "fusion", manifest=READS), settings=TINY)
    assert given(recorded_run(studio, run)[0].payload.versions) == {"input.concept": ENCODED}
    found = verify_run(studio, run)
    assert found.holds
    assert found.finished_again
    assert not found.made_by
    assert texts_given(studio, run) == Texts(concept=studio.song(GREEN).concept)


def test_an_old_run_gave_no_text_and_is_verified_without(studio, tmp_path):
    model = write(tmp_path, "fusion", manifest=READS)
    new = begin(studio, model=model, settings=TINY)
    plain = {name: v for name, v in new.started.versions.items() if not name.startswith("input.")}
    old = msgspec.structs.replace(new.started, versions=plain)
    studio.append(run_stream("0" * 64), [NewEvent(old, actor="engine")], 0)
    for run in (new, load(studio, "0" * 64)):
        assert carry_on(studio, run, lambda _: None)
        assert verify_run(studio, run.id).holds
    assert texts_given(studio, "0" * 64) == Texts()
    assert first_scores(studio, new.id) != first_scores(studio, "0" * 64)


def test_a_model_without_texts_is_given_none_and_loads_no_encoder(studio, monkeypatch):
    monkeypatch.setattr(Embedder, "embed", None)
    run = begin(studio, model=DEFAULT_MODEL, settings=Settings(4, 0))
    assert given(run.started.versions) == {}
    assert carry_on(studio, run, lambda _: None)


def test_a_missing_encoder_is_one_line_and_nothing_is_recorded(studio, tmp_path):
    gone = Encoders(concept=EncoderSpec(str(tmp_path / "gone"), TEXT_POOLING))
    model = write(tmp_path, "fusion", manifest={"encoders": gone})
    with pytest.raises(Refused, match=r"(encoder|transformers).*see engine models") as refusal:
        begin(studio, model=model)
    assert "\n" not in str(refusal.value)
    assert not any(isinstance(event.payload, RunStarted) for event in studio.log.read())


def test_prosody_and_sections_are_inputs_of_models_that_take_them(studio, tmp_path):
    run = evolved(studio, model=write(tmp_path, ALL_INPUTS, manifest=READS), settings=TINY)
    named = given(recorded_run(studio, run)[0].payload.versions)
    assert named == {"input.concept": ENCODED, "input.section": "1"}
    assert texts_given(studio, run).section == "verse"
    assert verify_run(studio, run).holds


def test_a_candidate_is_explained_with_the_texts_of_its_run(studio, tmp_path, engine):
    model = write(tmp_path, "fusion", manifest=READS)
    run = evolved(studio, model=model, settings=TINY)
    survivor = recorded_run(studio, run)[-1].payload.survivors[0]
    told = msgspec.json.decode(engine("explain", short(survivor.id), "--json").out)
    assert told["match"] == pytest.approx(survivor.terms["chromatic"], abs=1e-5)
    assert {each["name"] for each in told["effects"] if each["kind"] == "modality"} == {
        "MIDI",
        "concept",
    }
    other = engine("explain", short(survivor.id), "--concept", "rust", "--json").out
    assert msgspec.json.decode(other)["match"] != told["match"]


def test_what_is_sung_are_the_lyrics_of_a_melody_or_of_the_one_below(studio):
    song = studio.song(GREEN)
    context = song_context(song, Section("verse", 4))
    assert texts_of(song, context) == Texts(song.concept, "", "verse")
    lines = [line_of(text) for text in ("Leave the light on", "carry me over")]
    singing = replace(context, lyrics=Lyrics(tuple(lines)))
    assert texts_of(song, singing).lyric == "Leave the light on\ncarry me over"
    words = [(0, "Leave "), (480, "it")]
    melody = Part.of([(0, 480, 60, 80), (480, 480, 62, 80)], 1920, lyrics=words)
    assert texts_of(song, replace(context, parts=(("melody", melody),))).lyric == "Leave it"


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("verse", "verse"),
        ("Pre-Chorus 2", "pre_chorus"),
        ("chorus_3", "chorus"),
        ("Verse intro", "intro"),
        ("Garage punk interlude", "interlude"),
        ("The kobold", None),
        ("", None),
    ],
)
def test_a_label_names_a_type_of_section(label, found):
    assert section_type(label) == found
    assert section_row(label).sum() == (found is not None)


def test_an_embedder_gives_what_a_model_learned_from_and_no_more(tmp_path):
    every = Texts("the tide turns", "one two\nthree four", "chorus")
    deaf = Embedder(FusionModel.load(write(tmp_path, "fusion", manifest={"encoders": Encoders()})))
    assert deaf.taken(every) == Texts()
    nothing = deaf.embed_texts(every)
    assert all(getattr(nothing, field.name) is None for field in fields(nothing))
    takes = Embedder(FusionModel.load(write(tmp_path, ALL_INPUTS, manifest=READS)))
    assert takes.taken(every) == every
    assert set(takes.names(every)) == {"concept", "lyric", "prosody", "section"}
    vectors = takes.embed_texts(every)
    assert (vectors.prosody == prosody_matrix([every.lyric])).all()
    assert (vectors.section == section_row("chorus")).all()
    wordless = takes.taken(Texts("…", " ", ""))
    assert wordless == Texts()
