"""Encoders of the real shapes with seeded random weights, saved as transformers saves them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

TEXTS = ["a lighthouse keeper counts the waves", "rust", "the archive hums, patient and blue"]


def write_text_encoder(folder: Path, texts: Sequence[str] = TEXTS, seed: int = 0) -> str:
    """A DeBERTa of one layer that knows the pieces of these texts; returns its name."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = {name: f"[{name[:3].upper()}]" for name in ("pad", "cls", "sep", "unk", "mask")}
    trainer = trainers.UnigramTrainer(
        vocab_size=80, special_tokens=list(special.values()), unk_token=special["unk"]
    )
    tokenizer.train_from_iterator(list(texts) * 4, trainer)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        **{f"{name}_token": token for name, token in special.items()},
    ).save_pretrained(folder)
    torch.manual_seed(seed)
    config = transformers.DebertaV2Config(
        vocab_size=len(tokenizer.get_vocab()),
        hidden_size=768,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=64,
    )
    transformers.DebertaV2Model(config).save_pretrained(folder)
    return str(folder)


def write_audio_encoder(folder: Path, seed: int = 0) -> str:
    """A CLAP of two small stages; returns its name."""
    torch.manual_seed(seed)
    config = transformers.ClapConfig(
        text_config={
            "vocab_size": 50,
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 1,
            "intermediate_size": 16,
        },
        audio_config={
            "hidden_size": 32,
            "patch_embeds_hidden_size": 16,
            "depths": [1, 1],
            "num_attention_heads": [1, 1],
            "num_hidden_layers": 2,
            "spec_size": 256,
            "enable_fusion": False,
        },
        projection_dim=512,
    )
    transformers.ClapModel(config).save_pretrained(folder)
    transformers.ClapFeatureExtractor(truncation="rand_trunc").save_pretrained(folder)
    return str(folder)
