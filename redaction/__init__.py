"""Text in, findings out; treatments; the check of an exchange against its source.

Import from the modules: `redaction.scanner` takes seconds to load, the others do not.
"""
