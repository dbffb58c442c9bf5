"""The Space text-to-image on a tiny model of random weights, made at its start.

Its first argument is the folder for it; it draws noise, but quickly, and each time the same.
With "slowly" as the second one it takes its time, never ends, and prints what it does; with
"refined" it is a tiny SDXL with its refiner.
"""

import importlib.util
import runpy
import sys
import time
from pathlib import Path

import numpy as np

from portfolio_core import catalog
from portfolio_core.engines.diffusion import Step
from portfolio_core.settings import MEBIBYTE, Preset

HERE = Path(__file__).resolve().parent
STEP_SECONDS = 0.1
