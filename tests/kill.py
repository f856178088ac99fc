"""Kills trainings with SIGKILL at random moments until they are done: python3 tests/kill.py BINARY cpu|gpu KILLS

Each run goes on with --resume after every kill, and must end with the files of weights and the figures of a run
that nothing interrupted, to the bit. A plateau schedule, so that an epoch's end that was forgotten shows.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

CONFIG = """
[data]
source = "digits"
[model]
loss = "categorical"
layers = [{ op = "dense", units = 64, activation = "relu" }, { op = "batch_norm" }, { op = "dense", units = 10 }]
[optimizer]
type = "adam"
learning_rate = { schedule = "plateau", initial = 1e-2, patience = 1, factor = 0.5 }
ema = 0.9
[train]
epochs = 60
log_steps = true
"""
TIMES = ("seconds", "examples_per_second", "crc32")


def outcome(run):
    lines = {}
    for name in ("metrics.jsonl", "steps.jsonl"):
        values = [json.loads(line) for line in (run / name).read_text().splitlines()]
        lines[name] = [{key: value for key, value in line.items() if key not in TIMES} for line in values]
    weights = {name: (run / "checkpoints" / f"{name}.safetensors").read_bytes() for name in ("last", "best", "ema")}
    return lines, weights


def main(binary, device, wanted):
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "config.toml").write_text(CONFIG)
    fresh = [binary, "train", str(folder / "config.toml"), "--device", device, "--out"]
    subprocess.run([*fresh, str(folder / "whole")], check=True, capture_output=True)
    whole, kills, runs, draw = outcome(folder / "whole"), 0, 0, random.Random(7)
    while kills < wanted:
        runs += 1
        run = folder / str(runs)
        while True:
            begun = (run / "config.toml").exists()
            command = [binary, "train", "--resume", "--device", device, "--out"] if begun else fresh
            process = subprocess.Popen([*command, str(run)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                said = process.communicate(timeout=draw.uniform(0, 1.5) if kills < wanted else None)[1]
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                continue
            if process.returncode:
                sys.exit(f"{run}: {said}")
            break
        if outcome(run) != whole:
            sys.exit(f"{run} is not {folder / 'whole'}")
    print(f"{device}: {kills} kills in {runs} runs, all of which ended as if there had been none")


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
