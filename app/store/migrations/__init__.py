"""Schema migrations, in order; each is additive so that the old version keeps serving while it runs."""
