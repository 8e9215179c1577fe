"""Pages for people: rendered here, readable without script, nothing from another host."""
