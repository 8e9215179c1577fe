"""Rules that an organization writes itself, as conditions in the Common Expression Language."""
