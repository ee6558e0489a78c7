"""What may be told of a fault of ours: its kind and place.  A message or a traceback could quote a transcript."""

ROOMS = ("workbench", "audit", "redaction", "policies")


def told(problem: BaseException) -> str:
    """The kind of a fault and the last place of ours that it came through."""
    return f"{type(problem).__name__} in {_place(problem)}"


def _place(problem: BaseException) -> str:
    trace = problem.__traceback__
    place = "an unknown place"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.split(".")[0] in ROOMS:
            place = f"{module}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
