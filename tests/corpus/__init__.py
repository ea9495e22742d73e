"""A corpus of invented requests, each with how its world behaves and how it must end."""
