"""The fusion model: one ONNX Runtime session per process and file.

ONNX Runtime is loaded with the first model, not with this module.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fitness.errors import (
    ONNX_RUNTIME_MISSING,
    FitnessWarning,
    ModelMissing,
    ModelRefused,
    ScoringFailed,
    WeightsApart,
)
from fitness.excerpts import Excerpt, excerpt_features, excerpt_rolls
from fitness.features import FEATURE_NAMES
from fitness.manifest import Manifest, find_manifest, read_bounded
from fitness.predictions import Booleans, Embeddings, Floats, ModelInputs, Predictions
from fitness.profiles import Profile, recognise, signatures

# The model that ships with the package; its card lies beside it.
DEFAULT_MODEL = Path(__file__).parent / "data" / "fusion.onnx"

# What a chunk works on should fit the cache of the core that works on it: more rows are slower.
DEFAULT_CHUNK = 9
ROLLS_AT_ONCE = 256  # 32 MB of rolls
MAX_MODEL_BYTES = 2**30
# A model that loops for ever is stopped; a usual chunk takes well under a second.
LIMIT_SECONDS = 120.0
ALL_CORES = 0
SILENT_LOG = 4

# A tensor's field "external_data" in the bytes of an ONNX file: tag 13, its length, then an entry
# with the key "location" and the length of the file's name, which follows.
_WEIGHTS_APART = re.compile(rb"\x6a[\x00-\xff]\x01?\x0a\x08location\x12([\x01-\x7f])", re.DOTALL)


class _Opened(NamedTuple):
    """A session, and how many chunks it works on side by side."""

    session: Any
    workers: int


_sessions: dict[tuple[Path, str], _Opened] = {}
_sessions_lock = threading.Lock()
_sessions_of_parent: list[Any] = []  # kept alive, see _after_fork


class AbsentConcept(FitnessWarning):
    """An older model that always had a concept is asked without one."""


@dataclass(frozen=True, eq=False)
class FusionModel:
    """A model file that was recognised and agrees with this code.

    Attributes:
        path: of the file.
        sha256: of its bytes, as hex.
        profile: its interface.
        manifest: None for an older model without one.
        chunk: how many rows go through it at once.
        limit_seconds: how long one chunk may take, mean over a batch.
    """

    path: Path
    sha256: str
    profile: Profile
    manifest: Manifest | None
    chunk: int
    limit_seconds: float
    _opened: _Opened = field(repr=False)
    _process: int = field(default_factory=os.getpid, repr=False)
    _warned: threading.Event = field(default_factory=threading.Event, repr=False)

    @classmethod
    def load(
        cls,
        path: Path | str,
        *,
        workers: int = ALL_CORES,
        threads: int = 1,
        chunk: int = DEFAULT_CHUNK,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> FusionModel:
        """Open a model, or take the session that this process has already.

        Args:
            path: of the ``.onnx`` file; its manifest lies beside it.
            workers: how many chunks are worked on side by side, 0 for one a core.
            threads: that share the work on one chunk, 0 for one a core. They wait for each other
                at every layer: for many chunks, workers are faster.
            chunk: how many rows go through the model at once; scores don't depend on it.
            limit_seconds: how long loading and one chunk may take, mean over a batch.

        The first load of a file decides on its workers and threads.

        Raises:
            ModelMissing: if there is no file, or no manifest for a model that needs one.
            ModelRefused: if the file is no model that this code can run.
            WeightsApart: if its weights are in a second file.
            ManifestRefused: if its manifest disagrees with it or with this code.
        """
        resolved = Path(path).expanduser().resolve()
        data = read_bounded(resolved, MAX_MODEL_BYTES, "an ONNX model", ModelRefused)
        _require_one_file(resolved, data)
        sha256 = hashlib.sha256(data).hexdigest()
        opened = _open(resolved, sha256, data, (workers, threads), limit_seconds)
        inputs = signatures(opened.session.get_inputs())
        profile = recognise(inputs, [output.name for output in opened.session.get_outputs()])
        manifest = find_manifest(resolved, sha256, profile, inputs)
        return cls(resolved, sha256, profile, manifest, chunk, limit_seconds, opened)

    @property
    def confidence_threshold(self) -> float:
        """What a part must reach to pass; 0 for an older model, which doesn't name one."""
        return self.manifest.confidence_threshold if self.manifest else 0.0

    @cached_property
    def feature_columns(self) -> tuple[int, ...]:
        """Which of ``fitness.features`` it reads, in its own order; none of an older model."""
        names = self.manifest.feature_names if self.manifest else ()
        return tuple(FEATURE_NAMES.index(name) for name in names)

    @property
    def absent_concept(self) -> str:
        """The warning of an older model that is run without a concept."""
        return f"{self.path.name} learned with a concept text; without one it sees zeros"

    def passes(self, predictions: Predictions, stage: str = "") -> Booleans:
        """Whether each part's confidence reaches the threshold, ``(n,)``.

        Args:
            predictions: of the parts.
            stage: that they belong to, such as ``"chords"``; empty if unknown.
        """
        by_stage = self.manifest.stage_thresholds if self.manifest else {}
        return predictions.confidence >= np.float32(by_stage.get(stage, self.confidence_threshold))

    def predict_excerpts(
        self,
        excerpts: Sequence[Excerpt],
        embeddings: Embeddings | None = None,
        names: Sequence[str] | None = None,
        features: Floats | None = None,
    ) -> Predictions:
        """Predict the modes and the colour of each excerpt, in order.

        Args:
            excerpts: any number of them, at least one.
            embeddings: of text and audio that belong to every one of them.
            names: used in error messages; by default ``candidate 0`` and so on.
            features: ``(n, F)``, where they have been measured already.

        Raises:
            SilentPart: if nothing sounds in one of them; then the model isn't run.
            ScoringFailed: as ``predict`` does.
        """
        if not excerpts:
            raise ScoringFailed("nothing to score: no parts")
        names = names or [f"candidate {index}" for index in range(len(excerpts))]
        given = embeddings or Embeddings()
        if features is None and not self.profile.is_legacy:
            features = excerpt_features(excerpts)
        batches = []
        for start in range(0, len(excerpts), ROLLS_AT_ONCE):
            rows = slice(start, start + ROLLS_AT_ONCE)
            piano_roll = excerpt_rolls(excerpts[rows], names[rows], self.profile)
            row_features = None if features is None else features[rows]
            batches.append(self.predict(given.inputs(piano_roll, row_features)))
        return Predictions.joined(batches)

    def predict(self, inputs: ModelInputs) -> Predictions:
        """Run a batch of any size, chunk by chunk.

        Args:
            inputs: with every feature of ``fitness.features``; the model takes its own of them.

        Raises:
            ScoringFailed: if an input or an output is misshapen or not finite, if there are no
                rows, or if the model fails or takes too long.

        Warns:
            AbsentConcept: once, if an older model has to do without the concept.
        """
        if not len(inputs):
            raise ScoringFailed("nothing to score: the batch is empty")
        if self._process != os.getpid():
            raise ScoringFailed(f"{self.path}: opened before this process was forked; load it here")
        is_without_concept = self.profile.is_legacy and inputs.concept_emb is None
        if is_without_concept and not self._warned.is_set():
            self._warned.set()
            warnings.warn(self.absent_concept, AbsentConcept, stacklevel=2)
        inputs = self._own_features(inputs)
        starts = range(0, len(inputs), self.chunk)
        options = _onnxruntime().RunOptions()
        options.log_severity_level = SILENT_LOG
        # One timer for all chunks: starting its thread takes as long as a few rows do.
        limit_seconds = self.limit_seconds * len(starts)
        with _time_limit(limit_seconds, lambda: setattr(options, "terminate", True)):
            run = partial(self._run, inputs, options)
            workers = min(self._opened.workers, len(starts))
            if workers == 1:
                return Predictions.joined(list(map(run, starts)))
            with ThreadPoolExecutor(workers) as pool:
                return Predictions.joined(list(pool.map(run, starts)))

    def _own_features(self, inputs: ModelInputs) -> ModelInputs:
        given = inputs.features
        if given is None or given.shape[1:] != (len(FEATURE_NAMES),) or not self.feature_columns:
            return inputs  # what is misshapen is refused with the other inputs
        return replace(inputs, features=given[:, self.feature_columns])

    def _run(self, inputs: ModelInputs, options: Any, start: int) -> Predictions:
        feed = inputs.feed(self.profile, start, start + self.chunk)
        names = list(self.profile.outputs)
        with _mapped_errors(self.path, is_running=True):
            outputs = self._opened.session.run(names, feed, options)
        return Predictions.of(
            dict(zip(names, outputs, strict=True)), self.profile, len(feed["piano_roll"])
        )


def _require_one_file(path: Path, data: bytes) -> None:
    """Refuse a model with a second file: ONNX Runtime finds that by the folder it is called in."""
    match = _WEIGHTS_APART.search(data)
    if match is None:
        return
    name = data[match.end() : match.end() + match[1][0]].decode("utf-8", "replace")
    raise WeightsApart(
        f"{path.name}: its weights are in a second file, {name}, and a model is one file "
        f'(made by onnx.save(onnx.load("{path.name}"), "one.onnx"))'
    )


def _onnxruntime() -> Any:
    import onnxruntime  # noqa: PLC0415 - half of the time that importing this module would take

    return onnxruntime


def _open(
    path: Path, sha256: str, data: bytes, sizes: tuple[int, int], limit_seconds: float
) -> _Opened:
    with _sessions_lock:
        if (path, sha256) not in _sessions:
            workers, threads = sizes
            session = _new_session(path, data, threads, limit_seconds)
            _sessions[path, sha256] = _Opened(session, workers or os.cpu_count() or 1)
        return _sessions[path, sha256]


def _new_session(path: Path, data: bytes, threads: int, limit_seconds: float) -> Any:
    onnxruntime = _onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while they wait halve the speed of a machine that does other work too;
    # and the one that gets less of it should be able to take smaller pieces.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.dynamic_block_base", "4")
    options.log_severity_level = SILENT_LOG
    with (
        _mapped_errors(path, is_running=False),
        _time_limit(limit_seconds, lambda: options.set_load_cancellation_flag(True)),
    ):
        return onnxruntime.InferenceSession(
            data,
            options,
            providers=["CPUExecutionProvider"],
            # It would run parts of the model while loading, where nothing can stop them.
            disabled_optimizers=["ConstantFolding"],
        )


def _after_fork() -> None:
    """Forget the parent's sessions in a forked child, which has none of their threads.

    They are kept alive all the same: ending one would wait for those threads for ever.
    """
    global _sessions, _sessions_lock  # noqa: PLW0603 - the parent may have held the lock
    _sessions_of_parent.append(_sessions)
    _sessions = {}
    _sessions_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def _mapped_errors(path: Path, *, is_running: bool) -> Iterator[None]:
    """Turn what ONNX Runtime raises into our errors, in one line."""
    try:
        yield
    except Exception as error:
        reason = str(error).strip().partition("\n")[0][:300] or type(error).__name__
        if is_running:
            raise ScoringFailed(f"{path}: the model failed: {reason}") from error
        is_missing = type(error).__name__ in ONNX_RUNTIME_MISSING
        kind = ModelMissing if is_missing else ModelRefused
        raise kind(f"{path}: not a model that can be loaded: {reason}") from error


@contextmanager
def _time_limit(seconds: float, stop: Callable[[], object]) -> Iterator[None]:
    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
