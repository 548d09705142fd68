"""The manifest beside a model file: what the model was made with and how well it does.

Nothing but these two files passes from training to scoring. A manifest that disagrees with the
code, or with the model next to it, is refused: a model still predicts something when its inputs
are made in another way than in training, without any sign that they mean nothing.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from fitness.encoders import (
    AUDIO_ENCODER,
    AUDIO_POOLING,
    AUDIO_POOLINGS,
    MIDDLE_POOLING,
    TEXT_ENCODER,
    TEXT_POOLING,
    encoder_sha256,
    text_pooling,
)
from fitness.errors import EncoderMissing, ManifestRefused, ModelMissing, ModelRefused
from fitness.features import FEATURE_NAMES, FEATURES_VERSION
from fitness.legacy_roll import LEGACY_ROLL_VERSION
from fitness.profiles import Profile, Tensors
from fitness.prosody import PROSODY_VERSION
from fitness.roll import ROLL_VERSION
from fitness.section_types import SECTION_TYPES_VERSION

MAX_MANIFEST_BYTES = 2**20

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class EncoderSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What turns text or audio into an embedding.

    Attributes:
        name: a folder, a hub id, or ``fitness.hashed_text.LIGHT_TEXT_ENCODER``.
        pooling: the code's name for how its output becomes one vector.
        sha256: of its files, as ``encoder_sha256`` says; None where it was no folder.
    """

    name: str
    pooling: str
    sha256: Sha256 | None = None


class Encoders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One encoder for each input beside the roll; None where the model never learned from it."""

    concept: EncoderSpec | None = None
    lyric: EncoderSpec | None = None
    audio: EncoderSpec | None = None


# Of the older models, which have no manifest.
LEGACY_ENCODERS = Encoders(
    concept=EncoderSpec(TEXT_ENCODER, TEXT_POOLING),
    lyric=EncoderSpec(TEXT_ENCODER, TEXT_POOLING),
    audio=EncoderSpec(AUDIO_ENCODER, MIDDLE_POOLING),
)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is recorded about a model file.

    Attributes:
        model_sha256: of the model file, as hex.
        profile: name of the interface, one of ``fitness.profiles``.
        roll_version: of the piano roll it learned from.
        encoders: of text and audio.
        feature_names: columns of its ``features`` input, in order: some of those of
            ``fitness.features``.
        features_version: of their definitions.
        optional_inputs: which of ``fitness.profiles.OPTIONAL_INPUTS`` it takes, each with the
            version of its definition; unset where it takes none.
        confidence_threshold: a part below it never ranks above one that passes, 0 to 1.
        stage_thresholds: stricter ones, where it is known which stage a part belongs to.
        calibration: how the probabilities were calibrated.
        data_hash: of the data set it was trained on.
        split: how songs were held out.
        metrics: measured on the held-out songs.
        licence: of the model file.
        opset: ONNX operator set.
    """

    model_sha256: Sha256
    profile: str
    roll_version: str
    encoders: Encoders
    feature_names: tuple[str, ...]
    features_version: str
    confidence_threshold: Share
    stage_thresholds: dict[str, Share] = {}
    calibration: dict[str, Any]
    data_hash: str
    split: dict[str, Any]
    metrics: dict[str, Any]
    licence: str
    opset: int
    # Unset, it isn't written: manifests stay as the logs of studios have them.
    optional_inputs: dict[str, str] | UnsetType = UNSET


# Of ``fitness.profiles.OPTIONAL_INPUTS``.
OPTION_VERSIONS = {"prosody": PROSODY_VERSION, "section": SECTION_TYPES_VERSION}


def option_versions(profile: Profile) -> dict[str, str] | UnsetType:
    """The manifest's table of the optional inputs that a profile takes; unset where it has none."""
    return {name: OPTION_VERSIONS[name] for name in profile.options} or UNSET


def manifest_path(model_path: Path) -> Path:
    """Where a model's manifest lies: ``fusion.onnx`` has ``fusion.json`` beside it."""
    return model_path.with_suffix(".json")


def save_manifest(manifest: Manifest, model_path: Path) -> None:
    """Write the manifest beside its model."""
    encoded = msgspec.json.encode(manifest, order="sorted")
    manifest_path(model_path).write_bytes(msgspec.json.format(encoded, indent=2) + b"\n")


def find_manifest(
    model_path: Path, model_sha256: str, profile: Profile, inputs: Tensors
) -> Manifest | None:
    """The checked manifest beside a model; None where an older model has none.

    Raises:
        ModelMissing: if a model that needs one has none.
        ManifestRefused: as ``load_manifest`` and ``check_manifest`` do.
    """
    if profile.is_legacy and not manifest_path(model_path).exists():
        return None
    manifest = load_manifest(model_path)
    check_manifest(manifest, model_sha256, profile, inputs)
    return manifest


def load_manifest(model_path: Path) -> Manifest:
    """Read the manifest beside a model.

    Raises:
        ModelMissing: if there is none.
        ManifestRefused: if it can't be read; the message names the field.
    """
    path = manifest_path(model_path)
    data = read_bounded(path, MAX_MANIFEST_BYTES, f"{model_path.name}'s manifest", ManifestRefused)
    try:
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestRefused(f"{path}: {error}") from error


def check_manifest(
    manifest: Manifest, model_sha256: str, profile: Profile, inputs: Tensors
) -> None:
    """Refuse a manifest that disagrees with its model or with this code.

    Args:
        manifest: as read.
        model_sha256: of the model file's bytes.
        profile: recognised by the model's own inputs.
        inputs: the model's own, with their dimensions after the batch.

    Raises:
        ManifestRefused: naming everything that was expected and found.
    """
    roll_version = LEGACY_ROLL_VERSION if profile.is_legacy else ROLL_VERSION
    claims = [
        ("model_sha256", model_sha256, manifest.model_sha256),
        ("profile", profile.name, manifest.profile),
        ("roll_version", roll_version, manifest.roll_version),
        ("optional_inputs", option_versions(profile), manifest.optional_inputs),
        *_feature_claims(manifest, profile, inputs),
        *_pooling_claims(manifest.encoders),
    ]
    wrong = [
        f"{name}: expected {expected}, found {found}"
        for name, expected, found in claims
        if expected != found
    ]
    if wrong:
        raise ManifestRefused("the manifest disagrees with this code: " + "; ".join(wrong))


def _feature_claims(
    manifest: Manifest, profile: Profile, inputs: Tensors
) -> list[tuple[str, Any, Any]]:
    if profile.is_legacy:
        return [("feature_names", (), manifest.feature_names)]
    names = manifest.feature_names
    known = tuple(name for name in names if name in FEATURE_NAMES)
    return [
        ("features_version", FEATURES_VERSION, manifest.features_version),
        ("feature_names", known, names),
        ("columns of the features input", len(names), inputs["features"][1][0]),
    ]


def _pooling_claims(encoders: Encoders) -> list[tuple[str, Any, Any]]:
    specs = {name: getattr(encoders, name) for name in encoders.__struct_fields__}
    return [
        (f"encoders.{name}.pooling", _pooling(name, spec), spec.pooling)
        for name, spec in specs.items()
        if spec is not None
    ]


def _pooling(kind: str, spec: EncoderSpec) -> str:
    """The way in which this code makes one vector of an input, of several the one that is meant."""
    if kind != "audio":
        return text_pooling(spec.name)
    return spec.pooling if spec.pooling in AUDIO_POOLINGS else AUDIO_POOLING


def check_encoder(spec: EncoderSpec, kind: str) -> None:
    """Refuse an encoder whose files aren't those that the model learned with.

    Args:
        spec: of a manifest.
        kind: of input, ``"concept"``, ``"lyric"`` or ``"audio"``.

    Raises:
        EncoderMissing: if they aren't here.
        ManifestRefused: if they are others.
    """
    if spec.sha256 is None:
        return
    found = encoder_sha256(spec.name)
    if found is None:
        raise EncoderMissing(f"encoder {spec.name!r}: no such folder, and the model learned by it")
    if found != spec.sha256:
        raise ManifestRefused(
            "the manifest disagrees with the encoder that lies here: "
            f"encoders.{kind}.sha256 of {spec.name!r}: expected {found}, found {spec.sha256}"
        )


def read_bounded(path: Path, max_bytes: int, what: str, refused: type[ModelRefused]) -> bytes:
    """The file's bytes.

    Args:
        path: of the file.
        max_bytes: a larger one is refused unread.
        what: what is expected there, for error messages.
        refused: raised if it can't be read.

    Raises:
        ModelMissing: if there is no such file.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would keep us waiting
            raise refused(f"{path}: not a file; expected {what}")
        if found.st_size > max_bytes:
            raise refused(f"{path}: {found.st_size} bytes; expected {what}, at most {max_bytes}")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelMissing(f"{path}: no such file; expected {what}") from error
    except OSError as error:
        raise refused(f"{path}: {error.strerror}") from error
