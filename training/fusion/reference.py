"""The dense encoder that the light one is measured against; never shipped."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from training.fusion.network import FusionNetwork, Size

DENSE_CHANNELS = (32, 64, 128)
GRID = 4
DENSE_WIDTH = 512


class DenseCnn(nn.Module):
    """Three dense 3x3 convolutions at full resolution: 631 million operations a sample."""

    def __init__(self, width: int = DENSE_WIDTH) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip((1, *DENSE_CHANNELS), DENSE_CHANNELS, strict=False):
            layers += [
                nn.Conv2d(before, after, 3, padding=1),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
        layers[-1] = nn.AdaptiveAvgPool2d(GRID)
        self.encoder = nn.Sequential(*layers, nn.Flatten())
        self.summary = nn.Sequential(
            nn.Linear(DENSE_CHANNELS[-1] * GRID * GRID, DENSE_WIDTH), nn.ReLU()
        )
        self.narrow = nn.Identity() if width == DENSE_WIDTH else nn.Linear(DENSE_WIDTH, width)

    def forward(self, piano_roll: Tensor) -> Tensor:
        """``(n, 1, 128, 256)`` to ``(n, width)``."""
        return cast("Tensor", self.narrow(self.summary(self.encoder(piano_roll))))


def dense_network(size: Size | None = None, dropout: float = 0.2) -> FusionNetwork:
    """The fusion network with the dense encoder in the light one's place, all else equal."""
    size = size or Size()
    return FusionNetwork(size, dropout=dropout, encoder=DenseCnn(size.roll))
