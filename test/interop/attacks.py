"""Gives the attack files of test/vectors/attacks to the device in Python, and says what came otherwise than they say.

What this device does not do is left out: attacks on dongles, commands but `context` and `apply`, notices, write-offs and
PINs, and events around a container. Prints one line of JSON: {"tried": number, "left": number, "wrong": [text]}."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

from device import Device
from files import Refused
from records import SCHEMAS, Code
from state import State, write

COMMANDS = {"context": 2, "apply": 3}
Json = Dict[str, Any]


def is_for_this_device(group: Json, attack: Json) -> bool:
    calls = [*attack["before"], attack["attack"]]
    known = all(call.get("command") in COMMANDS for call in calls)
    return known and group["container"]["kind"] == "soft" and not concerns_more(group, attack)


def concerns_more(group: Json, attack: Json) -> bool:
    """Notices, and entries of kinds that this device does not know."""
    other_kinds = any(words in attack["name"] for words in ("writes off", "unblocks"))
    return other_kinds or "notices" in attack["expect"] or group["about"].startswith("Notices")


def made(folder: Path, container: Json) -> Device:
    """A fresh container with these keys."""
    seed, sealing, certificate = (bytes.fromhex(container[name]) for name in ("seed", "sealingSecret", "certificate"))
    state = State(seed, sealing, certificate, bytes(32))
    state.changes.append([1, certificate])
    write(folder / "state.json", state)
    device = Device(folder)
    device.commit(state)
    return device


def ask(device: Device, group: Json, call: Json) -> Tuple[str, bytes]:
    """The code of a refusal, or nothing and the answer."""
    message = base64.b64decode(group["messages"][call["message"]])
    try:
        return "", device.carry_out(COMMANDS[call["command"]], message)
    except Refused as refusal:
        return Code(refusal.code).name, b""


def standing(device: Device) -> Tuple[int, bytes, int, Dict[str, List[int]]]:
    state = device._state
    seats: Dict[str, List[int]] = {}
    for holding in state.holdings.values():
        held = seats.setdefault(holding.item.hex(), [0, 0])
        held[0] += holding.quantity
        held[1] += holding.pending
    return state.generation, state.hash, len(state.evidence), seats


def carry_out(group: Json, attack: Json) -> Json:
    """What came of an attack, in the form of what is expected."""
    with tempfile.TemporaryDirectory() as folder:
        device = made(Path(folder), group["container"])
        for step in attack["before"]:
            error, _ = ask(device, group, step)
            if error != step.get("error", ""):
                return {"before": error}
        before = standing(device)
        error, answer = ask(device, group, attack["attack"])
        after = standing(device)
    came: Json = {"state": "unchanged" if before[:2] == after[:2] else "advanced", "evidence": after[2] - before[2]}
    if before[3] != after[3]:
        came["seats"] = after[3]
    if error:
        came["error"] = error
    elif attack["attack"]["command"] == "apply":
        report = SCHEMAS.decode("apply report", answer)
        if report.entries:
            came["entries"] = [Code(one.reason).name if one.reason else "applied" for one in report.entries]
        if report.deferred is not None:
            came["deferred"] = {"sequence": report.deferred, "code": Code(report.deferredFor).name}
    return came


def main(folder: Path) -> None:
    tried, left, wrong = 0, 0, []
    for file in sorted(folder.glob("*.json")):
        group = json.loads(file.read_text(encoding="utf-8"))
        for attack in group["attacks"]:
            if not is_for_this_device(group, attack):
                left += 1
                continue
            tried += 1
            came = carry_out(group, attack)
            if came != attack["expect"]:
                wrong.append(f"{attack['name']}: {json.dumps(came)} instead of {json.dumps(attack['expect'])}")
    print(json.dumps({"tried": tried, "left": left, "wrong": wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
