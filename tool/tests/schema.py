# SPDX-License-Identifier: GPL-2.0
"""The part of JSON Schema that tcpwhy.schema.json uses, where no validator is installed."""
import json
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
KNOWN = {"$schema", "$defs", "title", "description", "$ref", "const", "enum", "type", "pattern",
         "anyOf", "properties", "required", "additionalProperties", "items"}


def is_type(value, name):
    if name in ("integer", "number"):
        return isinstance(value, int if name == "integer" else (int, float)) and \
            not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def problem(value, schema, root, where="$"):
    """What is wrong with a value, or None."""
    unknown = set(schema) - KNOWN
    if unknown:
        return f"{where}: this validator does not know {unknown}"
    if "$ref" in schema:
        return problem(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, where)
    if "const" in schema and value != schema["const"]:
        return f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where}: {value!r} is none of {schema['enum']}"
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, name) for name in names):
        return f"{where}: {value!r} is no {' or '.join(names)}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        return f"{where}: {value!r} does not match {schema['pattern']}"
    if "anyOf" in schema:
        problems = [problem(value, part, root, where) for part in schema["anyOf"]]
        if all(problems):
            return " and ".join(problems)
    return inside(value, schema, root, where)


def inside(value, schema, root, where):
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            found = problem(item, schema["items"], root, f"{where}[{i}]")
            if found:
                return found
    if not isinstance(value, dict):
        return None
    for name in schema.get("required", []):
        if name not in value:
            return f"{where}: {name} is missing"
    for name, item in value.items():
        part = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
        found = problem(item, part, root, f"{where}.{name}") if part else None
        if found:
            return found
    return None


class Schema:
    """One file; each of its objects is known by its command."""

    def __init__(self, path):
        self.root = json.loads(path.read_text())

    def problem(self, value):
        command = value.get("command")
        if command not in self.root["$defs"]:
            return f"no such command in the schema: {command!r}"
        try:
            import jsonschema
        except ImportError:
            jsonschema = None
        if jsonschema and hasattr(jsonschema, "Draft202012Validator"):
            validator = jsonschema.Draft202012Validator(
                {"$ref": f"#/$defs/{command}", "$defs": self.root["$defs"]})
            for error in validator.iter_errors(value):
                return f"{list(error.path)}: {error.message}"
        return problem(value, self.root["$defs"][command], self.root)

    def unknown_keys(self, value):
        """Members of an object that the schema does not name: they are to be documented there."""
        part = self.root["$defs"][value["command"]]
        parts = part.get("anyOf", [part])
        return set(value) - set().union(*(each["properties"] for each in parts))
