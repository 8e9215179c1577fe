"""Policies and ignore lists of other tools, read as a first policy of ours and a table of what changes with it."""
