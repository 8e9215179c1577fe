"""How fresh a package is: its age, its distance to the newest version, its upkeep, the end of its support."""
