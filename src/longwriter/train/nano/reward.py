"""nano with a score in place of words: the reward model of its size, and what transformers' Auto classes need to find it.

The score is a linear function of the last hidden state at the last real token. That token is told by the attention mask,
so that a text scores the same alone and beside longer ones, padded on either side, and also when it ends in the padding
token's id.
"""

import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification
from transformers.cache_utils import Cache
from transformers.modeling_layers import GenericForSequenceClassification
from transformers.modeling_outputs import SequenceClassifierOutputWithPast

from longwriter.train.nano.model import NanoBase, NanoConfig


class NanoForSequenceClassification(GenericForSequenceClassification, NanoBase):
    """The decoder and a score; `config.num_labels` is 1 for a reward model."""

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        **kwargs: object,
    ) -> SequenceClassifierOutputWithPast:
        """input_ids: (batch, tokens); logits: (batch, labels). Without a mask every token is real."""
        out = self.model(input_ids, attention_mask, position_ids, past_key_values, inputs_embeds, use_cache)
        hidden = out.last_hidden_state
        rows, width = hidden.shape[:2]
        last = torch.full((rows,), width - 1, device=hidden.device)
        if attention_mask is not None:
            last = (torch.arange(width, device=hidden.device) * attention_mask).argmax(-1)
        logits = self.score(hidden[torch.arange(rows, device=hidden.device), last])
        return SequenceClassifierOutputWithPast(logits=logits, past_key_values=out.past_key_values)


AutoModelForSequenceClassification.register(NanoConfig, NanoForSequenceClassification)
