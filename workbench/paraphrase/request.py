"""What a model is asked for one page: the policy's prompt, and stricter words where an earlier answer failed."""

from policies import load_prompt
from policies.retries import load_retry_notes
from policies.schema import Paraphrase
from workbench.desk.views import PageJob


class Request:
    """The prompt of a policy, ready for pages."""

    def __init__(self, settings: Paraphrase) -> None:
        """Raises PolicyError when there is no such prompt."""
        self._prompt = load_prompt(settings.prompt)
        self._notes, self.retry_digest = load_retry_notes()
        self._values = settings.prompt_values
        self.digest = self._prompt.digest

    def text(self, job: PageJob) -> str:
        """The whole user turn.  What all pages share stands first, so that it need be evaluated only once."""
        asked = self._prompt.render(**self._values, page=job.text)
        return f"{asked}\n{self._notes.render(job.faults, **self._values)}\n" if job.faults else asked
