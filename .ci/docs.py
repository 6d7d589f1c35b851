"What `nbdev-docs` does before quarto, in a copy: all notebooks become pages, all public names are on them, the sidebar lists them in order, the index has a picture"
import ast,json,os,re,shutil,sys,tempfile
from pathlib import Path

root = Path(__file__).resolve().parents[1]

def public(py):
    "The names in `__all__` of a module"
    for o in ast.parse(py.read_text(encoding='utf-8')).body:
        if isinstance(o, ast.Assign) and o.targets[0].id=='__all__': return ast.literal_eval(o.value)

def source(c): return ''.join(c['source'])
def output(c):
    for o in c.get('outputs', []): yield from (''.join(v) if isinstance(v, (str,list)) else '' for v in [o.get('text', ''), *o.get('data', {}).values()])

def check(tmp):
    "Make the pages in `tmp`; returns what is wrong"
    from nbdev.config import get_config,nbpath2html
    from nbdev.quarto import refresh_quarto_yml,nbdev_sidebar
    from nbdev.serve import proc_nbs
    import yaml
    nbs,bad = tmp/'nbs',[]
    before = {o:(nbs/o).read_text(encoding='utf-8') for o in ('_quarto.yml','nbdev.yml')}
    refresh_quarto_yml()
    bad += [f'nbs/{k} is not what nbdev makes of pyproject.toml' for k,v in before.items() if (nbs/k).read_text(encoding='utf-8')!=v]
    nbdev_sidebar.__wrapped__(path=nbs)
    cache = proc_nbs(nbs, n_workers=min(4, os.cpu_count() or 1))
    sources = sorted(o.relative_to(nbs) for o in nbs.rglob('*.ipynb'))

    listed = re.findall(r'\S+\.ipynb', (nbs/'sidebar.yml').read_text(encoding='utf-8'))
    want = ['index.ipynb']+[str(o) for o in sorted(sources, key=lambda o: (str(o.parent), o.name)) if str(o)!='index.ipynb']
    if listed!=want: bad.append(f'the sidebar lists {listed}, not {want}')

    known = get_config().lib_path
    missing = {'.'.join(o.relative_to(known).with_suffix('').parts):o for o in known.rglob('*.py') if o.name[0]!='_' and o.name!='all.py'}
    n = 0
    for rel in sources:
        page = cache/rel
        if not page.exists():
            bad.append(f'nbs/{rel} has no page')
            continue
        cells = json.loads(page.read_text(encoding='utf-8'))['cells']
        head = next((yaml.safe_load(source(c).strip().strip('-')) for c in cells if c['cell_type']=='raw'), {})
        for k in 'title','description':
            if not head.get(k): bad.append(f'nbs/{rel}: its page has no {k}')
        if head.get('output-file')!=nbpath2html(rel).name: bad.append(f'nbs/{rel}: its page is {head.get("output-file")}, not {nbpath2html(rel).name}')
        exp = re.search(r'^#\| *default_exp +(\S+)', '\n'.join(source(c) for c in json.loads((nbs/rel).read_text(encoding='utf-8'))['cells']), re.M)
        if exp is None: continue
        docs = [(source(c), '\n'.join(output(c))) for c in cells]
        shown = {m for s,o in docs for m in re.findall(r'^show_doc\(([\w.]+)', s, re.M) if o.strip()}
        words = set(re.findall(r'\w+', '\n'.join(s if c['cell_type']=='markdown' else '' for c,(s,_) in zip(cells, docs))))
        module = missing.pop(exp[1])
        code = module.read_text(encoding='utf-8')
        for name in public(module) or []:
            n += 1
            # classes and functions are shown; what nbdev cannot show, other values and dispatched functions, is at least told of
            defined = re.search(rf'^(@dispatch\n)?(?:async )?(?:def|class) {name}\b', code, re.M)
            if name not in (shown if defined and not defined[1] else shown|words): bad.append(f'{exp[1]}.{name}: not on the page of nbs/{rel}')
    bad += [f'fastvideo/{k}: no notebook makes a page of it' for k in missing]
    pictures = sum('image/png' in o.get('data', {}) for c in json.loads((cache/'index.ipynb').read_text(encoding='utf-8'))['cells'] for o in c.get('outputs', []))
    if not pictures: bad.append('nbs/index.ipynb: its page has no picture')
    print(f'{len(sources)} pages, {n} public names, {pictures} pictures on the index; {len(bad)} things wrong')
    return bad

if __name__=='__main__':
    with tempfile.TemporaryDirectory() as tmp:
        tmp = Path(tmp).resolve()
        for o in 'nbs','fastvideo': shutil.copytree(root/o, tmp/o, ignore=shutil.ignore_patterns('.ipynb_checkpoints','__pycache__'))
        for o in 'pyproject.toml','settings.ini','setup.py','README.md': shutil.copy(root/o, tmp)
        os.chdir(tmp)
        os.environ['PYTHONPATH'] = str(tmp)
        sys.path.insert(0, str(tmp))
        bad = check(tmp)
        print(*bad, sep='\n')
        sys.exit(bool(bad))
