"""Sources of facts on the network: one HTTP client, one file a source."""
