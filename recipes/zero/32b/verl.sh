#!/usr/bin/env bash
# LongWriter-Zero 32B by verl on Ray, 8 machines of 8 x 80 GB. Never run here; see docs/cluster.md for what was tried.
# Before: on the first machine `ray start --head`, on the others `ray start --address HEAD:6379`, all with the same
# environment (docs/cluster.md) and this repository in the same place, on a disk that they share; one machine more for the
# reward model:
#   vllm serve build/zero-32b/reward --runner pooling --dtype bfloat16 --port 8001 --data-parallel-size 8
# Then, on the first:  REWARD=http://OTHER:8001/classify bash recipes/zero/32b/verl.sh
set -euo pipefail
: "${REWARD:?address of the reward model, such as http://host:8001/classify}"
RECIPE="$PWD/recipes/zero/32b" BUILD="$PWD/build/zero-32b"
mkdir -p "$BUILD/verl"
sed "s|http://127.0.0.1:8001/classify|$REWARD|" "$RECIPE/grpo.toml" > "$BUILD/verl/grpo.toml"
python "$RECIPE/verl_data.py" "$BUILD/verl/grpo.toml" "$BUILD/verl"  # each time: grpo.toml or the requests may have changed
export VERL_USE_EXTERNAL_MODULES=longwriter.train.verl.plugin
# Whole paths: Ray's workers live where `ray start` was run, and not here.
exec python -m verl.trainer.main_ppo --config-path "$RECIPE" --config-name verl \
  data.train_files="$BUILD/verl/train.parquet" data.val_files="$BUILD/verl/val.parquet" \
  actor_rollout_ref.model.path="$BUILD/cpt" trainer.default_local_dir="$BUILD/verl/run" \
  reward.custom_reward_function.reward_kwargs.recipe="$BUILD/verl/grpo.toml" \
  +ray_kwargs.ray_init.runtime_env.env_vars.TENSORBOARD_DIR="$BUILD/verl/run/tensorboard" \
  +ray_kwargs.ray_init.address=auto "$@"
