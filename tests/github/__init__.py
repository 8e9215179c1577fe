"""Our few calls over githubkit, against answers that no simulator of a healthy GitHub gives."""
