"""The values: immutable, compared by content, shown in one line or as HTML."""
