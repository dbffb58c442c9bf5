"""The plain side of training an adapter: peft as its pages show it, in float32, rows padded.

plain_lora.py FOLDER ROWS STEPS    prints tokens a second, the most bytes, and the last loss
"""

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
import torch  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

BATCH, RANK, RATE = 4, 16, 2e-4
NOT_LEARNT = -100  # what cross-entropy leaves out
MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def main() -> None:
    """Train for some steps."""
    folder, rows, steps = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    torch.manual_seed(0)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    tokenizer.pad_token = tokenizer.eos_token
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
    config = LoraConfig(task_type="CAUSAL_LM", r=RANK, lora_alpha=2 * RANK, target_modules=MODULES)
    model = get_peft_model(model, config).train()
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=RATE)
    read = [encoded(tokenizer, json.loads(line)) for line in rows.read_text("utf-8").splitlines()]
    tokens, losses = 0, []
    start = time.perf_counter()
    for step in range(steps):
        batch = [read[n % len(read)] for n in range(step * BATCH, (step + 1) * BATCH)]
        width = max(len(ids) for ids, _ in batch)
        ids = torch.tensor([row + [0] * (width - len(row)) for row, _ in batch])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row, _ in batch])
        labels = ids.masked_fill(mask == 0, NOT_LEARNT)
        for label, (_, prompt) in zip(labels, batch, strict=True):
            label[:prompt] = NOT_LEARNT
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss))
        tokens += int(mask.sum())
    seconds = time.perf_counter() - start
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    print(tokens / seconds, peak, losses[-1])


def encoded(tokenizer: Any, row: dict[str, Any]) -> tuple[list[int], int]:  # noqa: ANN401
    """Return the ids of a conversation, and how many of them are the prompt's."""
    asked = tokenizer.apply_chat_template(
        row["messages"][:-1], add_generation_prompt=True, tokenize=False
    )
    whole = asked + row["messages"][-1]["content"] + tokenizer.eos_token
    return tokenizer(whole).input_ids, len(tokenizer(asked).input_ids)


if __name__ == "__main__":
    main()
