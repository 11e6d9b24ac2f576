#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""report.py DIR KERNEL...: DIR/KERNEL/{raw,facts}.tsv into DIR/results.tsv, DIR/chart.dat and DIR/report.md."""
import collections
import pathlib
import statistics
import sys

# Setting in raw.tsv, and its heading.
SETTINGS = {
    "nothing": "nothing",
    "hooks": "empty hooks",
    "hook-in": "without LOCAL_OUT",
    "tcpwhy": "tcpwhy",
    "full": "tcpwhy, full table",
    "lean": "tcpwhy, lean",
    "events": "tcpwhy, no packet causes",
    "bpftrace": "bpftrace",
    "tcpdrop": "tcpdrop",
    "tcpretrans": "tcpretrans",
    "tcpstates": "tcpstates",
    "conntrack": "conntrack",
    "nothing-before": "drift",
}
CHART = ["hooks", "tcpwhy", "lean", "bpftrace", "tcpdrop", "tcpretrans", "tcpstates", "conntrack"]
DATA = ["request/response lo", "request/response veth", "bulk lo, per MiB"]
FORWARDED = "forwarded request/response"
ABNORMAL = ["SYN refused, peer known", "SYN refused, peer new", "spoofed SYN, port closed", "retransmission, SACK",
            "retransmission, time-out"]
BUCKETS_A_SECOND = 163840  # module/hooks/walk.c


def read(path):
    return [line.rstrip("\n").split("\t") for line in open(path)]


class Kernel:
    def __init__(self, directory):
        self.batches = collections.defaultdict(list)
        for setting, op, value in read(directory / "raw.tsv"):
            self.batches[op, setting].append(float(value))
        self.batches = dict(self.batches)
        self.facts = dict(read(directory / "facts.tsv"))
        self.ops = list(dict.fromkeys(op for op, _ in self.batches))

    def has(self, op, setting):
        return (op, setting) in self.batches

    def median(self, op, setting="nothing"):
        return statistics.median(self.batches[op, setting])

    def extra(self, op, setting):
        return self.median(op, setting) - self.median(op)

    def percent(self, op, setting):
        return 100 * self.extra(op, setting) / self.median(op)

    def quartiles(self, op, setting):
        low, _, high = statistics.quantiles(self.batches[op, setting], n=4)
        return low, high

    def fact(self, name):
        return float(self.facts[name])


def row(cells):
    return "| " + " | ".join(cells) + " |"


def grid(heading, rows):
    return "\n".join([row(heading), row(["---"] + ["---:"] * (len(heading) - 1))] + [row(r) for r in rows])


def costs(kernel):
    """Instructions without anything and half their middle spread; for each setting what it adds."""
    settings = [s for s in SETTINGS if s != "nothing" and any(kernel.has(op, s) for op in kernel.ops)]
    rows = []
    for op in kernel.ops:
        low, high = kernel.quartiles(op, "nothing")
        middle = kernel.median(op)
        cells = [op, f"{middle:,.0f} ± {50 * (high - low) / middle:.2f} %"]
        for setting in settings:
            cells.append(f"{kernel.extra(op, setting):+,.0f} ({kernel.percent(op, setting):+.2f} %)"
                         if kernel.has(op, setting) else "")
        rows.append(cells)
    return grid(["instructions", "nothing"] + [SETTINGS[s] for s in settings], rows)


def hook_ratios(kernel):
    """What a setting adds as a multiple of what empty hooks add, where that stands out of the noise."""
    settings = [s for s in CHART[1:] + ["events"] if any(kernel.has(op, s) for op in kernel.ops)]
    rows = []
    for op in kernel.ops:
        # A pass is some 80 instructions.
        hooks = kernel.extra(op, "hooks")
        rows.append([op] + [f"{kernel.extra(op, s) / hooks:.2f}" if hooks > 50 and kernel.has(op, s) else ""
                            for s in settings])
    return grid(["extra cost ÷ that of empty hooks"] + [SETTINGS[s] for s in settings], rows)


def budgets(kernel):
    """(what, measured, limit, unit)"""
    for op in DATA:
        # Bulk varies by more than a hook adds on some kernels: then it tells nothing.
        low, high = kernel.quartiles(op, "nothing")
        if kernel.extra(op, "hooks") < (high - low) / 2:
            continue
        yield f"data: {op}", kernel.extra(op, "tcpwhy") / kernel.extra(op, "hooks"), 1.25, "× a pair of empty hooks"
    # One empty hook a packet; tcpwhy looks at it twice.
    yield (f"data: {FORWARDED}", kernel.extra(FORWARDED, "tcpwhy") / kernel.extra(FORWARDED, "hooks") / 2, 1.25,
           "× two empty hooks a packet")
    one_end = kernel.extra("connect/close, one end", "tcpwhy")
    yield ("connect/close on veth, one end watched",
           100 * one_end / kernel.median("connect/close veth"), 1.5, "%")
    for op in ABNORMAL:
        yield f"abnormal event: {op}", kernel.extra(op, "tcpwhy"), 800, "instructions"
    yield "spoofed SYN with a cookie", kernel.percent("spoofed SYN, cookie", "tcpwhy"), 4, "%"
    yield ("the same, table full",
           kernel.percent("spoofed SYN, cookie", "full"), 4, "%")
    yield ("the same, in a flood", 100 * (kernel.fact("flood of spoofed SYNs, tcpwhy") /
                                          kernel.fact("flood of spoofed SYNs, nothing") - 1), 4, "%")
    for op in DATA[:2]:
        yield f"lean mode, {op}", kernel.percent(op, "lean"), 0.2, "% (0 within the noise)"
    parts = ("of it vmalloc", "slab", "per-CPU", "code and data")
    yield "memory: vmalloc, slab, per-CPU, code", sum(kernel.fact(f"tcpwhy, {p} KiB") for p in parts) / 1024, 16, "MiB"
    yield "free memory taken at load", kernel.fact("tcpwhy, free memory taken at load KiB") / 1024, 16, "MiB"
    yield "resident set, tcpwhy list -J", kernel.fact("tcpwhy list -J, resident KiB") / 1024, 8, "MiB"
    yield ("dump of 16384 peers, tcpwhy list -J",
           kernel.fact("tcpwhy list -J, instructions per entry") / kernel.fact("conntrack -L, instructions per entry"),
           2, "× conntrack -L, per entry")


def verdicts(kernel):
    rows = [[what, f"{got:,.{0 if limit > 100 else 2}f}", f"≤ {limit} {unit}",
             "met" if round(got, 2) <= limit else "**missed**"]
            for what, got, limit, unit in budgets(kernel)]
    return grid(["budget", "measured", "limit", ""], rows)


def scale(kernel):
    """What tcpwhy adds by the number of peers it knew before."""
    sizes = sorted(int(s[6:]) for s in {s for _, s in kernel.batches} if s.startswith("scale-"))
    ops = [op for op in kernel.ops if kernel.has(op, f"scale-{sizes[0]}")]
    rows = [[f"{n:,}"] + [f"{kernel.extra(op, f'scale-{n}'):+,.0f}" for op in ops] +
            [f"{kernel.fact(f'tcpwhy why, {n} peers, instructions per entry'):,.0f}"] for n in sizes]
    return grid(["peers at the beginning, of 262,144"] + ops + ["`tcpwhy why PEER`, all included"], rows)


def sweep(kernel):
    def taken(sockets):
        return kernel.fact(f"sweep, {sockets} sockets: instructions in 40 s")

    def walks(sockets):
        return kernel.fact(f"sweep, {sockets} sockets: walks in 40 s")

    empty = (taken(1) - taken(0)) / walks(1)
    full = (taken(10000) - taken(0)) / walks(10000)
    looked = kernel.fact("sweep, 10000 sockets: looked at in 40 s") / walks(10000)
    bucket = empty / kernel.fact("sweep, buckets")
    return grid(["sweep over TIME_WAIT", "instructions"], [
        [f"a walk over {kernel.facts['sweep, buckets']} empty buckets", f"{empty:,.0f}"],
        ["for a bucket", f"{bucket:.1f}"],
        [f"a walk with {looked:,.0f} sockets", f"{full:,.0f}"],
        ["for a socket", f"{(full - empty) / looked:.0f}"],
        [f"at most a second ({BUCKETS_A_SECOND:,} buckets), a socket in each",
         f"{BUCKETS_A_SECOND * (bucket + (full - empty) / looked):,.0f}"],
    ])


def write_data(top, kernels):
    with open(top / "results.tsv", "w") as results, open(top / "chart.dat", "w") as chart:
        heading = ["kernel", "operation", "setting", "median", "low_quartile", "high_quartile", "batches"]
        print(*heading, sep="\t", file=results)
        for name, kernel in kernels.items():
            for op, setting in kernel.batches:
                print(name, op, setting, kernel.median(op, setting), *kernel.quartiles(op, setting),
                      len(kernel.batches[op, setting]), sep="\t", file=results)
            print(f'"{kernel.facts["kernel"]}"', *(f'"{SETTINGS[s]}"' for s in CHART), file=chart)
            for op in kernel.ops:
                values = (f"{kernel.percent(op, s):.3f}" if kernel.has(op, s) else "?" for s in CHART)
                print(f'"{op}"', *values, file=chart)
            print("\n", file=chart)


def tables(kernels):
    for name, kernel in kernels.items():
        yield f"### {name}: Linux {kernel.facts['kernel']}"
        yield from (make(kernel) for make in (costs, hook_ratios, verdicts, scale, sweep))
        yield grid(["other figures", ""], [[k, v] for k, v in kernel.facts.items()
                                           if k != "kernel" and not k.startswith("sweep,")])


def main():
    top = pathlib.Path(sys.argv[1])
    kernels = {name: Kernel(top / name) for name in sys.argv[2:]}
    write_data(top, kernels)
    (top / "report.md").write_text("\n\n".join(tables(kernels)) + "\n")


main()
