"""What is known about packages, people and history: one file a source, one lookup over them."""
