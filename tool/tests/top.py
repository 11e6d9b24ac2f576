# SPDX-License-Identifier: GPL-2.0
"""top on the whole screen: which keys are pressed, and what is seen then."""
import os
import shutil

import terminal
from terminal import DOWN, LEFT, RIGHT, UP

# name of the golden file: scene, arguments, keys, columns, environment
SCREENS = {
    "top-screen": ("noisy", [], [], 80, {}),
    "top-screen-wide": ("noisy", [], [], 200, {}),
    "top-screen-c": ("all", [], [], 80, {"LC_ALL": "C"}),
    "top-screen-no-color": ("all", [], [], 80, {"NO_COLOR": "1"}),
    "top-screen-20": ("all", [], [], 20, {}),
    "top-off": ("off-empty", [], [], 80, {}),
    "top-sort-count": ("all", [], ["4"], 120, {}),
    "top-sort-count-reversed": ("all", [], ["4", "4"], 120, {}),
    "top-sort-next": ("all", [], [">", ">", "R"], 120, {}),
    "top-sort-before": ("all", ["--sort", "count"], ["<"], 120, {}),
    "top-filter": ("all", [], ["f", "p", "a", "w", "s", "\n"], 120, {}),
    "top-columns": ("all", [], ["c", DOWN, DOWN, " "], 120, {}),
    "top-columns-changed": ("all", [], ["c", DOWN, " ", UP, " ", *[DOWN] * 12, " ", "q"], 120, {}),
    "top-columns-given": ("all", ["-o", "PEER,WHERE,COUNT"], [], 120, {}),
    "top-groups": ("all", [], ["b"], 120, {}),
    "top-groups-folded": ("all", [], ["b", "z", DOWN, "\n"], 120, {}),
    "top-groups-fold-one": ("noisy", ["--by", "port"], [DOWN, DOWN, "-"], 80, {}),
    "top-story": ("all", [], ["\n"], 80, {}),
    "top-story-aside": ("all", [], ["\n", "G", *["\033[B"] * 40, RIGHT, RIGHT], 80, {}),
    "top-story-back": ("all", [], ["\n", RIGHT, LEFT, LEFT], 80, {}),
    "top-story-search": ("all", [], ["\n", "/", *"sysctl", "\n", "n"], 80, {}),
    "top-story-search-nothing": ("all", [], ["\n", "/", *"xyzzy", "\n"], 80, {}),
    "top-help": ("all", [], ["h"], 80, {}),
    "top-reset-question": ("all", [], ["r"], 80, {}),
    "top-reset-no": ("all", [], ["r", "n"], 80, {"TCPWHY_TELL": "1"}),
    "top-reset-yes": ("all", [], ["r", "y"], 80, {"TCPWHY_TELL": "1"}),
    "top-reset-filtered": ("all", [], ["f", *"2001", "\n", "r", "y"], 80, {"TCPWHY_TELL": "1"}),
}


def show(binary, env, scene, args, keys, columns, more):
    """The screen after these keys, and how top ended when it was told to."""
    top = terminal.Terminal([str(binary), "top", *args], dict(env, TCPWHY_SCENE=scene, **more),
                            columns, 24)
    top.press(*keys)
    seen = top.screen.text()
    # out of whatever is open
    top.press("q", "q", "q") if top.program.poll() is None else None
    code, err = top.end()
    return seen, code, err


def without_host(seen, columns):
    """How long the names of the host and the kernel are decides where the title is cut."""
    title, rest = seen.split("\n", 1)
    return title[:min(13, columns)].rstrip() + "\n" + rest


def saved(binary, env, folder):
    shutil.rmtree(folder, ignore_errors=True)
    env = dict(env, XDG_CONFIG_HOME=str(folder))
    keys = ["4", "4", "c", " ", "q", "f", *"paws", "\n", "b", "i", "W"]
    seen, code, err = show(binary, env, "all", [], keys, 120, {})
    path = folder / "tcpwhy" / "toprc"
    yield "W says where the view is", None if f"saved in {path}" in seen or \
        "saved in " in seen else seen
    want = ("# The view of 'tcpwhy top', as its key W saved it.\n"
            "sort -COUNT\n"
            "columns SEVERITY,CAUSE,COUNT,RATE,LAST,CONFIDENCE,EVIDENCE\n"
            "filter paws\nby cause\ninfo yes\nall-netns no\n")
    got = path.read_text() if path.exists() else "no file"
    yield "W saves the view", None if got == want else f"came {got!r}"
    again = show(binary, env, "all", [], [], 120, {})[0].splitlines()
    yield "the view is as it was saved", None if again[2:12] == seen.splitlines()[2:12] else \
        f"came {again}"
    given = show(binary, env, "all", ["--sort", "LAST"], [], 120, {})[0]
    yield "an option wins over what was saved", None if "sorted by last" in given else given
    path.write_text("sort XYZZY\n\ncolumns\nby\ncolumns PEER,XYZZY\nfilter \x1b[2J\nnew thing\n")
    plain, torn = (show(binary, more, "all", [], [], 120, {}) for more in (env, dict(
        env, XDG_CONFIG_HOME=str(folder / "nothing"))))
    yield "nonsense in what was saved is left out", None if plain[0].split("\n", 1)[1] == \
        torn[0].split("\n", 1)[1] else plain[0]
    os.makedirs(folder / "file")
    (folder / "file" / "tcpwhy").write_text("")
    told = show(binary, dict(env, XDG_CONFIG_HOME=str(folder / "file")), "all", [], ["W"], 120,
                {})[0]
    yield "what cannot be saved is told", None if "cannot write" in told else told


def checks(binary, env, build, compare):
    described = terminal.description(build / "terminfo")
    if not described:
        print("# skipped: no tic to describe a terminal with")
        return
    env = dict(env, **described)
    for name, (scene, args, keys, columns, more) in SCREENS.items():
        seen, code, err = show(binary, env, scene, args, keys, columns, more)
        compare(name, f"$ tcpwhy {' '.join(['top', *args])}\n{without_host(seen, columns)}"
                f"--- exit {code}\n{err}")
    yield from saved(binary, env, build / "config")
