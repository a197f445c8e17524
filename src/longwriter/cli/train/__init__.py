"""Commands that train, and that show a training's rollouts."""
