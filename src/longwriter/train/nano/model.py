"""nano for transformers: Qwen3's decoder with mixed keys, so that every trainer of the field can train it.

Each head's key is mixed with the key of the token before, by one learnt weight a head. Copying a word from the prompt
needs "what stood before it" in the key; with the mix one layer can do it, and a model of this size learns and keeps it.
"""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, Qwen3Config, Qwen3ForCausalLM
from transformers import initialization as init
from transformers.cache_utils import Cache, DynamicCache
from transformers.masking_utils import create_causal_mask
from transformers.modeling_outputs import BaseModelOutputWithPast
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.models.qwen3.modeling_qwen3 import (
    Qwen3Attention,
    Qwen3DecoderLayer,
    Qwen3PreTrainedModel,
    Qwen3RotaryEmbedding,
    apply_rotary_pos_emb,
    eager_attention_forward,
)


class NanoConfig(Qwen3Config):
    """Qwen3's settings; the embedding is multiplied by sqrt(hidden_size) before the first layer."""

    model_type = "longwriter_nano"
    auto_map: ClassVar[dict[str, str]] = {}  # TRL asks for it when it makes a reference model


class Norm(nn.RMSNorm):
    """torch's own RMSNorm, which a compiler fuses; transformers' upcasts by hand."""

    def __init__(self, size: int, eps: float) -> None:
        """One learnt scale a channel."""
        super().__init__(size, eps)

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., size)."""
        return F.rms_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.eps)


class Out(nn.Linear):
    """A block's output projection. It begins at zero, so that the block begins as the identity."""


class NanoAttention(Qwen3Attention):
    """Causal self-attention with mixed keys."""

    def __init__(self, config: NanoConfig, layer_idx: int) -> None:
        """As Qwen3's, and one weight a head."""
        super().__init__(config, layer_idx)
        self.q_norm, self.k_norm = (Norm(self.head_dim, config.rms_norm_eps) for _ in "qk")
        self.o_proj = Out(config.num_attention_heads * self.head_dim, config.hidden_size, bias=False)
        self.key_mix = nn.Parameter(torch.zeros(config.num_key_value_heads))

    def forward(
        self,
        hidden_states: Tensor,
        position_embeddings: tuple[Tensor, Tensor],
        attention_mask: Tensor | None,
        past_key_values: Cache | None = None,
        first: Tensor | None = None,
        **kwargs: object,
    ) -> tuple[Tensor, Tensor | None]:
        """hidden_states: (batch, new tokens, hidden); first: (batch, all tokens), True where a document begins.

        The cache's keys are twice as long as a head: the key that is attended to, then the one before mixing, of which
        the next token needs the last. So a cache that is cut, or reordered by a beam search, stays right.
        """
        shape = (*hidden_states.shape[:-1], -1, self.head_dim)
        query = self.q_norm(self.q_proj(hidden_states).view(shape)).transpose(1, 2)
        plain = self.k_proj(hidden_states).view(shape).transpose(1, 2)
        value = self.v_proj(hidden_states).view(shape).transpose(1, 2)
        before = F.pad(plain, (0, 0, 1, -1))
        read = 0 if past_key_values is None else past_key_values.get_seq_length(self.layer_idx)
        if past_key_values is not None and read:
            before[:, :, 0] = past_key_values.layers[self.layer_idx].keys[:, :, read - 1, self.head_dim :]
        if first is not None:
            before = before.masked_fill(first[:, None, read:, None], 0)
        weight = torch.sigmoid(self.key_mix).to(plain.dtype)[:, None, None]
        key = self.k_norm((1 - weight) * plain + weight * before)
        query, key = apply_rotary_pos_emb(query, key, *(p.to(key.dtype) for p in position_embeddings))
        if past_key_values is not None:
            both, value = past_key_values.update(torch.cat([key, plain], -1), value, self.layer_idx)
            key = both[..., : self.head_dim]
        attend = ALL_ATTENTION_FUNCTIONS.get_interface(self.config._attn_implementation, eager_attention_forward)
        mixed, weights = attend(self, query, key, value, attention_mask, scaling=self.scaling, **kwargs)
        return self.o_proj(mixed.reshape(*hidden_states.shape[:-1], -1)), weights


class NanoBase(Qwen3PreTrainedModel):
    """How weights begin."""

    config_class = NanoConfig

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        """Matrices by their inputs."""
        if isinstance(module, Out):
            init.zeros_(module.weight)
        elif isinstance(module, nn.Linear):
            init.normal_(module.weight, std=0.8 / module.in_features**0.5)
        elif isinstance(module, nn.Embedding):
            init.normal_(module.weight, std=0.02)
        elif isinstance(module, NanoAttention):
            init.zeros_(module.key_mix)
        elif isinstance(module, Norm):
            init.ones_(module.weight)
        else:
            super()._init_weights(module)


class NanoModel(NanoBase):
    """The decoder without its head."""

    def __init__(self, config: NanoConfig) -> None:
        """Sizes as in the config."""
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Qwen3DecoderLayer(config, i) for i in range(config.num_hidden_layers))
        for index, layer in enumerate(self.layers):
            layer.self_attn = NanoAttention(config, index)
            layer.mlp.down_proj = Out(config.intermediate_size, config.hidden_size, bias=False)
            layer.input_layernorm = Norm(config.hidden_size, config.rms_norm_eps)
            layer.post_attention_layernorm = Norm(config.hidden_size, config.rms_norm_eps)
        self.norm = Norm(config.hidden_size, config.rms_norm_eps)
        self.rotary_emb = Qwen3RotaryEmbedding(config)
        self.post_init()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        **kwargs: object,
    ) -> BaseModelOutputWithPast:
        """input_ids: (batch, tokens). A position of 0 begins a document, whose first key is mixed with nothing."""
        x = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        if use_cache and past_key_values is None:
            past_key_values = DynamicCache(config=self.config)
        read = 0 if past_key_values is None else past_key_values.get_seq_length()
        slots = torch.arange(read + x.shape[1], device=x.device)[None]
        alone = position_ids is None or past_key_values is not None
        if attention_mask is not None and attention_mask.dim() == 2:
            first = attention_mask.bool() & (attention_mask.cumsum(-1) == 1)
        else:
            first = slots == 0 if alone else position_ids == 0
        mask = create_causal_mask(
            config=self.config,
            inputs_embeds=x,
            attention_mask=attention_mask,
            past_key_values=past_key_values,
            position_ids=None if alone else position_ids,
        )
        turned = self.rotary_emb(
            x, slots[:, read:] if alone else position_ids
        )  # attention sees differences of positions alone
        x = x * self.config.hidden_size**0.5
        for layer in self.layers:
            x = layer(
                x,
                attention_mask=mask,
                position_embeddings=turned,
                past_key_values=past_key_values,
                use_cache=use_cache,
                first=first,
                **kwargs,
            )
        return BaseModelOutputWithPast(self.norm(x), past_key_values if use_cache else None)


class NanoForCausalLM(NanoBase, Qwen3ForCausalLM):
    """The decoder and its head, which is the embedding."""

    def __init__(self, config: NanoConfig) -> None:
        """Sizes as in the config."""
        Qwen3PreTrainedModel.__init__(self, config)
        self.model = NanoModel(config)
        self.vocab_size = config.vocab_size
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()


AutoConfig.register(NanoConfig.model_type, NanoConfig)
AutoModel.register(NanoConfig, NanoModel)
AutoModelForCausalLM.register(NanoConfig, NanoForCausalLM)
