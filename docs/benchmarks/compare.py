"""Measures Tenon and llama.cpp in alternation, on the same machine, with as many threads, and prints a table for docs/performance.md.

    python compare.py --model DIR --gguf FILE.gguf --llama llama_cpp.mjs [--prompt 512 --generate 128 --threads 2 --rounds 3] [--tenon ./tenon]

llama_cpp.mjs must lie where npm has installed node-llama-cpp. Needs nothing but Python.
"""

import argparse
import json
import os
import statistics
import subprocess


def run(command, environment=None):
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout[done.stdout.index("{") :])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--llama", required=True)
    parser.add_argument("--tenon", default="./tenon")
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--generate", type=int, default=128)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    tenon, llama = [], []
    for _ in range(given.rounds):
        tenon.append(
            run(
                [given.tenon, "bench", "--model", given.model, "--json", "--repeat", "1"]
                + ["--prompt", str(given.prompt), "--generate", str(given.generate)],
                {"TENON_JAVA_OPTIONS": f"-Dorg.tenon.cpu.threads={given.threads}"},
            )
        )
        lengths = [str(number) for number in (given.prompt, given.generate, given.threads, 1)]
        llama.append(run(["node", given.llama, given.gguf, *lengths]))
    print(f"{tenon[0]['device']}; the median of {given.rounds} rounds in alternation\n")
    print("| | prefill, tokens/s | of the roof | decode, tokens/s | of the roof |")
    print("| --- | --- | --- | --- | --- |")
    for name, rounds in (("Tenon", tenon), ("llama.cpp", llama)):
        cells = []
        for phase in ("prefill", "decode"):
            cells.append(f"{statistics.median(one[phase]['tokens_per_second'] for one in rounds):.1f}")
            fractions = [one[phase].get("roof_fraction") for one in rounds]
            cells.append("" if None in fractions else f"{100 * statistics.median(fractions):.0f} %")
        print(f"| {name} | {' | '.join(cells)} |")
    ratios = {
        phase: statistics.median(
            ours[phase]["tokens_per_second"] / theirs[phase]["tokens_per_second"] for ours, theirs in zip(tenon, llama)
        )
        for phase in ("prefill", "decode")
    }
    print(f"\nTenon is {ratios['prefill']:.2f} times as fast in prefill and {ratios['decode']:.2f} times in decode.")


if __name__ == "__main__":
    main()
