"""githubkit behind our own few calls, the pull request as a source, and the publisher."""
