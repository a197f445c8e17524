"""Prompts for reinforcement learning: requests, from chat logs too, each with the length that its answer should have."""
