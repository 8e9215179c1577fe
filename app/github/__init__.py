"""Our few calls to GitHub within its limits, the pull request as a source, and the publisher."""
