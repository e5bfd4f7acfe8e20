"""Stories as plain functions over protocols."""
