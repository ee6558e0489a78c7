"""The review screen in a web browser on the same machine: off by default, behind a login of its own."""
