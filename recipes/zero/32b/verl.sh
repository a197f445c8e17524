#!/usr/bin/env bash
# LongWriter-Zero 32B by verl on Ray, 8 machines of 8 x 80 GB. Never run here; see docs/cluster.md for what was tried.
# Before: on the first machine `ray start --head`, on the others `ray start --address HEAD:6379`, all with the same
# environment (docs/cluster.md) and this repository in the same place; one machine more for the reward model:
#   vllm serve build/zero-32b/reward --runner pooling --port 8001 --data-parallel-size 8
# Then, on the first:  REWARD=http://OTHER:8001/classify bash recipes/zero/32b/verl.sh
set -euo pipefail
: "${REWARD:?address of the reward model, such as http://host:8001/classify}"
BUILD=build/zero-32b/verl
mkdir -p "$BUILD"
sed "s|http://127.0.0.1:8001/classify|$REWARD|" recipes/zero/32b/grpo.toml > "$BUILD/grpo.toml"
test -f "$BUILD/train.parquet" || python recipes/zero/32b/verl_data.py "$BUILD/grpo.toml" "$BUILD"
export VERL_USE_EXTERNAL_MODULES=longwriter.train.verl.plugin
exec python -m verl.trainer.main_ppo --config-path "$PWD/recipes/zero/32b" --config-name verl \
  reward.custom_reward_function.reward_kwargs.recipe="$PWD/$BUILD/grpo.toml" +ray_kwargs.ray_init.address=auto "$@"
