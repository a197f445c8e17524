"""The server: runs as a page and as an API, on the same folders as the command line.

A run is never a connection: the journal is the run, and whoever looks at it is a reader with a cursor.
"""
