"""AI models and data sets: what a change refers to, what it is under, and what that asks of who uses it."""
