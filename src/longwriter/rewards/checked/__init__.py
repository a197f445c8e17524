"""Rewards that are figures of `checks`: what a long text must keep, by rules."""
