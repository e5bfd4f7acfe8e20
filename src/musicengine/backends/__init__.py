"""How the outside world is reached, one file per thing."""
