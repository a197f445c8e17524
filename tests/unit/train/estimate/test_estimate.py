"""The estimate before renting: counts by hand, what sharing and offloading change, what is said where it does not fit."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.estimates import GLM

from longwriter.errors import InputError
from longwriter.train.estimate.memory import Job, Strategy, layer_bytes, memory
from longwriter.train.estimate.recipe import SHAPES
from longwriter.train.estimate.shape import ModelShape
from longwriter.train.estimate.training import Hardware, estimate, flops_per_token, hardware, seconds_per_step

SMALL = ModelShape(hidden=8, layers=2, heads=2, kv_heads=1, head_dim=4, ffn=16, vocab=10, tied=False)
# Matrices of a layer: 8x8 + 2 x 8x4 + 8x8 + 3 x 8x16 = 576; with norms 592; 2 layers, 2 x 80 of embeddings, 8: 1,352.
PAPER = {"sequence": 32_768, "batch": 8, "packed": True, "sample": 940, "attention": "flash", "weight_bytes": 2}
PAPER |= {"checkpointing": True, "strategy": "zero3"}


def test_parameters_by_hand():
    assert (SMALL.layer_matrices, SMALL.layer, SMALL.parameters) == (576, 592, 1352)
    assert SMALL.model_copy(update={"tied": True}).parameters == 1272
    assert SMALL.adapters(2) == 2 * 2 * (16 + 12 + 12 + 16 + 24 + 24 + 24)
    assert SMALL.adapters(2, ("q_proj", "v_proj")) == 2 * 2 * (16 + 12)


@pytest.mark.parametrize(
    ("name", "parameters"),  # as the models' cards say
    [
        ("llama-3.1-8b", 8_030_261_248),
        ("glm-4-9b-hf", 9_399_951_360),
        ("qwen2.5-7b", 7_615_616_512),
        ("qwen2.5-32b", 32_763_876_352),
        ("qwen3-8b", 8_190_735_360),
    ],
)
def test_public_models_have_the_parameters_that_they_are_known_for(name, parameters):
    assert ModelShape.of(tomllib.loads(SHAPES.read_text("utf-8"))[name]).parameters == parameters


def test_the_first_glm_is_the_second():
    assert ModelShape.of(GLM).parameters == 9_399_951_360
    assert "dense_h_to_4h" in ModelShape.of(GLM).linears


def test_shapes_that_are_not_known_are_refused():
    with pytest.raises(InputError, match="model_type 'gpt2'"):
        ModelShape.of({"model_type": "gpt2"})
    with pytest.raises(InputError, match="hidden_size: None"):
        ModelShape.of({"model_type": "llama"})
    with pytest.raises(InputError, match="vocab_size: '1'"):
        ModelShape.of(GLM | {"padded_vocab_size": "1"})
    with pytest.raises(InputError, match="no matrix c_attn: there are q_proj"):
        SMALL.adapters(2, ("c_attn",))


def test_memory_of_one_gpu_by_hand():
    job = Job(sequence=100, batch=2, weight_bytes=4, compute_bytes=4, lean_logits=False, attention="flash")
    # Norms 2 x 12 x 8; attention 4 x (3 x 8 + 2 x 4) + 4 x 2 heads; feed-forward 4 x 4 x 16.
    assert layer_bytes(SMALL, job) == 192 + 136 + 256
    m = memory(SMALL, job, 1)
    assert (m.weights, m.gradients, m.optimizer, m.buffers) == (5408, 5408, 10816, 0)  # accumulating: gradients stay
    assert m.activations == 100 * (2 * 584 + 96)
    assert m.working == 100 * 4 * (2 * 16 + 4 * 8)  # more than 12 x 100 x 10 of logits
    assert m.device == 5408 * 4 + 126_400 + 25_600
    once = memory(SMALL, job.model_copy(update={"batch": 1}), 1)
    assert once.gradients == 0  # they come while 126,400 bytes of activations go
    again = memory(SMALL, job.model_copy(update={"checkpointing": True}), 1)
    assert again.activations == 100 * (2 * 32 + 96)
    assert again.working == 25_600 + 100 * 584


def test_what_a_layer_keeps_by_hand():
    job = Job(
        sequence=100, batch=1, compute_bytes=2, attention="flash"
    )  # autocast: float32 weights, so 4 + 4 + 2 a norm
    plain = 2 * 10 * 8 + 2 * (3 * 8 + 2 * 4) + 4 * 2 + 2 * 4 * 16
    assert layer_bytes(SMALL, job) == plain

    def kept(shape=SMALL, **changes):
        return layer_bytes(shape, job.model_copy(update=changes)) - plain

    assert kept(attention="sdpa", packed=True) == 2 * 2 * 4  # keys and values of the one head repeated for the other
    assert kept(attention="sdpa") == 0
    assert kept(attention="eager") == 2 * 100 * (4 + 2)
    assert kept(strategy=Strategy.FSDP) == -2 * 2 * 8  # the stream is cast to 2 bytes
    assert kept(lora_rank=4) == 2 * (5 * 8 + 8 + 16) - 2 * 4 * 8  # inputs cast for adapters; norms keep inputs alone
    assert (
        kept(lora_rank=4, compute_bytes=4)
        == layer_bytes(SMALL, job.model_copy(update={"compute_bytes": 4})) - 64 - plain
    )
    assert kept(SMALL.model_copy(update={"model_type": "qwen3"})) == (4 + 4) * (8 + 4)


def test_what_else_takes_memory_by_hand():
    job = Job(sequence=100, batch=8, compute_bytes=2, attention="flash")
    assert memory(SMALL, job, 1).buffers == 2 * 1352  # casts
    assert memory(SMALL, job, 8).buffers == (2 + 4) * 1352  # and the buckets
    assert memory(SMALL, job.model_copy(update={"optimizer": "muon"}), 1).optimizer == pytest.approx(
        4 * (2 * 1352 - 1152)
    )
    packed = job.model_copy(update={"attention": "sdpa", "packed": True})
    masks = memory(SMALL, packed, 1).activations - memory(SMALL, job, 1).activations
    assert masks == 3 * 100**2 + 100 * 2 * 16
    assert memory(SMALL, job, 1).working == 2 * 100 * 32_768 + 4 * 8 * 110  # a tile and gradients in float32
    assert memory(SMALL, job, 1, cpu=True).working == 8 * 4 * 100 * 10 + 4 * 8 * 110
    large = SMALL.model_copy(update={"vocab": 100_000})
    whole = memory(large, job.model_copy(update={"lean_logits": False}), 1).working
    assert whole == (2 + 8) * 100 * 100_000


def test_what_each_strategy_shares():
    job = Job(sequence=10, batch=16, weight_bytes=4, compute_bytes=2)
    n = SMALL.parameters
    shared = {s: memory(SMALL, job.model_copy(update={"strategy": s}), 8) for s in Strategy}
    states = {s: (m.weights / n, m.gradients / n, m.optimizer / n) for s, m in shared.items()}
    assert states == {
        "ddp": (4, 4, 8),
        "fsdp": (4 / 8, 4 / 8, 8 / 8),
        "zero1": (2, 2, 12 / 8),
        "zero2": (2, 2 / 8, 12 / 8),
        "zero3": (2 / 8, 2 / 8, 12 / 8),
    }
    away = memory(SMALL, job.model_copy(update={"strategy": Strategy.ZERO3, "offload": "all"}), 8)
    assert (away.weights, away.gradients, away.optimizer, away.host) == (0, 0, 0, 16 * n)
    some = memory(SMALL, job.model_copy(update={"strategy": Strategy.ZERO2, "offload": "optimizer"}), 8)
    assert (some.weights, some.optimizer, some.host) == (2 * n, 0, 14 * n)


def test_a_reference_model_is_held_unless_adapters_can_be_switched_off():
    job = Job(method="dpo", sequence=10, batch=1)
    assert memory(SMALL, job, 1).reference == 4 * SMALL.parameters
    assert memory(SMALL, job.model_copy(update={"lora_rank": 2}), 1).reference == 0
    sft = memory(SMALL, Job(sequence=10, batch=1), 1)
    assert memory(SMALL, job, 1).activations == 2 * sft.activations


def test_operations_by_hand():
    job = Job(sequence=100, batch=1, lean_logits=False, attention="flash")
    forward, head, attention = 2 * 2 * 576, 2 * 80, 4 * 8 * 50 * 2
    assert flops_per_token(SMALL, job) == 3 * (forward + head) + 3.5 * attention
    assert (
        flops_per_token(SMALL, job.model_copy(update={"lean_logits": True})) == 3 * forward + 4 * head + 3.5 * attention
    )
    assert (
        flops_per_token(SMALL, job.model_copy(update={"checkpointing": True}))
        == 4 * forward + 3 * head + 4.5 * attention
    )
    assert flops_per_token(SMALL, job.model_copy(update={"method": "dpo"})) == 4 * (forward + head) + 4.5 * attention
    lora = 2 * SMALL.adapters(4)
    assert (
        flops_per_token(SMALL, job.model_copy(update={"lora_rank": 4}))
        == 2 * (forward + head) + 3.5 * attention + 3 * lora
    )
    packed = job.model_copy(update={"packed": True, "sample": 20.0})
    assert flops_per_token(SMALL, packed) == 3 * (forward + head) + 3.5 * attention / 5
    masked = packed.model_copy(update={"attention": "sdpa"})
    assert flops_per_token(SMALL, masked) == 3 * (forward + head) + 3.5 * attention * 2  # the mask skips nothing


def test_six_n_d():
    shape = ModelShape.of(tomllib.loads(SHAPES.read_text("utf-8"))["llama-3.1-8b"])
    without = shape.parameters - shape.embedding  # looking a row up multiplies nothing
    ratio = flops_per_token(shape, Job(sequence=256, batch=1, lean_logits=False)) / (6 * without)
    assert 1 <= ratio < 1.01


def test_a_step_waits_for_what_takes_longest():
    fast = Hardware(
        name="H",
        gpus=2,
        memory=80,
        reserve=0,
        tflops=1,
        tflops32=1,
        mfu=0.5,
        hbm=1,
        link=1e9,
        host_link=1e9,
        host_memory=1e9,
    )
    job = Job(sequence=100, batch=2, compute_bytes=2)
    computing = flops_per_token(SMALL, job) * 200 / (2 * 0.5e12)
    assert seconds_per_step(SMALL, job, fast) == pytest.approx(computing)
    sent = 2 * 4 * 1352 / 2  # all-reduce: half of 2 w T from each of the two
    slow = fast.model_copy(update={"link": sent / computing / 3e9})
    assert seconds_per_step(SMALL, job, slow) == pytest.approx(3 * computing)
    away = job.model_copy(update={"strategy": Strategy.ZERO3, "offload": "all"})
    host = fast.model_copy(update={"host_memory": 1e-6})
    assert seconds_per_step(SMALL, away, host) == pytest.approx(computing + 28 * 1352 / 1e3)
    far = fast.model_copy(update={"host_link": 1e-6})
    assert seconds_per_step(SMALL, away, far) == pytest.approx(
        computing + 2 * (2 + 2) * 1352 / 2 / 1e3
    )  # both ways, twice


def test_hours_and_cost():
    hw = hardware("4xA100-80GB", mfu=0.5)
    made = estimate(SMALL, Job(sequence=1000, batch=4, tokens=4e6), hw, price=2.0)
    assert made.steps == 1000
    assert made.hours == pytest.approx(1000 * made.seconds_per_step / 3600)
    assert made.cost == pytest.approx(made.hours * 8)
    assert estimate(SMALL, Job(sequence=1000, batch=4, steps=7), hw).steps == 7
    unknown = estimate(SMALL, Job(sequence=1000, batch=4), hw, price=2.0)
    assert (unknown.steps, unknown.hours, unknown.cost) == (None, None, None)


@pytest.mark.parametrize(
    ("spec", "name", "gpus"),
    [
        ("8xH100-80GB", "H100-80GB", 8),
        ("h200", "H200-141GB", 1),
        ("2 x a100-40gb", "A100-40GB", 2),
        ("64×H800", "H800-80GB", 64),
        ("RTX4090", "RTX4090-24GB", 1),
        ("2xCPU", "CPU", 2),
    ],
)
def test_hardware_as_people_write_it(spec, name, gpus):
    assert (hardware(spec).name, hardware(spec).gpus) == (name, gpus)


@pytest.mark.parametrize(
    ("spec", "said"),
    [("A100", "A100-40GB or A100-80GB"), ("0xH100", "such as"), ("", "such as"), ("TPU", "CPU")],
)
def test_hardware_that_is_not_known_is_refused(spec, said):
    with pytest.raises(InputError, match=said):
        hardware(spec)


def test_settings_that_cannot_go_together():
    for wrong in (
        {"offload": "all"},
        {"strategy": "fsdp", "offload": "optimizer"},
        {"strategy": "zero2", "offload": "all"},
    ):
        with pytest.raises(ValueError, match="offload"):
            Job(sequence=1, batch=1, **wrong)
    with pytest.raises(InputError, match=r"run\.batch = 3 rows cannot be split over 2 GPUs .* multiple of 4"):
        estimate(SMALL, Job(sequence=1, batch=3, device_batch=2), hardware("2xH100"))


def test_longwriter_9b_as_the_paper_trained_it():
    shape, hw = ModelShape.of(GLM), hardware("8xH800-80GB")
    epochs = 4 * 186_000 * 940
    whole = estimate(shape, Job(**PAPER, offload="all", lean_logits=False, tokens=epochs), hw)
    assert whole.missing == 0
    assert 2500 <= whole.steps <= 3000  # the paper's
    bare = estimate(shape, Job(**PAPER, lean_logits=False), hw)
    assert 0.95 * bare.available < bare.needed < bare.available  # without offload: to the last GiB or two
    lean = estimate(shape, Job(**PAPER, lean_logits=True), hw)
    assert lean.needed < 0.6 * lean.available
    alone = estimate(shape, Job(**PAPER | {"strategy": "ddp"}), hw)
    assert alone.missing > 0
    assert alone.remedies == ("run.fsdp = true",)


def test_remedies_are_enough_and_none_is_idle():
    shape = ModelShape.of(tomllib.loads(SHAPES.read_text("utf-8"))["llama-3.1-8b"])
    job = Job(sequence=32_768, batch=8, device_batch=1, lean_logits=False, packed=True)
    made = estimate(shape, job, hardware("8xA100-40GB"))
    assert made.missing > 0
    assert made.remedies == ("run.lean_logits = true", "run.fsdp = true", "run.gradient_checkpointing = true")
    assert made.enough_gpus is None  # activations do not become fewer
    checkpointed = estimate(
        shape, job.model_copy(update={"checkpointing": True, "lean_logits": True}), hardware("A100-40GB")
    )
    assert checkpointed.enough_gpus == 8
    assert estimate(shape, job, hardware("8xA100-40GB", memory=2000.0)).remedies == ()
    assert estimate(shape, job, hardware("RTX4090", memory=2.0)).remedies == ()


jobs = st.builds(
    Job,
    sequence=st.integers(2, 5000),
    batch=st.just(64),
    device_batch=st.sampled_from([1, 2]),
    checkpointing=st.booleans(),
    weight_bytes=st.sampled_from([2, 4]),
    strategy=st.sampled_from([Strategy.DDP, Strategy.FSDP, Strategy.ZERO3]),
    lora_rank=st.none() | st.integers(1, 8),
    method=st.sampled_from(["sft", "dpo", "pretrain"]),
)
LARGE = ModelShape(hidden=1024, layers=12, heads=16, kv_heads=4, head_dim=64, ffn=4096, vocab=50_000, tied=False)


@given(jobs, st.sampled_from([1, 2, 8, 32]))
def test_more_of_anything_takes_more(job, gpus):
    now = memory(LARGE, job, gpus).device
    assert now > 0
    assert memory(LARGE, job.model_copy(update={"sequence": 2 * job.sequence}), gpus).device > now
    assert memory(LARGE, job.model_copy(update={"checkpointing": False}), gpus).device >= now
    hw = hardware(f"{gpus}xH100")
    assert seconds_per_step(LARGE, job.model_copy(update={"checkpointing": True}), hw) >= seconds_per_step(
        LARGE, job, hw
    )
    made = estimate(LARGE, job, hw)
    assert made.tokens_per_second > 0
    assert bool(made.missing) == (made.needed > made.available)


def test_weights_of_4_bits_by_hand():
    plain = Job(sequence=100, batch=2, lora_rank=2, weight_bytes=2)
    four = memory(SMALL, plain.model_copy(update={"quantized": True}), 1)
    # 2 layers of 576 weights: 4 bits, 1 byte for 64, 4 bytes for 64 x 256.
    assert memory(SMALL, plain, 1).weights - four.weights == pytest.approx(2 * 576 * (2 - 0.5 - 1 / 64 - 4 / 16384))


def test_weights_of_4_bits_are_not_advised_to_be_shared_out():
    big = SMALL.model_copy(update={"hidden": 4096, "ffn": 16_384, "layers": 80, "heads": 32, "kv_heads": 32})
    job = Job(sequence=100_000, batch=8, lora_rank=2, weight_bytes=2, quantized=True)
    said = estimate(big, job, hardware("8xH100"))
    assert said.missing > 0
    assert said.enough_gpus is None
    assert not any("fsdp" in remedy or "ZeRO" in remedy for remedy in said.remedies)


def test_embeddings_that_are_trained_whole_move_and_are_there_twice():
    plain = Job(sequence=100, batch=2, lora_rank=2, weight_bytes=2)
    whole = plain.model_copy(update={"whole": 2})
    assert whole.trained(SMALL) == plain.trained(SMALL) + 2 * 80
    assert memory(SMALL, whole, 1).weights - memory(SMALL, plain, 1).weights == 4 * 2 * 80
    assert memory(SMALL, whole, 1).optimizer - memory(SMALL, plain, 1).optimizer == 2 * 4 * 2 * 80


def test_activations_that_wait_on_the_host_leave_five_layers_here():
    deep = SMALL.model_copy(update={"layers": 12})
    plain = Job(sequence=100, batch=4, checkpointing=True)
    away = memory(deep, plain.model_copy(update={"activations_away": True}), 2)
    moved = 100 * 7 * 4 * 8  # tokens, layers, a float of each of the hidden
    assert memory(deep, plain, 2).activations - away.activations == moved
    assert away.host == 2 * moved
    assert memory(SMALL, plain.model_copy(update={"activations_away": True}), 1) == memory(SMALL, plain, 1)


def test_gpus_that_share_a_row_hold_their_part_of_it():
    h100 = hardware("8xH100")
    job = Job(sequence=65_536, batch=2, strategy="fsdp", attention="flash")
    shared = job.model_copy(update={"row_gpus": 4})
    assert memory(SMALL, shared, 8).activations == memory(SMALL, job, 8).activations / 4
    assert estimate(SMALL, shared, h100).steps is None
    with pytest.raises(InputError, match=r"run\.batch = 2 rows cannot be split over 8 GPUs"):
        estimate(SMALL, job, h100)
    with pytest.raises(InputError, match=r"run\.context_parallel = 3: 8 GPUs are no multiple"):
        estimate(SMALL, job.model_copy(update={"row_gpus": 3}), h100)
