"""Speed and memory of training on a GPU, and of what belongs to it

Steps in 32 and 16 bits, compiled, with `grad_ckpt`; loaders and waiting for them; `evaluate`, `predict_folder`, `fastvideo-demo`.

`python benchmarks/fp16.py [--minutes 5] [--only NAME,NAME] [--path VIDEOS]` prints each table when it is known, the most important first.
A part that hangs, dies or takes too long says where it stood, and the other parts run. `--tiny` runs everything with small models and
clips, also on a CPU, in about a minute, to see that it works."""
import time
start = time.time()
from fastcore.script import *
from pathlib import Path
import contextlib, os, signal, subprocess, sys, tempfile

here = Path(__file__).resolve().parent
# seconds that each part may take if there are five minutes; most need half of it. The parts are in _fp16.py, whose imports take seconds
limits = dict(cnn_lstm=60, timesformer=60, training=70, loader=45, cnn_lstm_compiled=90, evaluate=40, predict_folder=25, x3d=60,
              r2plus1d=45, demo=70, timesformer_compiled=90)

def run(cmd, secs):
    "Exit status of `cmd`, or 'killed' after `secs`; all processes that it started end with it"
    p = subprocess.Popen(cmd, start_new_session=True, env={**os.environ, 'PYTHONUNBUFFERED':'1'})
    try: return p.wait(secs)
    except subprocess.TimeoutExpired: return 'killed'
    finally:
        # workers of loaders end, too; if all went well they are gone already
        with contextlib.suppress(ProcessLookupError): os.killpg(p.pid, signal.SIGKILL)

def stood(file):
    "Where the threads of a process stood, by what `faulthandler` wrote: the innermost frames of each, and those in files of this project"
    res,n = [],0
    for o in file.read_text().splitlines() if file.exists() else []:
        n = n+1 if o.startswith('  File') else 0
        if n<4 or str(here.parent) in o: res.append(o)
    file.unlink(missing_ok=True)
    return '\n'.join(res)

@call_parse
def main(
    minutes:float=5,        # For everything
    only:str=None,          # Names of parts, separated by commas
    path:str=None,          # Folder of class folders with videos; None: some are made
    tiny:store_true=False   # Small models and clips, to see that it works?
):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))        # so that `run` ends what it started
    todo,undone,end = only.split(',') if only else list(limits),[],start+60*minutes
    if odd := [o for o in todo if o not in limits]: sys.exit(f'no part {odd[0]!r}: there are {", ".join(limits)}')
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as td:
        at = Path(td)/'at'
        # one process for all parts, since imports take long; a new one when a part ended it
        while todo and end-time.time()>3:
            at.write_text(todo[0])
            secs = ','.join(f'{o}={limits[o]*minutes/5}' for o in todo)
            cmd = [sys.executable, here/'_fp16.py', td, secs, str(end-2)]+['--small']*tiny
            if path: cmd += ['--path', path]
            rc = run(cmd, end-time.time())
            if rc==2: sys.exit(2)
            i = todo.index(at.read_text()) if rc else len(todo)
            if rc:
                print(f'\n{todo[i]}: NOT DONE ({rc})', stood(Path(td)/'stood'), sep='\n', flush=True)
                undone.append(todo[i])
            todo = todo[i+1:]
    if todo: print(f'\nno time left for {", ".join(todo)}')
    sys.exit(1 if undone or todo else 0)
