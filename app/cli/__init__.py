"""The command `ospo-gate`. It starts fast: a subcommand imports what it needs when it runs."""
