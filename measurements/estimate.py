"""`longwriter train estimate` against what training takes: peak memory and speed of small models on one CPU core.

Run: python measurements/estimate.py [--json]. Each case is a process of its own, which builds a model of 3 to 11 million
parameters with transformers, takes three optimizer steps on random tokens with the loss that the trainers use, and says its
peak memory (VmHWM of the whole process) and its CPU seconds a step, which other work on the machine disturbs least. The
speed of the first case sets the operations a second; the others are predicted with it. Needs the [train] extra.

Memory is measured twice: as the C library's heap leaves it, and "held", with every tensor of over 0.2 MB mapped apart (the
variable MALLOC_MMAP_THRESHOLD_): the difference are holes in the heap between tensors that stay and tensors that go.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

from longwriter.train.estimate.memory import Job
from longwriter.train.estimate.shape import ModelShape
from longwriter.train.estimate.training import Hardware, estimate, hardware

LLAMA = {
    "model_type": "llama",
    "hidden_size": 192,
    "num_hidden_layers": 8,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 512,
    "vocab_size": 8192,
    "tie_word_embeddings": True,
}
QWEN = LLAMA | {"model_type": "qwen3", "head_dim": 64, "tie_word_embeddings": False}
WIDE = LLAMA | {"hidden_size": 320, "num_hidden_layers": 6, "intermediate_size": 864, "head_dim": 80}
JOB: dict[str, object] = {"sequence": 1024, "batch": 5, "device_batch": 5, "compute_bytes": 4, "lean_logits": False}
CASES: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "llama": (LLAMA, JOB),
    "llama, wider": (WIDE, JOB | {"batch": 3, "device_batch": 3}),
    "llama, rows of 4,096": (LLAMA, JOB | {"sequence": 4096, "batch": 1, "device_batch": 1}),
    "llama, eager attention": (LLAMA, JOB | {"batch": 3, "device_batch": 3, "attention": "eager"}),
    "llama, accumulating": (LLAMA, JOB | {"batch": 8, "device_batch": 4}),
    "llama, lean logits": (LLAMA, JOB | {"lean_logits": True}),
    "qwen3": (QWEN, JOB | {"batch": 4, "device_batch": 4}),
    "qwen3, checkpointing": (QWEN, JOB | {"batch": 8, "device_batch": 8, "checkpointing": True}),
    "qwen3, bfloat16": (QWEN, JOB | {"compute_bytes": 2}),
    "qwen3, packed": (QWEN, JOB | {"batch": 4, "device_batch": 4, "packed": True, "sample": 256}),
    "llama, LoRA": (LLAMA, JOB | {"lora_rank": 8}),
}
STEPS = 3


def measured(name: str, *, holes: bool = True) -> dict[str, float]:
    """A process of its own: `peak` bytes and CPU `seconds` a step; `holes`: with the C library's heap as it is."""
    command = [sys.executable, __file__, "--case", name]
    quiet = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    if not holes:
        quiet |= {"MALLOC_MMAP_THRESHOLD_": "200000"}
    done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def predicted(name: str, hw: Hardware) -> dict[str, float]:
    """Bytes of the whole process, and tokens a second."""
    config, job = CASES[name]
    made = estimate(ModelShape.of(config), Job.model_validate(job), hw)
    return {"peak": made.needed, "tokens_per_second": made.tokens_per_second, "flops": made.flops_per_token}


def calibrated(name: str, found: dict[str, float]) -> Hardware:
    """One core that is as fast as it was in this case."""
    job = Job.model_validate(CASES[name][1])
    hw = hardware("CPU")
    done = predicted(name, hw)["flops"] * job.batch * job.sequence / found["seconds"]
    return hw.model_copy(update={"tflops": done / 1e12, "tflops32": done / 1e12, "mfu": 1.0})


def status(key: str) -> int:
    """Bytes, of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(key))


def child(name: str) -> None:
    """Train, and print what it took."""
    torch, transformers = import_module("torch"), import_module("transformers")
    log_probs = import_module("longwriter.train.run.trainer").log_probs
    torch.set_num_threads(1)
    config, settings = CASES[name]
    job = Job.model_validate(settings)
    shape = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "max_position_embeddings": job.sequence}
    how = {"eager": "eager"}.get(job.attention, "sdpa")
    model = transformers.AutoModelForCausalLM.from_config(
        transformers.AutoConfig.for_model(**config, **shape), attn_implementation=how
    )
    model.config.use_cache = False
    if job.lean_logits:
        import_module("trl.trainer.utils").add_fused_lm_head(model)
    if job.checkpointing:
        model.gradient_checkpointing_enable()
    if job.lora_rank:
        peft = import_module("peft")
        model = peft.get_peft_model(
            model, peft.LoraConfig(r=job.lora_rank, target_modules="all-linear", task_type="CAUSAL_LM")
        )
    model.train()
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), fused=True)
    seconds = []
    for _ in range(STEPS):
        begin = time.process_time()
        for _ in range(job.batch // job.device_batch):
            ids = torch.randint(0, shape_vocab(config), (job.device_batch, job.sequence))
            batch = {"input_ids": ids, "labels": ids.clone()}
            if job.packed:
                batch["position_ids"] = (
                    (torch.arange(job.sequence) % int(job.sample or 1)).expand(ids.shape).contiguous()
                )
            with torch.autocast("cpu", torch.bfloat16, enabled=job.compute_bytes == 2):
                loss = -log_probs(model, batch, lean=job.lean_logits).mean()
            loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(time.process_time() - begin)
    print(json.dumps({"peak": status("VmHWM"), "seconds": min(seconds[1:])}))


def shape_vocab(config: dict[str, object]) -> int:
    """Number of tokens."""
    return int(str(config["vocab_size"]))


def rows() -> list[dict[str, object]]:
    """All cases: megabytes and tokens a second, estimated and measured."""
    table: list[dict[str, object]] = []
    hw = None
    for name, (config, settings) in CASES.items():
        found = measured(name)
        held = measured(name, holes=False)["peak"]
        hw = hw or calibrated(name, found)
        said = predicted(name, hw)
        speed = Job.model_validate(settings).batch * Job.model_validate(settings).sequence / found["seconds"]
        table.append(
            {
                "case": name,
                "parameters": ModelShape.of(config).parameters,
                "estimated_mb": round(said["peak"] / 1e6),
                "measured_mb": round(found["peak"] / 1e6),
                "memory_ratio": round(said["peak"] / found["peak"], 3),
                "held_mb": round(held / 1e6),
                "held_ratio": round(said["peak"] / held, 3),
                "estimated_tokens_s": round(said["tokens_per_second"]),
                "measured_tokens_s": round(speed),
                "speed_ratio": round(said["tokens_per_second"] / speed, 3),
            }
        )
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--case", choices=list(CASES), help=argparse.SUPPRESS)
    flags = parser.parse_args()
    if flags.case:
        child(flags.case)
        return
    table = rows()
    if flags.json:
        print(json.dumps(table, indent=1))
        return
    memory = f"{'MB said':>9}{'MB':>7}{'ratio':>7}{'held':>7}{'ratio':>7}"
    print(f"{'':24}{'parameters':>12}{memory}{'tokens/s said':>15}{'tokens/s':>10}{'ratio':>7}")
    for r in table:
        print(
            f"{r['case']:24}{r['parameters']:12,}{r['estimated_mb']:9,}{r['measured_mb']:7,}{r['memory_ratio']:7.2f}"
            f"{r['held_mb']:7,}{r['held_ratio']:7.2f}"
            f"{r['estimated_tokens_s']:15,}{r['measured_tokens_s']:10,}{r['speed_ratio']:7.2f}"
        )


if __name__ == "__main__":
    main()
