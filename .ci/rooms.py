"Check that imports point one way: a room imports only lower rooms, modules form no circle, and no module takes a private name of another"
import ast,sys
from collections import Counter
from pathlib import Path

root  = Path(__file__).resolve().parents[1]
rooms = 'video', 'models', 'clip', 'data', 'datasets', 'predict', 'train', 'see', 'cli' # from the lowest up

def imported(file, package):
    "(module, name) for each name of the package that the module in `file` imports, at its top or inside a function"
    me = ('fastvideo',*file.relative_to(package).with_suffix('').parts)
    for o in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
        if isinstance(o, ast.Import): found = [(a.name, '') for a in o.names]
        elif isinstance(o, ast.ImportFrom):
            parts = (*(me[:-o.level] if o.level else ()), *(o.module or '').split('.'))
            found = [('.'.join(filter(None, parts)), a.name) for a in o.names]
        else: continue
        yield from ((m,n) for m,n in found if m.split('.')[0]=='fastvideo')

def arrows(package):
    "The modules of the package, and (from, to, name) for what they import of each other"
    files = {'.'.join(('fastvideo',*f.relative_to(package).with_suffix('').parts)):f for f in sorted(package.rglob('*.py'))}
    res = []
    for mod,f in files.items():
        for to,name in imported(f, package):
            # `from fastvideo.video import file` names a module
            if f'{to}.{name}' in files: to,name = f'{to}.{name}',''
            res.append((mod, to, name))
    return files,res

def circle(arrows):
    "A list of modules of which each imports the next and the last imports the first, or None"
    to = {}
    for a,b,_ in arrows: to.setdefault(a, set()).add(b)
    done = set()
    def walk(m, path):
        if m in path: return path[path.index(m):]+[m]
        if m in done: return
        for o in sorted(to.get(m, ())):
            if found := walk(o, path+[m]): return found
        done.add(m)
    for m in sorted(to):
        if found := walk(m, []): return found

def room(mod): return mod.split('.')[1] if mod.count('.')==2 or mod.removeprefix('fastvideo.') in rooms else None

def wrong(package):
    "What is wrong with the imports of `package`, a line each"
    files,found = arrows(package)
    bad = [f'{m}: {room(m)} is none of the rooms {", ".join(rooms)}' for m in files if room(m) and room(m) not in rooms]
    inside = [m for m in files if m.count('.')==1 and m.split('.')[1] not in ('__init__','_modidx','all')]
    bad += [f'{m}: a module stands in a room' for m in inside]
    if bad: return bad
    for a,b,name in found:
        if room(a) and room(b) and rooms.index(room(b))>rooms.index(room(a)): bad.append(f'{a} imports {b}: {room(b)} is above {room(a)}')
        if room(a) and b=='fastvideo.all': bad.append(f'{a} imports {b}, which imports all rooms')
        if name.startswith('_') and name!='__version__': bad.append(f'{a} imports {name} of {b}, which is private')
    if c := circle(found): bad.append(f'a circle: {" → ".join(c)}')
    return bad

def table(package):
    "How many modules each room has, and what it imports: the name of a room and the number of imports between modules"
    files,found = arrows(package)
    for r in reversed(rooms):
        to = Counter(room(b) for a,b in {(a,b) for a,b,_ in found} if room(a)==r and room(b) not in (r,None))
        n  = sum(room(m)==r and not m.endswith('__') for m in files)
        print(f'{r:9}{n:3} modules → '+', '.join(f'{k} {to[k]}' for k in reversed(rooms) if k in to))

if __name__=='__main__':
    package = Path(sys.argv[1]) if sys.argv[1:] else root/'fastvideo'
    bad = wrong(package)
    print(*bad, sep='\n') if bad else table(package)
    sys.exit(bool(bad))
