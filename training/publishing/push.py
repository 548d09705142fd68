"""A written data set to a hub, by a person's token and on their word alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HOW = (
    "nothing left this machine; --push NAME/REPO with HF_TOKEN set, or after hf auth login, "
    "puts it on the hub"
)
DATASET_KIND = "dataset"


Hub = Any  # a ``huggingface_hub.HfApi``


def hub() -> Hub:
    """The hub, with the token of this person.

    Raises:
        ValueError: if there is no token.
    """
    from huggingface_hub import HfApi, get_token

    token = get_token()
    if not token:
        raise ValueError("--push: no token; set HF_TOKEN or run hf auth login")
    return HfApi(token=token)


def push(dataset: Path, repo: str, to: Hub, *, is_public: bool) -> None:
    """Put a written data set on a hub; tables that it no longer has go away there.

    Args:
        dataset: its folder.
        repo: such as ``somebody/songs``.
        to: where.
        is_public: of a place that is made now; one that is there stays as it is.

    Raises:
        OSError: if the hub refuses, with its reason.
    """
    try:
        to.create_repo(repo, repo_type=DATASET_KIND, private=not is_public, exist_ok=True)
        to.upload_folder(
            repo_id=repo,
            repo_type=DATASET_KIND,
            folder_path=dataset,
            commit_message="Publish the data set",
            allow_patterns=["README.md", "data/*/*.parquet"],
            delete_patterns=["data/**"],
        )
    except Exception as error:  # of the network, the hub or its client
        raise OSError(f"--push {repo}: {error}") from error
