"""Pure analyzers of words: text in, measurements out."""
