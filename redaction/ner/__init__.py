"""The shipped NER model: a small uncased encoder that labels names, places, dates and numbers in speech."""

import os

# From 1.29 on, onnxruntime sends its maker reports of its use, and numbers the machine in the home folder, unless it is
# told before it is loaded; its function `disable_telemetry_events` comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
