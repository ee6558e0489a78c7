"""The terminal review screen: a thin face on the desk.  Importing it closes the leaks of the screen library first."""

from workbench.tui.privacy import close_environment

close_environment()
