"""Whether a service can work as it should: each part looks, says what it found, and what to do."""
