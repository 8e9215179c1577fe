"""Package registries in their own formats, one module for each protocol; addresses come from whoever asks."""
