"""Documents and the keys of cases."""
