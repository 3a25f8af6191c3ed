"""Measures an application in one jar, and the same on the module path, in alternation with `tenon bench`, and prints their speed as parts of its.

    ./mvnw package -DskipTests && ./tenon backends
    python deployments.py --model DIR [--prompt 512 --generate 128 --rounds 3] [--tenon ./tenon] [--samples samples/one-jar/target]

Needs nothing but Python, and a JDK 25 in JAVA_HOME or on the path.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
from pathlib import Path

MAIN = "org.tenon.samples.applications.Deployed"


def output(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--tenon", default="./tenon")
    parser.add_argument("--samples", type=Path, default=Path("samples/one-jar/target"))
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--generate", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    work = [given.model, str(given.prompt), str(given.generate)]
    jar = str(given.samples / "one-jar.jar")
    modules = str(given.samples / "modules")
    ways = {
        "one jar": [java, "-jar", jar, *work],
        "class path": [java, "-cp", jar, MAIN, *work],
        "module path": [java, "-p", modules, "--add-modules", "ALL-MODULE-PATH", "-m", f"org.tenon.samples.applications/{MAIN}", *work],
    }
    ratios = {way: {"prefill": [], "decode": []} for way in ways}
    for _ in range(given.rounds):
        bench = json.loads(
            output([given.tenon, "bench", "--model", given.model, "--json", "--prompt", work[1], "--generate", work[2]])
        )
        for way, command in ways.items():
            speeds = re.search(r"prefill ([0-9.]+) tokens/s, decode ([0-9.]+) tokens/s", output(command))
            for phase, speed in zip(("prefill", "decode"), speeds.groups()):
                ratios[way][phase].append(float(speed) / bench[phase]["tokens_per_second"])
    print("| parts of `tenon bench` | prefill | decode |")
    print("| --- | --- | --- |")
    for way, phases in ratios.items():
        print(f"| {way} | " + " | ".join(f"{statistics.median(values):.3f}" for values in phases.values()) + " |")


if __name__ == "__main__":
    main()
