"""Serves one scoring script: init() once, run() per request, frames over descriptor 3.

Request:  <II   length of the headers (JSON, or nothing), length of the body; then both.
Reply:    <IIIf status, length of the body, 1 if the body is strict JSON, milliseconds in run(); then the body.
The first reply comes unasked when init() has returned; its body says what the script wants.
"""

import importlib.util
import inspect
import json
import os
import socket
import struct
import sys
import time
import traceback

REQUEST = struct.Struct("<II")
REPLY = struct.Struct("<IIIf")
INIT_FAILED = 3


def give_up(message):
    sys.stdout.flush()
    print(message, file=sys.stderr, flush=True)
    sys.exit(INIT_FAILED)


def list_model_dir():
    folder = os.environ.get("AZUREML_MODEL_DIR")
    if not folder:
        return
    print("AZUREML_MODEL_DIR holds:", file=sys.stderr)
    names = []
    for root, _, files in os.walk(folder, followlinks=True):
        names += [os.path.relpath(os.path.join(root, name), folder) for name in files]
        if len(names) >= 200:
            break
    for name in sorted(names)[:200]:
        print("  " + name, file=sys.stderr)


def report():
    """The exception that is being handled; files of the script are named within its folder, so that the log may move."""
    print(traceback.format_exc().replace(os.environ["AML_APP_ROOT"] + os.sep, ""), end="", file=sys.stderr)


def load():
    root = os.environ["AML_APP_ROOT"]
    path = os.path.join(root, os.environ["AZUREML_ENTRY_SCRIPT"])
    sys.path[:] = [os.path.dirname(path), root] + [entry for entry in sys.path if entry]
    sys.argv = [path]
    if not os.path.isfile(path):
        give_up("the scoring script " + os.environ["AZUREML_ENTRY_SCRIPT"] + " is not in the code folder")
    try:
        spec = importlib.util.spec_from_file_location("entry_module", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["entry_module"] = module
        spec.loader.exec_module(module)
    except BaseException:
        report()
        list_model_dir()
        give_up("the scoring script cannot be imported")
    for name in ("init", "run"):
        if not callable(getattr(module, name, None)):
            give_up("the scoring script has no " + name + "()")
    return module


def wants_headers(run):
    """Whether run() takes the headers; anything but (body) and (body, request_headers) is refused."""
    if hasattr(run, "__wrapped__") or getattr(run, "__module__", "entry_module") != "entry_module":
        give_up("run() is decorated: input_schema and rawhttp are not supported by the local workspace")
    parameters = list(inspect.signature(run).parameters.values())
    plain = [p for p in parameters if p.name != "request_headers"]
    if len(plain) != 1 or any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY) for p in parameters):
        give_up("run() must take the body, and request_headers if it wants them")
    return len(plain) != len(parameters)


def message(text):
    return json.dumps({"message": text}).encode()


def score(run, headers, body):
    """Status, body, strictness, milliseconds."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return 400, message("the body is not UTF-8"), 1, 0.0
    begin = time.perf_counter()
    try:
        result = run(text) if headers is None else run(text, request_headers=headers)
        took = (time.perf_counter() - begin) * 1000
        try:
            return 200, json.dumps(result, allow_nan=False).encode(), 1, took
        except ValueError:
            return 200, json.dumps(result).encode(), 0, took
    except Exception:
        sys.stdout.flush()
        report()
        sys.stderr.flush()
        return 500, message("An unexpected error occurred in scoring script. Check the logs for more info."), 1, (
            time.perf_counter() - begin
        ) * 1000


def serve(channel, run, headers_wanted):
    buffer = b""
    while True:
        while len(buffer) < REQUEST.size:
            more = channel.recv(1 << 16)
            if not more:
                return
            buffer += more
        headers_size, body_size = REQUEST.unpack_from(buffer)
        end = REQUEST.size + headers_size + body_size
        if len(buffer) < end:
            parts = [buffer]
            missing = end - len(buffer)
            while missing > 0:
                more = channel.recv(min(missing, 1 << 20))
                if not more:
                    return
                parts.append(more)
                missing -= len(more)
            buffer = b"".join(parts)
        begin = REQUEST.size + headers_size
        headers = json.loads(buffer[REQUEST.size : begin]) if headers_wanted else None
        status, body, strict, took = score(run, headers, buffer[begin:end])
        buffer = buffer[end:]
        channel.sendall(REPLY.pack(status, len(body), strict, took) + body)


def main():
    channel = socket.socket(fileno=3)
    os.set_inheritable(3, False)
    module = load()
    headers_wanted = wants_headers(module.run)
    try:
        module.init()
    except BaseException:
        report()
        list_model_dir()
        give_up("init() failed")
    ready = json.dumps({"request_headers": headers_wanted}).encode()
    channel.sendall(REPLY.pack(200, len(ready), 1, 0.0) + ready)
    serve(channel, module.run, headers_wanted)


main()
