"""Runs notebooks in place through Jupyter: run.py [--timeout SECONDS] notebook.ipynb ... Exit 1 if a cell fails."""
import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--timeout", type=int, default=900, help="seconds per cell")
    parser.add_argument("--folder", type=Path, required=True, help="working directory of the kernel")
    options = parser.parse_args()
    failed = 0
    for path in options.notebooks:
        notebook = nbformat.read(path, as_version=4)
        began = time.time()
        client = NotebookClient(
            notebook,
            kernel_name="tslab",
            timeout=options.timeout,
            startup_timeout=60,
            iopub_timeout=30,
            coalesce_streams=True,
            record_timing=False,
            resources={"metadata": {"path": str(options.folder)}},
        )
        try:
            client.execute()
            error = None
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as stopped:
            error = stopped
        nbformat.write(notebook, path)
        print(f"{'failed' if error else 'ok'} {path.stem} {time.time() - began:.1f} s", flush=True)
        if error:
            failed += 1
            print(str(error)[:4000], file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
