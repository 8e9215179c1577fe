"""How fresh a package is: its age, the distance to the newest version, the upkeep of its project, the end of support."""
