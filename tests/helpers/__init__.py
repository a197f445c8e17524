"""What tests share: servers that misbehave, tiny models, runs made up, commands in a terminal."""
