"""Pure analyzers: audio in, measurements out."""
