"""Contributor agreements: who must sign what, whether a signature holds, and the files that signatures live in."""
