"""What the sources of facts answer, read into facts: pure parsers, one file a source, and one codec for keeping."""
