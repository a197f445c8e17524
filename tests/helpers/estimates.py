"""What tests of `longwriter train estimate` share."""

import subprocess

from tests.helpers.command import longwriter_here
from tests.helpers.places import ROOT

GLM = {  # zai-org/LongWriter-glm4-9b, as its first release spells it
    "model_type": "chatglm",
    "hidden_size": 4096,
    "num_layers": 40,
    "ffn_hidden_size": 13696,
    "num_attention_heads": 32,
    "multi_query_group_num": 2,
    "padded_vocab_size": 151552,
    "kv_channels": 128,
    "add_qkv_bias": True,
}


def estimated(*arguments: object) -> subprocess.CompletedProcess[str]:
    """`longwriter train estimate`, which asks no hub."""
    return longwriter_here("train", "estimate", *arguments, cwd=ROOT, HF_HUB_OFFLINE="1")
