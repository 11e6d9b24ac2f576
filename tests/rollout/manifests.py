# SPDX-License-Identifier: GPL-2.0
"""manifests.py FOLDER: the manifests for Kubernetes can be read, and their parts fit one another."""
import pathlib
import re
import sys

import yaml

FOLDER = pathlib.Path(sys.argv[1])


def report(name, problem):
    print(f"not ok {name}: {problem}" if problem else f"ok {name}")


class Strict(yaml.SafeLoader):
    """A key that stands twice would silently be the later one."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, f"a key twice in {keys}", node.start_mark)
        return super().construct_mapping(node, deep)


def documents(name):
    with open(FOLDER / name) as file:
        return list(yaml.load_all(file, Strict))


def by_kind(found):
    return {document["kind"]: document for document in found}


def whole(found):
    return [document for document in found
            if not (document.get("apiVersion") and document.get("kind") and document.get("metadata", {}).get("name"))]


def exporter(found):
    spec = found["DaemonSet"]["spec"]
    pod = spec["template"]["spec"]
    container, = pod["containers"]
    labels = spec["template"]["metadata"]["labels"]
    report("the selector takes the pods", spec["selector"]["matchLabels"].items() - labels.items())
    volumes = {volume["name"] for volume in pod["volumes"]}
    report("each volume has its place", volumes ^ {mount["name"] for mount in container["volumeMounts"]})
    maps = {volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume}
    report("the networks are there", maps ^ {found["ConfigMap"]["metadata"]["name"]})
    places = [mount["mountPath"] + "/" for mount in container["volumeMounts"]]
    paths = [word for word in container["args"] if word.startswith("/")]
    report("its files lie in volumes", [path for path in paths if not path.startswith(tuple(places))])
    networks = places[[mount["name"] for mount in container["volumeMounts"]].index("networks")]
    report("by the names that they have", {path[len(networks):] for path in paths if path.startswith(networks)}
           ^ set(found["ConfigMap"]["data"]))
    port = container["ports"][0]
    names = set(re.findall(r"\$\((\w+)\)", " ".join(container["args"])))
    report("each variable is set", names ^ {variable["name"] for variable in container["env"]})
    report("one port", {str(port["containerPort"]), str(port["hostPort"]), container["args"][1].rsplit(":", 1)[1],
                        spec["template"]["metadata"]["annotations"]["prometheus.io/port"]} - {"9989"})
    report("the probe asks that port", container["livenessProbe"]["httpGet"]["port"] != port["name"])
    rights = container["securityContext"]
    report("it has one right", rights["capabilities"] != {"drop": ["ALL"], "add": ["NET_ADMIN"]} or rights.get("privileged"))
    report("in the node's namespace", not pod.get("hostNetwork"))


def module(found, image):
    loader = found["Module"]["spec"]["moduleLoader"]["container"]
    where = loader["modprobe"]["dirName"] + "/lib/modules/${KERNEL_FULL_VERSION}"
    recipe = found["ConfigMap"]["data"]["dockerfile"]
    for mapping in loader["kernelMappings"]:
        report("the build is there", mapping["build"]["dockerfileConfigMap"]["name"] != found["ConfigMap"]["metadata"]["name"])
        report("what is signed is what is loaded", mapping["sign"]["filesToSign"] != [f"{where}/tcpwhy.ko"])
        report("kernels of Debian are taken", not re.search(mapping["regexp"], "6.1.0-57-cloud-amd64"))
        report("and no others", re.search(mapping["regexp"], "5.14.0-503.el9.x86_64"))
    report("it is built to where it is loaded from", f"{where}/tcpwhy.ko" not in recipe)
    report("of the exporter's image", f"FROM {image} AS source" not in recipe)


def main():
    everything = {name: documents(name) for name in ("exporter.yaml", "module.yaml")}
    for name, found in everything.items():
        report(f"{name} says what each part is", whole(found))
        spaces = {document["metadata"].get("namespace") for document in found if document["kind"] != "Namespace"}
        report(f"{name} is of one namespace", spaces - {"tcpwhy"})
    of_exporter = by_kind(everything["exporter.yaml"])
    exporter(of_exporter)
    module(by_kind(everything["module.yaml"]), of_exporter["DaemonSet"]["spec"]["template"]["spec"]["containers"][0]["image"])


main()
