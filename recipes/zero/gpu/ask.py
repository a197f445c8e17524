"""What models write to files of requests: samples by the sampler of this folder, a line each.

Run: python recipes/zero/gpu/ask.py --base FOLDER --out FILE.jsonl --requests FILE.jsonl [--model NAME=FOLDER ...]
A request has id, set, asked (words), messages. A model is a folder of weights, or of an adapter; --base has the
tokenizer. With --loss FILE.parquet (a column text) the mean loss on plain prose is written too, as a line of the set "loss".
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import torch
from sampler import Sampler
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from longwriter.train.export.weights import merged

Row = dict[str, Any]


@torch.no_grad()  # type: ignore[untyped-decorator]
def loss_on(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> float:
    """Nats per token of texts by themselves, after the token that begins them all."""
    total, count = 0.0, 0
    texts = sorted(texts, key=len)  # little padding
    for start in range(0, len(texts), 16):
        ids = [[tokenizer.eos_token_id, *tokenizer(t)["input_ids"][:510]] for t in texts[start : start + 16]]
        longest = max(map(len, ids))
        device = next(model.parameters()).device
        tokens = torch.tensor([row + [0] * (longest - len(row)) for row in ids], device=device)
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids], device=device)
        with torch.autocast(device.type, torch.bfloat16):
            logits = model(input_ids=tokens, attention_mask=mask).logits.float()
        found = torch.nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none")
        total += float((found * mask[:, 1:]).sum())
        count += int(mask[:, 1:].sum())
    return total / count


def main() -> None:
    """Ask every model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--requests", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--most", type=int, default=640, help="tokens")
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--rows", type=int, default=256)
    parser.add_argument("--loss", type=Path)
    args = parser.parse_args()
    rows: list[Row] = [json.loads(line) for line in args.requests.read_text("utf-8").splitlines()]
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    ids = [
        tokenizer.apply_chat_template(r["messages"], add_generation_prompt=True, return_dict=False) for r in rows
    ] * args.samples
    order = sorted(range(len(ids)), key=lambda i: rows[i % len(rows)]["asked"])  # rows of one batch end together
    sampler = None
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("a", encoding="utf-8") as out:
        for named in args.model:
            name, _, folder = named.partition("=")
            begun = time.monotonic()
            model = merged(Path(folder), "f32").model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
            if sampler is None:
                sampler = Sampler(model, min(args.rows, len(ids)), args.most + 384, tokenizer.eos_token_id, quick=True)
            else:
                sampler.refresh(model)
            torch.manual_seed(0)
            if args.loss:
                value = loss_on(model, tokenizer, pq.read_table(args.loss)["text"].to_pylist())
                out.write(json.dumps({"model": name, "set": "loss", "loss": value}) + "\n")
            del model
            written = sampler([ids[i] for i in order], args.most, args.temperature)
            for i, row in zip(order, written, strict=True):
                ended = row[-1] == tokenizer.eos_token_id
                text = tokenizer.decode(row[:-1] if ended else row)
                told = {k: v for k, v in rows[i % len(rows)].items() if k != "messages"}
                told |= {"model": name, "sample": i // len(rows), "cut": not ended, "tokens": len(row), "text": text}
                out.write(json.dumps(told) + "\n")
            out.flush()
            print(
                f"{name}: {len(ids)} texts, {sum(map(len, written)):,} tokens, {time.monotonic() - begun:.1f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
