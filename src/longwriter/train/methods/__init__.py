"""One file a training method: pretrain and cpt, sft, dpo, reward."""
