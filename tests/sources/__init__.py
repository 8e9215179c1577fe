"""Sources: the same change from a checkout and from GitHub."""
