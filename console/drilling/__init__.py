"""Drills: the production procedure, simulated people and partners, and a clock that jumps to what happens next."""
