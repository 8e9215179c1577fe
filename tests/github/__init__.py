"""Our few calls to GitHub, against answers that no simulator of a healthy GitHub gives."""
