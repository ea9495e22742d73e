"""The ways in that are not the desk: signed requests, mail, the form for law enforcement, and calls taken down."""
