"""A brief becomes an arrangement, an arrangement becomes sound."""
