"""Reinforcement: rollouts judged by rewards, and the updates that follow."""
