"""Song proposals: the YAML documents in which songwriters say what a song is to become.

``read`` takes files and folders as people have them and gives back songs, refusals of one line
each, and the names of what is no proposal. Nothing in a file raises, runs or grows without bound.
"""

from documents.findings import Refusal
from engine.proposals.overrides import Overrides
from engine.proposals.proposal import Proposal
from engine.proposals.reader import Reading
from engine.proposals.sources import demo_paths, read, tutorial_paths

__all__ = [
    "Overrides",
    "Proposal",
    "Reading",
    "Refusal",
    "demo_paths",
    "read",
    "tutorial_paths",
]
