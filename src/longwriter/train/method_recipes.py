"""What each method of training asks of a recipe: settings that cannot be combined, refused as the recipe is read.

`train METHOD` and `train estimate` refuse alike, before PyTorch is imported. What depends on the machine (GPUs, processes)
or on the data is refused when a training starts.
"""

from typing import Literal

from pydantic import model_validator

from longwriter.config import build
from longwriter.train.recipe import Recipe, zero_of

Method = Literal["pretrain", "sft", "dpo", "reward", "grpo"]
"""What is done with a recipe; continual pretraining is `pretrain` with model.init."""


VLLM_KEYS = {
    "colocate": ("vllm_tensor_parallel_size", "vllm_enable_sleep_mode", "vllm_max_model_length"),
    "server": ("vllm_group_port", "vllm_server_timeout"),
}
"""Settings of [grpo] that are read for one kind of vLLM alone."""


class PretrainRecipe(Recipe):
    """A recipe of `train pretrain` and `train cpt`."""

    @model_validator(mode="after")
    def _possible(self) -> "PretrainRecipe":
        if _kinds(self) != {"tokens"}:
            raise ValueError("data.sources: pretraining takes token shards, of longwriter data books --shards")
        if not any(source.share for source in self.data.sources):
            raise ValueError("data.sources: every share is 0, so there is nothing to read")
        if self.run.epochs is not None:
            raise ValueError("run.epochs: a mixture by shares has no epochs; give run.tokens or run.steps")
        return self


class SftRecipe(Recipe):
    """A recipe of `train sft`."""

    @model_validator(mode="after")
    def _possible(self) -> "SftRecipe":
        if _kinds(self) != {"messages"}:
            raise ValueError("data.sources: fine-tuning takes messages; token shards are for pretrain and cpt")
        if self.run.context_parallel is not None and self.data.packing:
            raise ValueError("run.context_parallel: samples of a pack would see each other; give data.packing = false")
        return self


class DpoRecipe(Recipe):
    """A recipe of `train dpo`, and what `train reward` asks of one as well."""

    @model_validator(mode="after")
    def _begins_from_weights(self) -> "DpoRecipe":
        if self.model.init is None:
            raise ValueError("model.init: preferences are learnt by a language model's weights, or a reward model's")
        return self

    @model_validator(mode="after")
    def _possible(self) -> "DpoRecipe":
        if _kinds(self) != {"messages"}:
            raise ValueError(
                'data.sources: preferences are of kind "messages", with the columns prompt, chosen, rejected'
            )
        if self.optim.name != "adamw":
            raise ValueError(f"optim.name = {self.optim.name}: preferences are learnt with adamw")
        if self.run.context_parallel is not None:
            raise ValueError("run.context_parallel: only pretraining and fine-tuning share rows between GPUs")
        if self.data.too_long in ("cut", "split"):
            raise ValueError(
                f"data.too_long = {self.data.too_long}: a preference between pieces means nothing; use drop or refuse"
            )
        return self


class RewardRecipe(DpoRecipe):
    """A recipe of `train reward`."""


class GrpoRecipe(Recipe):
    """A recipe of `train grpo`, whose updates TRL runs; verl reads [grpo] alone and has its own settings for the rest."""

    @model_validator(mode="after")
    def _requests_possible(self) -> "GrpoRecipe":
        g, d = self.grpo, self.data
        if _kinds(self) != {"prompts"}:
            raise ValueError(
                'data.sources: reinforcement takes requests: kind = "prompts", with the columns id, prompt, lower, upper'
            )
        shared = next((source.label for source in d.sources if source.share != 1), None)
        if shared is not None:
            raise ValueError(f"data.sources: {shared}: share is for pretraining; every request is asked once an epoch")
        if d.too_long in ("cut", "split"):
            raise ValueError(f"data.too_long = {d.too_long}: a request is not cut; use drop or refuse")
        if self.run.batch % g.group:
            raise ValueError(f"run.batch = {self.run.batch} rollouts are no whole groups of grpo.group = {g.group}")
        if g.completion_tokens >= d.max_tokens:
            raise ValueError(
                f"grpo.completion_tokens = {g.completion_tokens:,} leave no room for a prompt in data.max_tokens = "
                f"{d.max_tokens:,}"
            )
        return self

    @model_validator(mode="after")
    def _rows_whole(self) -> "GrpoRecipe":
        if self.run.context_parallel is not None:
            raise ValueError("run.context_parallel: only pretraining and fine-tuning share rows between GPUs")
        if self.run.activation_offload:
            raise ValueError("run.activation_offload: TRL has none for grpo; use run.gradient_checkpointing")
        return self

    @model_validator(mode="after")
    def _updates_possible(self) -> "GrpoRecipe":
        g, r = self.grpo, self.run
        if self.optim.name != "adamw":
            raise ValueError("optim.name: grpo trains with adamw")
        if r.tokens is not None:
            raise ValueError("run.tokens: grpo counts steps or epochs of the requests; give run.steps or run.epochs")
        if r.save_every % g.iterations:
            raise ValueError(
                f"run.save_every = {r.save_every}: checkpoints fall between rollouts; make it a multiple of "
                f"grpo.iterations = {g.iterations}"
            )
        if g.kl_every % g.iterations:
            raise ValueError(
                f"grpo.kl_every = {g.kl_every}: it is measured with new rollouts; make it a multiple of grpo.iterations = "
                f"{g.iterations}"
            )
        if self.model.lora is not None and self.model.lora.dropout > 0:
            raise ValueError("model.lora.dropout: the policy that is trained must be the one that wrote; make it 0")
        if g.beta > 0 and self.model.init is None:
            raise ValueError("grpo.beta: the penalty needs weights to go back to: model.init")
        return self

    @model_validator(mode="after")
    def _vllm_possible(self) -> "GrpoRecipe":
        g = self.grpo
        if g.vllm == "server" and g.vllm_url is None:
            raise ValueError("grpo.vllm = server: give its address with grpo.vllm_url")
        for kind, keys in VLLM_KEYS.items():
            given = next((key for key in keys if getattr(g, key) is not None), None)
            if given and g.vllm != kind:
                raise ValueError(f"grpo.{given}: is for grpo.vllm = {kind}, and it is {g.vllm}")
        if g.vllm_correction == "off" and (g.vllm_clip_max or g.vllm_clip_min):
            raise ValueError("grpo.vllm_clip_max, vllm_clip_min: nothing is weighted with grpo.vllm_correction = off")
        if g.vllm_max_model_length is not None and g.vllm_max_model_length < self.data.max_tokens:
            raise ValueError(
                f"grpo.vllm_max_model_length = {g.vllm_max_model_length:,} cannot hold prompt and rollout of data.max_tokens = "
                f"{self.data.max_tokens:,}"
            )
        return self

    @model_validator(mode="after")
    def _places_possible(self) -> "GrpoRecipe":
        g, r = self.grpo, self.run
        if r.fsdp and g.vllm == "off":
            raise ValueError("run.fsdp: sharded weights cannot generate; use run.deepspeed, or grpo.vllm")
        own_models = g.rewards.reward_model is not None or (g.kl_every > 0 and self.model.lora is None)
        if own_models and r.deepspeed and zero_of(r.deepspeed)[0] == 3:
            raise ValueError(
                "run.deepspeed: stage 3 would shard a model that one process opens for itself; give the writing reward by "
                "grpo.rewards.reward_url and measure no KL (kl_every = 0)"
            )
        return self


RECIPES: dict[Method, type[Recipe]] = {
    "pretrain": PretrainRecipe,
    "sft": SftRecipe,
    "dpo": DpoRecipe,
    "reward": RewardRecipe,
    "grpo": GrpoRecipe,
}


def for_method(recipe: Recipe, method: Method, source: str = "recipe") -> Recipe:
    """The same recipe, checked for a method.

    Raises InputError naming `source` (its file) and the settings that cannot be combined.
    """
    cls = RECIPES[method]
    return recipe if isinstance(recipe, cls) else build(cls, recipe.model_dump(exclude_unset=True), source)


def _kinds(recipe: Recipe) -> set[str]:
    return {source.kind for source in recipe.data.sources}
