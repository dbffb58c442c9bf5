"""What all routes share: the models that this server can run, and the queue before them."""

from functools import cached_property
from typing import Any

from portfolio_core.catalog import Choice, Model
from portfolio_core.engines import (
    captioning,
    chat,
    classification,
    embeddings,
    inpainting,
    ocr,
    rag,
    speech_to_text,
    text_to_image,
    text_to_speech,
)
from portfolio_core.engines.chat import offered
from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.errors import ModelUnavailable, UnknownModel
from portfolio_core.provision import Provision
from portfolio_core.settings import Settings
from portfolio_core.ui.bench import Bench
from portfolio_core.ui.desk import Desk
from portfolio_core.ui.watching import Watcher
from portfolio_core.workload import EngineSpec, Workload
from portfolio_server.rest import benches

AUTOMATIC = "auto"
"""The name that stands for the model which the server has chosen for a task."""
TASKS = (
    chat.TASK,
    embeddings.TASK,
    text_to_speech.TASK,
    speech_to_text.TASK,
    text_to_image.TASK,
    inpainting.TASK,
    ocr.TASK,
    captioning.TASK,
    classification.TASK,
)


class Service:
    """The models of one server. Nothing is chosen before it is first asked for."""

    def __init__(self, settings: Settings, workload: Workload) -> None:
        self.settings = settings
        self.workload = workload
        self.provision = Provision(settings)

    @cached_property
    def choices(self) -> dict[str, Choice]:
        """The model of each task that one can be had for."""
        found = ((task, self.provision.optional(task)) for task in TASKS)
        return {task: choice for task, choice in found if choice}

    @cached_property
    def adapters(self) -> dict[str, Adapter]:
        """The adapters that a conversation may name as its model, by key."""
        choice = self.choices.get(chat.TASK)
        return offered.offered(choice.model, self.settings.adapters_dir) if choice else {}

    @cached_property
    def watcher(self) -> Watcher:
        """What watches and listens."""
        return Watcher(self._bench(captioning.TASK, speech_to_text.TASK))

    @cached_property
    def drawing(self) -> Bench:
        """Where pictures are drawn."""
        return self._bench(text_to_image.TASK)

    @cached_property
    def mending(self) -> Bench:
        """Where pictures are filled."""
        return self._bench(inpainting.TASK)

    @cached_property
    def reading(self) -> Bench:
        """Where pages are read."""
        return self._bench(ocr.TASK)

    @cached_property
    def judging(self) -> Bench:
        """Where pictures are classified."""
        return self._bench(classification.TASK)

    @cached_property
    def documents(self) -> Desk:
        """What indexes documents and answers from them."""
        return Desk(self._bench(rag.TASK, embeddings.TASK), ())

    def choice(self, task: str, name: str) -> Choice:
        """Return the model of ``task`` that a caller names.

        Raises:
            ModelUnavailable: none can be had for the task.
            UnknownModel: it has another name.
        """
        choice = self.choices.get(task)
        if choice is None:
            raise ModelUnavailable(task)
        if name not in {AUTOMATIC, choice.model.key}:
            adapters = self.adapters if task == chat.TASK else ()
            raise UnknownModel(name, [AUTOMATIC, choice.model.key, *adapters])
        return choice

    def spec(self, model: Model) -> EngineSpec[Any]:
        """Return what the workload needs to run ``model``; the Spaces share its engine."""
        return self.provision.spec(model)

    def _bench(self, task: str, *also: str) -> Bench:
        return benches.bench(task, self.settings, self.workload, also)
