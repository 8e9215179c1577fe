"""Examples that an organization writes beside its policy: what is judged, and what is to come of it."""
