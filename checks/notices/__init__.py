"""Third-party notices: what must be passed on with what is shipped."""
