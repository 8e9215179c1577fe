"""Sign-offs: reading them, matching them to people, remediation commits, and the commands that repair a branch."""
