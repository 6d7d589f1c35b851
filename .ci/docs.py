"""Make the pages as `nbdev-docs` does before quarto, in a copy, and check them

Each notebook has a page, each public name is on a page, the sidebar lists the pages in order, and the index has a picture."""
import ast,json,os,re,shutil,sys,tempfile
from pathlib import Path

root = Path(__file__).resolve().parents[1]

def read(f): return f.read_text(encoding='utf-8')
def cells(f): return json.loads(read(f))['cells']
def source(c): return ''.join(c['source'])

def output(c):
    "All texts in the outputs of a cell"
    for o in c.get('outputs', []):
        for v in [o.get('text', ''), *o.get('data', {}).values()]: yield ''.join(v) if isinstance(v, (str,list)) else ''

def public(py):
    "The names in `__all__` of a module"
    for o in ast.parse(read(py)).body:
        if isinstance(o, ast.Assign) and o.targets[0].id=='__all__': return ast.literal_eval(o.value)

def sidebar(nbs, sources):
    "What is wrong with the order of the pages"
    listed = re.findall(r'\S+\.ipynb', read(nbs/'sidebar.yml'))
    inside = sorted(sources, key=lambda o: (str(o.parent), o.name))
    want = ['index.ipynb']+[str(o) for o in inside if str(o)!='index.ipynb']
    return [] if listed==want else [f'the sidebar lists {listed}, not {want}']

def head(rel, cs, name):
    "What is wrong with the head of the page with cells `cs` of notebook `rel`, which should be the file `name`"
    import yaml
    top = next((yaml.safe_load(source(c).strip().strip('-')) for c in cs if c['cell_type']=='raw'), {})
    bad = [f'nbs/{rel}: its page has no {k}' for k in ('title','description') if not top.get(k)]
    if top.get('output-file')!=name: bad.append(f'nbs/{rel}: its page is {top.get("output-file")}, not {name}')
    return bad

def absent(module, names, cs):
    "Those of the public `names` of `module` that the page with cells `cs` does not show"
    text,code = '\n'.join(source(c) for c in cs if c['cell_type']=='markdown'),read(module)
    shown = {m for c in cs if '\n'.join(output(c)).strip() for m in re.findall(r'^show_doc\(([\w.]+)', source(c), re.M)}
    words = set(re.findall(r'\w+', text))
    for name in names:
        # classes and functions are shown; nbdev cannot show other values and dispatched functions, so the text must have their names
        defined = re.search(rf'^(@dispatch\n)?(?:async )?(?:def|class) {name}\b', code, re.M)
        if name not in (shown if defined and not defined[1] else shown|words): yield name

def check(tmp):
    "Make the pages in `tmp`; returns what is wrong"
    from nbdev.config import get_config,nbpath2html
    from nbdev.quarto import refresh_quarto_yml,nbdev_sidebar
    from nbdev.serve import proc_nbs
    nbs = tmp/'nbs'
    before = {o:read(nbs/o) for o in ('_quarto.yml','nbdev.yml')}
    refresh_quarto_yml()
    bad = [f'nbs/{k} is not what nbdev makes of pyproject.toml' for k,v in before.items() if read(nbs/k)!=v]
    nbdev_sidebar.__wrapped__(path=nbs)
    cache = proc_nbs(nbs, n_workers=min(4, os.cpu_count() or 1))
    sources = sorted(o.relative_to(nbs) for o in nbs.rglob('*.ipynb'))
    bad += sidebar(nbs, sources)

    lib,n_names = get_config().lib_path,0
    modules = [o for o in lib.rglob('*.py') if o.name[0]!='_' and o.name!='all.py']
    missing = {'.'.join(o.relative_to(lib).with_suffix('').parts):o for o in modules}
    for rel in sources:
        page = cache/rel
        if not page.exists():
            bad.append(f'nbs/{rel} has no page')
            continue
        cs = cells(page)
        bad += head(rel, cs, nbpath2html(rel).name)
        exp = re.search(r'^#\| *default_exp +(\S+)', '\n'.join(map(source, cells(nbs/rel))), re.M)
        if exp is None: continue
        module = missing.pop(exp[1])
        names = public(module) or []
        n_names += len(names)
        bad += [f'{exp[1]}.{o}: not on the page of nbs/{rel}' for o in absent(module, names, cs)]
    bad += [f'fastvideo/{k}: no notebook makes a page of it' for k in missing]
    n_pictures = sum('image/png' in o.get('data', {}) for c in cells(cache/'index.ipynb') for o in c.get('outputs', []))
    if not n_pictures: bad.append('nbs/index.ipynb: its page has no picture')
    print(f'{len(sources)} pages, {n_names} public names, {n_pictures} pictures on the index; {len(bad)} things wrong')
    return bad

if __name__=='__main__':
    with tempfile.TemporaryDirectory() as tmp:
        tmp = Path(tmp).resolve()
        ignore = shutil.ignore_patterns('.ipynb_checkpoints','__pycache__')
        for o in 'nbs','fastvideo': shutil.copytree(root/o, tmp/o, ignore=ignore)
        for o in 'pyproject.toml','settings.ini','setup.py','README.md': shutil.copy(root/o, tmp)
        os.chdir(tmp)
        os.environ['PYTHONPATH'] = str(tmp)
        sys.path.insert(0, str(tmp))
        bad = check(tmp)
        print(*bad, sep='\n')
        sys.exit(bool(bad))
