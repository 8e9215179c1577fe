"""License texts: which license a text is, and who claims copyright in it."""
