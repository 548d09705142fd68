"""The whole song: its plan, how it looks and sounds, and its files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from documents.findings import UnreadableError
from engine.arrangement.approved import ApprovedPart, approved_parts, find_part
from engine.arrangement.arranging import conductor_of
from engine.arrangement.assemble import Arrangement
from engine.arrangement.draft import sections_to_add
from engine.arrangement.instruments import instrument_name, with_instruments
from engine.arrangement.listing import ArrangedFile, arranged_file, arranged_files
from engine.arrangement.own_plan import (
    ShownPlan,
    assembled,
    draft_again,
    save_plan,
    shown_plan,
)
from engine.arrangement.plan import (
    FADE,
    HELD,
    MAX_PLAY,
    NO_ENDING,
    RITARDANDO,
    Plan,
    PlannedSection,
)
from engine.arrangement.plan_text import parse_plan
from engine.arrangement.writers import AUDIO_FORMATS, NO_AUDIO
from engine.errors import Ambiguous, EngineError, Refused
from engine.gate.labels import compared_label
from engine.stages import STAGES
from engine.state.songs import Song, SongArrangement
from engine.state.studio import Studio
from engine.web.forms import with_form
from engine.web.pages import line_values, page, said
from engine.web.plan_forms import place_of, read_plan_form
from engine.web.room import room_of, song_in, text_field
from engine.web.song_form import FormPicture, bar_seconds, form_picture
from genomes import TempoMap
from genomes.midi.programs import KIT_NAMES, PROGRAM_NAMES

MEDIA_TYPES = {
    ".mid": "audio/midi",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".cho": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".yml": "application/yaml",
    ".pdf": "application/pdf",
    ".png": "image/png",
}
ANYTHING = "application/octet-stream"

# So many assembled songs are kept: the plan of a page is shown again after each change.
KEPT = 8

ENDING_WORDS = {
    HELD: "held on the chord of home",
    RITARDANDO: "slowing down to it",
    FADE: "fading out",
    NO_ENDING: "with the last bar",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the parts that a stage of a section may play.

    Attributes:
        value: how the plan names it; empty for a rest.
        words: for people.
        is_chosen: whether the plan names it.
    """

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """The arrangement that can be heard.

    Attributes:
        name: of its plan.
        files: of it.
        recording: of the whole song; None if there is none.
        seconds: when each bar of the recording begins, and when the last ends.
        sections: first bar and name of each; none where what it plays has changed since.
        is_current: whether the plan as it stands gives the same song.
    """

    name: str
    files: list[ArrangedFile]
    recording: ArrangedFile | None
    seconds: list[float]
    sections: list[tuple[int, str]]
    is_current: bool


def whole(request: Request) -> Response:
    """The plan of a song, its picture, its recording, and its files."""
    studio, song = room_of(request).studio, song_in(request)
    approved = approved_parts(studio, song)
    if not approved:
        return page(request, "whole_empty.html", song=song)
    shown = shown_plan(studio, song)
    plan = with_instruments(shown.planned.plan, song)
    picture, problem, current = _pictured(studio, song, shown)
    to_add = sections_to_add(approved)
    return page(
        request, "whole.html", song=song, shown=shown, plan=plan,
        picture=picture, problem=problem, heard=_heard(studio, song, current),
        choices={section: _choices(section, approved) for section in (*plan.sections, *to_add)},
        to_add=to_add, endings=ENDING_WORDS, stages=list(STAGES), max_play=MAX_PLAY,
        labels=_labels(approved, plan.sections), audio_formats=AUDIO_FORMATS,
        instruments={stage: instrument_name(stage, program) for stage, program in plan.instruments},
        programs={"tones": PROGRAM_NAMES, "kits": list(KIT_NAMES.values())},
        is_drums={stage: row.is_drums for stage, row in STAGES.items()},
    )  # fmt: skip


def save(request: Request, form: FormData) -> Response:
    """Save the plan that the form has; an error names the section and the field."""
    studio, song = room_of(request).studio, song_in(request)
    try:
        arrangement, sha256 = _saved(studio, song, form)
    except EngineError as error:
        section, field = place_of(error)
        text = str(error)
        answer = page(request, "plan_refused.html", text=text, section=section, field=field)
        answer.status_code = 422
        return answer
    line = line_values(request, f"saved: {arrangement.length}")
    return page(request, "plan_saved.html", **line, sha256=sha256)


def _saved(studio: Studio, song: Song, form: FormData) -> tuple[Arrangement, str]:
    known = shown_plan(studio, song).planned.plan
    plan = read_plan_form(form, known)
    return save_plan(studio, song, plan, text_field(form, "read") or "")


def draft(request: Request) -> Response:
    """Go back to the engine's own draft; the plan that stood there is set aside."""
    drafted = draft_again(room_of(request).studio, song_in(request))
    answer = said(request, f"drafted anew: {len(drafted.plan.sections)} sections")
    answer.headers["HX-Refresh"] = "true"  # all of the form is another
    return answer


def arrange(request: Request, form: FormData) -> Response:
    """Have the song arranged, with its files and recordings, by a process of its own."""
    room, song = room_of(request), song_in(request)
    audio = text_field(form, "audio") or NO_AUDIO
    if audio not in AUDIO_FORMATS:
        raise Refused(f"recordings: {audio} (accepted: {', '.join(AUDIO_FORMATS)})")
    words = ["arrange", f"--song={song.song_id}", f"--audio={audio}"]
    room.jobs.start(f"arrange {song.title}", words, song.song_id)
    return said(request, "arranging; its files appear below when it is done")


def export(request: Request) -> Response:
    """Have the chart and the words of the whole song written."""
    room, song = room_of(request), song_in(request)
    words = ["export", f"--song={song.song_id}", "--chart", "--lyrics"]
    room.jobs.start(f"chart and words of {song.title}", words, song.song_id)
    return said(request, "writing the chart and the words")


def download(request: Request) -> Response:
    """A file of one of the song's arrangements, by its name in the log."""
    studio, song = room_of(request).studio, song_in(request)
    file = arranged_file(studio, song, request.query_params.get("file", ""))
    kind = MEDIA_TYPES.get(file.path.suffix, ANYTHING)
    return FileResponse(file.path, media_type=kind, filename=file.download_name(song))


def _pictured(
    studio: Studio, song: Song, shown: ShownPlan
) -> tuple[FormPicture | None, str, str | None]:
    """The picture of the plan, why there is none, and the id of the song that it gives."""
    try:
        arrangement = _assembled(studio, song.song_id, song.touched, shown.planned.plan)
    except EngineError as error:
        return None, str(error), None
    return form_picture(arrangement), shown.problem, arrangement.id


@lru_cache(maxsize=KEPT)
def _assembled(studio: Studio, song_id: str, touched: int, plan: Plan) -> Arrangement:  # noqa: ARG001 - tells when the song changed
    return assembled(studio, studio.song(song_id), plan)


def _heard(studio: Studio, song: Song, current: str | None) -> Heard | None:
    """What was arranged last, or earlier by the plan as it stands."""
    if not song.arrangements:
        return None
    known = song.arrangements
    wanted = current if current in known else max(known, key=lambda name: known[name].position)
    assert wanted is not None  # noqa: S101 - one of the keys
    state = known[wanted]
    files = arranged_files(studio, song, wanted)
    recording = next((file for file in files if file.is_recording), None)
    seconds, sections = _bars(studio, song, wanted, state)
    return Heard(state.name, files, recording, seconds, sections, is_current=wanted == current)


def _bars(
    studio: Studio, song: Song, wanted: str, state: SongArrangement
) -> tuple[list[float], list[tuple[int, str]]]:
    """When each bar of an arrangement begins, and the sections that begin at some of them.

    Where the parts that it plays are others today, its sections can't be told any more, and its
    bars only at one tempo.
    """
    conductor = conductor_of(song)
    bar_ticks = conductor.meter.bar_ticks
    try:
        plan = parse_plan(state.plan)
        arrangement = _assembled(studio, song.song_id, song.touched, plan)
    except (EngineError, UnreadableError):
        arrangement = None
    if arrangement is None or arrangement.id != wanted:
        tempo_map = TempoMap.constant(conductor.tempo_bpm)
        return bar_seconds(tempo_map, bar_ticks, state.length_ticks // bar_ticks), []
    seconds = bar_seconds(arrangement.tempo_map, bar_ticks, arrangement.bars)
    sections = [(section.start_ticks // bar_ticks + 1, section.name)
                for section in arrangement.sections]  # fmt: skip
    return seconds, sections


def _choices(
    section: PlannedSection, approved: tuple[ApprovedPart, ...]
) -> dict[str, list[Choice]]:
    """Of each stage that has approved parts, or that the section names, what it may play."""
    found = {}
    for stage in STAGES:
        reference = section.part(stage)
        chosen = _named(stage, reference, approved)
        known = {part.label: f"{part.label} ({part.bars} bars)"
                 for part in approved if part.stage == stage}  # fmt: skip
        if reference and chosen not in known:
            known[reference] = f"{reference} (not approved)"
            chosen = reference
        rows = [Choice(label, words, label == chosen) for label, words in known.items()]
        if rows:
            found[stage] = [Choice("", "rests", reference is None), *rows]
    return found


def _named(stage: str, reference: str | None, approved: tuple[ApprovedPart, ...]) -> str | None:
    """The label of the part that a plan names by its label or its id."""
    try:
        part = find_part(stage, reference, approved) if reference else None
    except Ambiguous:
        return None
    return part.label if part else None


def _labels(approved: tuple[ApprovedPart, ...], sections: tuple[PlannedSection, ...]) -> list[str]:
    """Labels of the sections that a plan's section can be made of, as the plan writes them."""
    known = (part.section_label for part in approved)
    named = (section.section for section in sections)
    return list({compared_label(label): label for label in (*known, *named)}.values())


PATH = "/songs/{song}/whole"
ROUTES = [
    Route(PATH, whole),
    Route(f"{PATH}/save", with_form(save), methods=["POST"]),
    Route(f"{PATH}/draft", draft, methods=["POST"]),
    Route(f"{PATH}/arrange", with_form(arrange), methods=["POST"]),
    Route(f"{PATH}/export", export, methods=["POST"]),
    Route(f"{PATH}/file", download),
]
