"""`python -m longwriter` is the command `longwriter`."""

from longwriter.cli.main import main

main()
