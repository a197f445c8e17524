"""CPU time of `import longwriter` and of `--help`, each in processes of its own.

    python measurements/commands.py [runs]

Prints JSON: the least, the median and the most of so many runs (10), in milliseconds of user and system time.
"""

import json
import resource
import subprocess
import sys

COMMANDS = {
    "python": ("-c", "pass"),
    "import longwriter": ("-c", "import longwriter"),
    "import and use longwriter.write": ("-c", "import longwriter; longwriter.write"),
    "longwriter --help": ("-m", "longwriter", "--help"),
    "longwriter data --help": ("-m", "longwriter", "data", "--help"),
    "longwriter train --help": ("-m", "longwriter", "train", "--help"),
    "longwriter bench --help": ("-m", "longwriter", "bench", "--help"),
    "longwriter write --help": ("-m", "longwriter", "write", "--help"),
}


def cpu_ms(arguments: tuple[str, ...]) -> float:
    """One process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    found = {name: sorted(round(cpu_ms(arguments)) for _ in range(runs)) for name, arguments in COMMANDS.items()}
    print(json.dumps({name: [ms[0], ms[len(ms) // 2], ms[-1]] for name, ms in found.items()}, indent=1))


if __name__ == "__main__":
    main()
