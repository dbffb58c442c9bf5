"""The schedulers by the keys of the API, and what AUTOMATIC1111's Web UI calls them.

Source: https://huggingface.co/docs/diffusers/api/schedulers/overview
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Scheduler:
    """One scheduler.

    Attributes:
        kind: Its class in ``diffusers``.
        label: Its name in AUTOMATIC1111's form, and for people.
        settings: What differs from the class as the model sets it up.
    """

    kind: str
    label: str
    settings: Mapping[str, Any] = field(default_factory=dict)


SCHEDULERS: Mapping[str, Scheduler] = {
    "euler": Scheduler("EulerDiscreteScheduler", "Euler"),
    "euler-a": Scheduler("EulerAncestralDiscreteScheduler", "Euler a"),
    "dpmpp-2m": Scheduler("DPMSolverMultistepScheduler", "DPM++ 2M"),
    "dpmpp-2m-karras": Scheduler(
        "DPMSolverMultistepScheduler", "DPM++ 2M Karras", {"use_karras_sigmas": True}
    ),
    "unipc": Scheduler("UniPCMultistepScheduler", "UniPC"),
    "ddim": Scheduler("DDIMScheduler", "DDIM"),
    # Its first steps in the way of Runge and Kutta cannot be fewer than four.
    "pndm": Scheduler("PNDMScheduler", "PLMS", {"skip_prk_steps": True}),
    "lcm": Scheduler("LCMScheduler", "LCM"),
    "flow-euler": Scheduler("FlowMatchEulerDiscreteScheduler", "Flow Euler"),
}
"""Key to scheduler. A model of flow matching knows ``flow-euler`` only, and no other model does."""


def use(pipe: Any, key: str, config: Any) -> None:  # noqa: ANN401 - diffusers'
    """Give a pipeline the scheduler ``key``, set up as its model wants it.

    Args:
        pipe: The pipeline.
        key: Of :data:`SCHEDULERS`.
        config: Of the scheduler that came with the model: that of the one in use may hold
            settings of its own, which another would take over.
    """
    import diffusers

    wanted = SCHEDULERS[key]
    kind = getattr(diffusers, wanted.kind)
    pipe.scheduler = kind.from_config(config, **wanted.settings)
