"""What all routes share: the models that this server can run, and the queue before them."""

from functools import cached_property
from typing import Any

from portfolio_core.catalog import Choice, Model
from portfolio_core.engines import chat, embeddings, text_to_speech
from portfolio_core.engines.chat import offered
from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.errors import ModelUnavailable, UnknownModel
from portfolio_core.provision import Provision
from portfolio_core.settings import Settings
from portfolio_core.workload import EngineSpec, Workload

AUTOMATIC = "auto"
"""The name that stands for the model which the server has chosen for a task."""
TASKS = (chat.TASK, embeddings.TASK, text_to_speech.TASK)


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
            raise UnknownModel(name, [AUTOMATIC, choice.model.key])
        return choice

    def spec(self, model: Model) -> EngineSpec[Any]:
        """Return what the workload needs to run ``model``; the Spaces share its engine."""
        return self.provision.spec(model)
