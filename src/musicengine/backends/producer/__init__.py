"""How the stub producer understands plain requests and finds its words."""
