# SPDX-License-Identifier: GPL-2.0
"""The part of YAML that uapi/tcpwhy.yaml is written in; roots and machines may have no other parser."""
import re


def scalar(text):
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    if text.startswith("["):
        return [scalar(part.strip()) for part in text[1:-1].split(",")]
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if text in ("off", "on", "yes", "no"):
        # half of the parsers out there take these for booleans
        raise ValueError(f"{text!r} must be quoted")
    return {"true": True, "false": False}.get(text, text)


def parse_block(lines, indent):
    """What stands at @indent, taken off the end of @lines, which are in reverse: a mapping or a list."""
    result = None
    while lines and lines[-1][0] >= indent:
        depth, text = lines[-1]
        if depth > indent:
            raise ValueError(f"unexpected indent: {text}")
        if text == "-" or text.startswith("- "):
            lines.pop()
            result = [] if result is None else result
            result.append(scalar(text[2:]) if len(text) > 1 else
                          parse_block(lines, lines[-1][0]))
            continue
        key, _, value = text.partition(":")
        value = value.strip()
        lines.pop()
        result = {} if result is None else result
        if key in result:
            raise ValueError(f"{key} is there twice")
        if value == ">-":
            words = []
            while lines and lines[-1][0] > indent:
                words.append(lines.pop()[1])
            result[key] = " ".join(words)
        elif value:
            result[key] = scalar(value)
        else:
            result[key] = parse_block(lines, lines[-1][0])
    return result


def parse_yaml(text):
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.splitlines()
             if line.strip() and not line.lstrip().startswith("#")]
    return parse_block(lines[::-1], 0)
