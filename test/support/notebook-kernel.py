"""Talks to the TypeScript kernel as a front end does, and prints what came back as JSON, one line a cell.

Input: JSON lines [code, seconds until an interrupt or null]. Usage: notebook-kernel.py <working directory>.
"""
import json
import sys
import time
from queue import Empty

from jupyter_client.manager import start_new_kernel


def run(manager, client, code, interrupt):
    sent = client.execute(code, stop_on_error=False)
    texts, began, stopped = [], time.time(), None
    while True:
        if interrupt is not None and stopped is None and time.time() - began > interrupt:
            stopped = time.time()
            manager.interrupt_kernel()
        try:
            message = client.get_iopub_msg(timeout=0.2)
        except Empty:
            continue
        if message["parent_header"].get("msg_id") != sent:
            continue
        content = message["content"]
        if message["msg_type"] == "status" and content["execution_state"] == "idle":
            break
        if message["msg_type"] == "stream":
            texts.append(content["text"])
        elif "data" in content:
            texts.append(content["data"].get("text/plain", ""))
    reply = client.get_shell_msg(timeout=60)
    while reply["parent_header"].get("msg_id") != sent:
        reply = client.get_shell_msg(timeout=60)
    waited = None if stopped is None else time.time() - stopped
    return {"status": reply["content"]["status"], "texts": texts, "waited": waited}


manager, client = start_new_kernel(kernel_name="tslab", cwd=sys.argv[1], startup_timeout=120)
try:
    for line in sys.stdin:
        print(json.dumps(run(manager, client, *json.loads(line))), flush=True)
finally:
    manager.shutdown_kernel(now=True)
