"""The command line: parse, one library call, print. One file a command; exit codes stand in `main`."""
