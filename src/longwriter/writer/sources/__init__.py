"""The sources of a run: files and addresses become chunks, which its folder holds from its first command on."""
