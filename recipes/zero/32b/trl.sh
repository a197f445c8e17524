#!/usr/bin/env bash
# LongWriter-Zero 32B by TRL: 4 machines train (ZeRO-3), 4 serve rollouts, one more the reward model. Never run here.
# The servers, with vLLM's options for many machines: slurm.sbatch. Without Slurm, the same by hand on each of the 4 that serve.
# Then on each of the 4 that train:
#   HEAD=first-of-them ROLLOUTS=http://HOST:8000 REWARD=http://OTHER:8001/classify bash recipes/zero/32b/trl.sh
set -euo pipefail
: "${HEAD:?}" "${ROLLOUTS:?}" "${REWARD:?}"
exec torchrun --nnodes 4 --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint "$HEAD:29400" --rdzv-id zero-32b \
  -m longwriter train grpo recipes/zero/32b/grpo.toml --out build/zero-32b/trl \
  --set "grpo.vllm_url=$ROLLOUTS" --set "grpo.rewards.reward_url=$REWARD" "$@"
