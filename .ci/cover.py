#!/usr/bin/env python3
"""Which lines of fastvideo/ do the tests in notebooks run?

    pip install coverage
    python .ci/cover.py [-j 2] [nbs/train/06_learner.ipynb …]     notebooks, as nbdev-test runs them; without names all of them

Ends with coverage's table: of each module the share of lines that were run, and the numbers of those that were not. A notebook runs the
cells that it exports itself, and not the module that is made of them. So these cells are compiled under the name of the module and with its
line numbers, and count as lines of the module.
What a test starts with `subprocess` is not seen, nor are processes that are killed.
"""
import argparse,os,re,subprocess,sys,tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

root = Path(__file__).resolve().parents[1]

def places():
    "Where the exported cells are: {(notebook, cell id): (module, number of the line before its first)}"
    res = {}
    for py in (root/'fastvideo').rglob('*.py'):
        for i,l in enumerate(py.read_text(encoding='utf-8').splitlines(), 1):
            if m := re.match(r'# %% (\S+) #(\S+)$', l): res[(py.parent/m[1]).resolve(),m[2]] = py,i
    return res

def placed(nb, fn):
    "The notebook `nb` of the file `fn`, whose exported cells are compiled as lines of their modules"
    at = places()
    for c in nb.cells:
        if (fn,c.id) not in at: continue
        py,i = at[fn,c.id]
        code = re.sub(r'\A(\s*#\|.*\n)+', '', c.source).strip('\n')
        c.source = f"exec(compile({chr(10)*i+code!r}, {str(py)!r}, 'exec'))"
    return nb

def run(fn):
    "What `nbdev-test` does with the notebook `fn`, while coverage looks"
    import coverage
    cov = coverage.Coverage(config_file=os.environ['COVERAGE_RCFILE'])
    cov.start()
    import nbdev.test
    from nbdev.config import get_config
    process = nbdev.test.NBProcessor
    def with_places(*args, **kwargs):
        res = process(*args, **kwargs)
        placed(res.nb, fn)
        return res
    nbdev.test.NBProcessor = with_places
    ok,_ = nbdev.test.test_nb(fn, skip_flags=get_config().tst_flags)
    cov.stop()
    cov.save()
    return ok

def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('nbs', nargs='*', help='notebooks; none: all')
    p.add_argument('-j', type=int, default=2, help='how many at a time')
    p.add_argument('--one', action='store_true', help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.one: sys.exit(not run(Path(a.nbs[0])))
    import coverage
    with tempfile.TemporaryDirectory() as tmp:
        # in a file, so that processes which a test starts find it too
        rc = str(Path(tmp)/'rc')
        settings = f'source = {root}/fastvideo', f'data_file = {tmp}/coverage', 'parallel = true', 'concurrency = multiprocessing,thread'
        Path(rc).write_text('\n'.join(['[run]',*settings])+'\n')
        path = os.pathsep.join([str(root), os.environ.get('PYTHONPATH', '')])
        env = {**os.environ, 'COVERAGE_RCFILE':rc, 'PYTHONPATH':path, 'MPLBACKEND':'agg', 'OMP_NUM_THREADS':'1'}
        def one(nb): return subprocess.run([sys.executable, __file__, '--one', nb], env=env, cwd=root).returncode==0
        nbs = [Path(o).resolve() for o in a.nbs] or sorted(o for o in (root/'nbs').rglob('*.ipynb') if '.ipynb_checkpoints' not in str(o))
        with ThreadPoolExecutor(a.j) as ex: failed = [str(nb) for nb,ok in zip(nbs, ex.map(one, nbs)) if not ok]
        cov = coverage.Coverage(config_file=rc)
        cov.combine()
        cov.report(show_missing=True, skip_covered=True, omit=['*/_modidx.py'])
    if failed: sys.exit(f'failed: {", ".join(failed)}')

if __name__=='__main__': main()
