"""GRPO by verl on Ray, for many nodes: verl generates and updates, longwriter rewards and gives advantages.

reward     verl's custom reward function: every reward of the recipe, of one completion
advantage  groups by verl's uid
plugin     a trainer of verl that takes advantages from there; imported by VERL_USE_EXTERNAL_MODULES
prompts    the Parquet files that verl reads

Written for verl 0.9 (Apache-2.0), which lives in an environment of its own; see docs/cluster.md.
"""
