"""The server: one process holds the key and the study, and everybody works through it.  A thin face on the desk."""
