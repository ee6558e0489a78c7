"""The one door to Presidio's anonymizer, which would otherwise load its analyzer, and with it spaCy and numpy.

It would do so for the sake of an operator that asks a service outside; ours replace by a table.
"""

from redaction.absent import absent

with absent("presidio_analyzer"):
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import OperatorConfig
    from presidio_anonymizer.entities import RecognizerResult as AnonymizerResult
    from presidio_anonymizer.operators import Operator, OperatorType

__all__ = ["AnonymizerEngine", "AnonymizerResult", "Operator", "OperatorConfig", "OperatorType"]
