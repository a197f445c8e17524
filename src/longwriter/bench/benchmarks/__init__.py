"""The benchmarks by name. One is one file with one class that follows `base.Benchmark`, and one line here."""

BENCHMARKS = {  # name -> module and class, imported when used
    "longbench-write": "longwriter.bench.benchmarks.longbench_write:LongBenchWrite",
    "longwrite-ruler": "longwriter.bench.benchmarks.longwrite_ruler:LongWriteRuler",
    "writingbench": "longwriter.bench.benchmarks.writingbench:WritingBench",
    "arena-write": "longwriter.bench.benchmarks.arena_write:ArenaWrite",
    "constory": "longwriter.bench.benchmarks.constory:ConStory",
    "longgen": "longwriter.bench.benchmarks.longgen:LongGen",
    "writer-mini": "longwriter.bench.benchmarks.writer_mini:WriterMini",
}
