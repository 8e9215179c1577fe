"""The policy file: its shape, strict loading with positions, waivers, schema and explanation."""
