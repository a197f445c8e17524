"""Engine 2 inside verl, as far as a CPU goes: its configuration, data set, reward manager, queue and trainer, all real.

Skips without verl, which wants an environment of its own (docs/cluster.md).
"""

import importlib
import json
import math
import os
import random
from pathlib import Path

import numpy as np
import pytest
from tests.helpers.verl_recipe import CLUSTER, GOOD, INFO, score, write_recipe

from longwriter.errors import RunError
from longwriter.train.grpo.advantage import advantages
from longwriter.train.recipe import read_recipe
from longwriter.train.rollouts.store import read_steps
from longwriter.train.verl.advantage import by_group

os.environ["VERL_USE_EXTERNAL_MODULES"] = "longwriter.train.verl.plugin"
os.environ["RAY_AUTH_MODE"] = "disabled"
verl = pytest.importorskip("verl", reason="verl is not installed: see docs/cluster.md")
data_, hydra, omegaconf, ray, tensordict, torch, tq, yaml = map(
    importlib.import_module,
    ("longwriter.train.grpo.prompts", "hydra", "omegaconf", "ray", "tensordict", "torch", "transfer_queue", "yaml"),
)
open_tokenizer = importlib.import_module("longwriter.train.data.tokenizer").open_tokenizer
prompts = importlib.import_module("longwriter.train.verl.prompts")
pytestmark = [pytest.mark.recipe, pytest.mark.xdist_group("ray")]  # two clusters on a machine see each other


def of(module: str, name: str):
    """Something of verl's."""
    return getattr(importlib.import_module(f"verl.{module}"), name)


def launch(recipe: Path, folder: Path):
    """The launch configuration, composed by hydra on verl's own, for a small recipe."""
    with hydra.initialize_config_dir(str(CLUSTER), version_base=None):
        config = hydra.compose("verl")
    config.reward.custom_reward_function.reward_kwargs.recipe = str(recipe)
    config.trainer.default_local_dir = str(folder)
    config.data.max_response_length = 6
    config.data.train_batch_size = config.actor_rollout_ref.actor.ppo_mini_batch_size = 2
    config.actor_rollout_ref.rollout["n"] = 2
    return config


def leaves(tree: dict[str, object], prefix: str = ""):
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def test_the_launch_configuration_has_verls_keys_and_passes_its_checks():
    validate_config = of("utils.config", "validate_config")

    mine = yaml.safe_load((CLUSTER / "verl.yaml").read_text("utf-8"))
    with hydra.initialize_config_dir(str(Path(verl.__file__).parent / "trainer" / "config"), version_base=None):
        theirs = set(leaves(omegaconf.OmegaConf.to_container(hydra.compose("ppo_trainer"), resolve=False)))
    wrong = {k for k in leaves({k: v for k, v in mine.items() if k not in ("defaults", "hydra")}) if k not in theirs}
    assert wrong == {
        "reward.custom_reward_function.reward_kwargs.recipe",
        "ray_kwargs.ray_init.runtime_env.env_vars.VERL_USE_EXTERNAL_MODULES",
    }
    with hydra.initialize_config_dir(str(CLUSTER), version_base=None):
        config = hydra.compose("verl")
    validate_config(config, use_reference_policy=False, use_critic=False)
    recipe = read_recipe(CLUSTER / "grpo.toml")
    g, rollout, actor = recipe.grpo, config.actor_rollout_ref.rollout, config.actor_rollout_ref.actor
    assert (rollout["n"], rollout.temperature, rollout.top_p) == (g.group, g.temperature, g.top_p)
    assert (rollout.response_length, rollout.max_model_len) == (g.completion_tokens, recipe.data.max_tokens)
    assert config.data.max_prompt_length + g.completion_tokens == recipe.data.max_tokens
    assert config.data.train_batch_size * g.group == recipe.run.batch
    assert (actor.clip_ratio, actor.optim.lr, actor.use_kl_loss) == (g.epsilon, recipe.optim.lr, g.beta > 0)
    assert config.trainer.total_training_steps == recipe.run.steps


def test_the_prompt_that_verl_makes_is_the_recipes(tmp_path):
    dataset = of("utils.dataset.rl_dataset", "RLHFDataset")

    recipe = write_recipe(tmp_path)
    settings = read_recipe(recipe)
    tokenizer = open_tokenizer(settings.model)
    prompts.write_prompts(settings, tokenizer, tmp_path / "verl", 2)
    config = launch(recipe, tmp_path)
    tokenizer.chat_template = config.actor_rollout_ref.model.custom_chat_template
    data = dataset(str(tmp_path / "verl" / "train.parquet"), tokenizer, config.data)
    wanted = {p.id: p.prompt for p in data_.read_prompts(settings.data.sources[0].path, settings, tokenizer)[0]}
    assert len(data) == 4
    for row in data:
        ids = tokenizer.apply_chat_template(row["raw_prompt"], add_generation_prompt=True, return_dict=False)
        prompt = wanted[row["extra_info"]["id"]]
        assert ids == tokenizer(prompt, add_special_tokens=False)["input_ids"]
        assert score(recipe, GOOD, row["extra_info"])["error"] == ""


def test_verls_reward_manager_calls_the_reward(tmp_path):
    load_reward_manager = of("trainer.ppo.reward", "load_reward_manager")

    recipe = write_recipe(tmp_path)
    tokenizer = open_tokenizer(read_recipe(recipe).model)
    manager = load_reward_manager(launch(recipe, tmp_path), tokenizer)
    ids = torch.tensor([[*tokenizer(GOOD)["input_ids"], tokenizer.eos_token_id]])
    batch = tensordict.TensorDict(
        {"prompts": ids[:, :1], "responses": ids, "attention_mask": torch.ones(1, ids.shape[1] + 1, dtype=torch.int64)},
        1,
    )
    other = {"data_source": ["longwriter"], "reward_model": [{"ground_truth": ""}], "extra_info": [dict(INFO)]}
    data = verl.DataProto(batch=batch, non_tensor_batch={k: np.array(v, dtype=object) for k, v in other.items()})
    found = manager.loop.run_until_complete(manager.run_single(data))
    assert found["reward_extra_info"]["length"] == 1.0
    assert found["reward_extra_info"]["error"] == ""
    assert found["reward_score"] == found["reward_extra_info"]["score"]


def test_with_one_reward_the_advantage_is_verls_own():
    compute_advantage = of("trainer.ppo.ray_trainer", "compute_advantage")

    rng = random.Random(3)
    uids = ["a", "b", "a", "c", "b", "c", "a", "b", "c"]
    rewards = [rng.random() for _ in uids]
    scores = torch.zeros(9, 4)
    scores[:, -1] = torch.tensor(rewards)
    data = verl.DataProto.from_dict(
        {"token_level_rewards": scores, "response_mask": torch.ones(9, 4)},
        non_tensors={"uid": np.array(uids, dtype=object)},
    )
    theirs = compute_advantage(data, adv_estimator="grpo").batch["advantages"][:, 0].numpy()
    order = by_group(uids, 3)
    ours = advantages(np.array(rewards)[order][:, None], 3)
    assert np.abs(ours - theirs[order]).max() < 2e-5  # they add 1e-6 below the line


@pytest.fixture(scope="module")
def queue():
    """A real Ray, and verl's TransferQueue on it."""

    ray.init(num_cpus=2, include_dashboard=False, object_store_memory=200_000_000, log_to_driver=False)
    tq.init(
        omegaconf.OmegaConf.create(
            {"backend": {"SimpleStorage": {"total_storage_size": 100, "num_data_storage_units": 1}}}
        )
    )
    yield tq
    ray.shutdown()


def put_rollouts(tq, tokenizer, infos: list[dict[str, object]], uids: list[str], lengths: list[int], step: str):
    """Rollouts as verl's workers leave them in the queue, the last a padding row."""
    list_of_dict_to_tensordict = of("utils.tensordict_utils", "list_of_dict_to_tensordict")

    fields = []
    for i, (info, n) in enumerate(zip(infos, lengths, strict=True)):
        ids = torch.full((n,), 40 + i)
        ids[-1] = tokenizer.eos_token_id if n < 6 else 50
        mask = torch.ones(n, dtype=torch.int64)
        mask[0] = i != 1  # a token that the model did not write
        fields.append(
            {
                "uid": uids[i],
                "prompts": torch.tensor([30, 31]),
                "responses": ids,
                "response_mask": mask,
                "rm_scores": torch.zeros(n),
                "old_log_probs": torch.zeros(n),
                "rollout_log_probs": torch.zeros(n),
                "extra_fields": {"reward_extra_info": info},
                "extra_info": dict(INFO),
            }
        )
    keys = [f"{step}-{u}_{i}_0" for i, u in enumerate(uids)]
    tags = [{"is_padding": i == len(uids) - 1, "seq_len": n + 2} for i, n in enumerate(lengths)]
    tq.kv_batch_put(keys=keys, partition_id="train", fields=list_of_dict_to_tensordict(fields), tags=tags)
    return tq.KVBatchMeta(keys=keys, tags=tags, partition_id="train")


def info_of(values: dict[str, float], error: str = "") -> dict[str, object]:
    return values | {"score": 0.5, "why": json.dumps({k: {} for k in values}), "error": error}


@pytest.fixture
def trainer(queue, tmp_path):
    get_trainer_cls = of("trainer.ppo.v1", "get_trainer_cls")

    recipe = write_recipe(tmp_path)
    made = get_trainer_cls("longwriter")(launch(recipe, tmp_path / "run"))
    made.tokenizer, made.global_steps = open_tokenizer(read_recipe(recipe).model), 7
    return made


def test_verl_runs_the_trainer_in_step(trainer):
    in_step = of("trainer.ppo.v1.replay_buffer", "ReplayBuffer")

    assert type(trainer.replay_buffer) is in_step
    assert trainer.trainer_mode == "sync"


def test_the_advantages_in_verls_queue_are_the_papers(trainer, queue, tmp_path):
    nan = math.nan
    uids = ["a", "b", "a", "b", "pad"]
    values = [{"length": 0.0, "format": 1.0}, {"length": 0.2, "format": nan}, {"length": 1.0, "format": 1.0}]
    values += [{"length": 0.6, "format": 0.5}, {"length": 0.0, "format": 1.0}]
    batch = put_rollouts(queue, trainer.tokenizer, [info_of(v) for v in values], uids, [3, 4, 5, 6, 1], "one")
    metrics: dict[str, object] = {}
    made = trainer._compute_advantage(batch, metrics)
    found = queue.kv_batch_get(keys=made.keys, partition_id="train", select_fields=["advantages", "returns"])
    rows = [r.tolist() for r in found["advantages"].unbind()]
    half = 1 / math.sqrt(2)  # of two values each is half the distance from the mean, and std over one degree
    # a: length -half and +half, format flat, so 0: their mean. b: length alone where format is missing; where it stands
    # alone its advantage is 0 and counts. The last of b is cut at 6 tokens and masked.
    assert rows[0] == pytest.approx([-half / 2] * 3)
    assert rows[1] == pytest.approx([0.0, *[-half] * 3])
    assert rows[2] == pytest.approx([half / 2] * 5)
    assert rows[3] == [0.0] * 6
    assert rows[4] == [0.0]
    assert [r.tolist() for r in found["returns"].unbind()] == rows
    [(step, kept)] = read_steps(tmp_path / "run")
    assert step == 7
    assert [(r.group, r.cut) for r in kept] == [(0, False), (0, False), (1, False), (1, True)]
    assert [r.advantage for r in kept] == pytest.approx([-half / 2, half / 2, -half, 0.0])
    assert kept[2].rewards == {"length": 0.2, "format": None}
    assert metrics["longwriter/rewards/format/missing"] == 0.25


@pytest.mark.parametrize(
    ("infos", "said"),
    [
        (
            [info_of({"length": 1.0, "format": 1.0}), info_of({"length": 1.0, "format": 1.0}, "the reward broke")],
            "broke",
        ),
        ([{"score": 1.0}] * 2, "no reward length, format with the rollouts"),
        ([info_of({"length": math.nan, "format": math.nan})] * 2, "gave no score for any of 2"),
    ],
)
def test_what_cannot_work_stops_the_run(trainer, queue, infos, said, request):
    batch = put_rollouts(queue, trainer.tokenizer, [*infos, infos[0]], ["a", "a", "pad"], [3, 3, 1], request.node.name)
    with pytest.raises(RunError, match=said):
        trainer._compute_advantage(batch, {})
