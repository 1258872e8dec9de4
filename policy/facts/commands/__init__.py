"""What programs do with their arguments: published tables, and the reading of an argv by them."""
