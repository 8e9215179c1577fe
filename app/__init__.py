"""The shell around `checks`: everything that touches the world lives here."""
