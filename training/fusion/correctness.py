"""Confidence as what it is worth: how often the model is right about songs it never learned from.

While a network is fitted its confidence tells music from fakes. Here its last layer learns on
held-out songs whether the colour it names is the song's; about a fake no answer is right. It is
held near what it knew, and how near is chosen by songs that were left out in turn.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.composed.examples import NO_COLOUR, Examples
from training.fusion.calibration import minimise
from training.fusion.fitting import logits
from training.fusion.network import Ensemble, FusionNetwork, Logits

FOLDS = 3
# How much a step away from what was known costs, for each held-out row.
STRENGTHS = (10.0, 1.0, 0.1, 0.01, 0.001)

Mask = NDArray[np.bool_]


def right_answers(colour: NDArray[np.floating], examples: Examples) -> Mask:
    """Whether the likeliest colour is a row's own: ``(n,)``; never where it has none."""
    named = colour.argmax(axis=1) == examples.colour
    return np.asarray(named & (examples.colour != NO_COLOUR))


def learn_correctness(ensemble: Ensemble, held_out: Examples) -> tuple[list[Logits], Mask]:
    """Teach the members' confidence in place.

    Args:
        ensemble: of members that never learned from these rows.
        held_out: songs and fakes.

    Returns:
        each member's logits of the rows, the confidence as it was before it saw a row's song;
        and whether the ensemble is right about each.
    """
    said = [logits(member, held_out) for member in ensemble.networks]
    with torch.no_grad():
        colour = ensemble.answers(said).colour.numpy()
    right = right_answers(colour, held_out)
    claims = torch.from_numpy(right.astype(np.float32))
    folds = torch.from_numpy(_folds(held_out.song))
    taught = [
        one._replace(confidence=_teach(member, _hidden(member, held_out), claims, folds))
        for member, one in zip(ensemble.networks, said, strict=True)
    ]
    return taught, right


def _folds(songs: NDArray[np.int32]) -> NDArray[np.int64]:
    """``(n,)`` songs dealt out at random: neighbours are often of one colour."""
    every, place = np.unique(songs, return_inverse=True)
    return np.asarray(np.random.default_rng(0).permutation(len(every))[place] % FOLDS)


def _teach(member: FusionNetwork, hidden: Tensor, claims: Tensor, folds: Tensor) -> Tensor:
    """Set one member's head; hands back ``(n, 1)`` logits of a head that didn't see the fold."""
    known = torch.cat((member.confidence.weight[0], member.confidence.bias)).detach()
    inputs = torch.cat((hidden, torch.ones(len(hidden), 1)), dim=1)
    unseen = [_unseen(inputs, claims, folds, known, strength) for strength in STRENGTHS]
    losses = [_loss(logit, claims).item() for logit in unseen]
    best = int(np.argmin(losses))
    head = _head(inputs, claims, known, STRENGTHS[best])
    with torch.no_grad():
        member.confidence.weight.copy_(head[None, :-1])
        member.confidence.bias.copy_(head[-1:])
    return unseen[best][:, None]


def _unseen(
    inputs: Tensor, claims: Tensor, folds: Tensor, known: Tensor, strength: float
) -> Tensor:
    found = torch.zeros(len(inputs))
    for fold in range(FOLDS):
        inside = folds == fold
        found[inside] = inputs[inside] @ _head(inputs[~inside], claims[~inside], known, strength)
    return found


def _head(inputs: Tensor, claims: Tensor, known: Tensor, strength: float) -> Tensor:
    head = known.clone()
    if len(inputs):
        minimise(
            lambda: _loss(inputs @ head, claims) + strength * (head - known).square().sum(), [head]
        )
    return head.detach()


def _loss(logit: Tensor, claims: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logit, claims)


@torch.no_grad()
def _hidden(member: FusionNetwork, examples: Examples) -> Tensor:
    """``(n, fused)`` what the heads see of each row."""
    seen: list[Tensor] = []
    hook = member.fused.register_forward_hook(lambda *call: seen.append(call[2]))
    logits(member, examples)
    hook.remove()
    return torch.cat(seen)
