"Check that relative links, in Markdown files and in notebooks, lead to files, pages and headings that are there; no network"
import json,re,sys
from pathlib import Path
from nbdev.config import nbpath2html

root = Path(__file__).resolve().parents[1]
nbs  = root/'nbs'
notebooks = sorted(o for o in nbs.rglob('*.ipynb') if not any(p[0] in '._' for p in o.relative_to(nbs).parts))
pages = {nbs/nbpath2html(o.relative_to(nbs)):o for o in notebooks}

def text(f):
    "The Markdown of file `f`"
    if f.suffix!='.ipynb': return f.read_text(encoding='utf-8')
    return '\n\n'.join(''.join(c['source']) for c in json.loads(f.read_text(encoding='utf-8'))['cells'] if c['cell_type']=='markdown')

def prose(f):
    "The Markdown of `f` without code"
    return re.sub(r'^```.*?^```|`[^`\n]*`', '', text(f), flags=re.M|re.S)
def links(f):
    "For each link in `f` three texts, of which one is where it leads"
    return re.findall(r'\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|(?:href|src)="([^"]+)"|^\[[^\]]+\]: *(\S+)', prose(f), re.M)

def anchors(f):
    "What a link into `f` may name: its headings, as GitHub and quarto spell them, and on a page the names that it documents"
    heads = re.findall(r'^#+ +(.+?) *#*$', re.sub(r'^```.*?^```', '', text(f), flags=re.M|re.S), re.M)
    ids = {re.sub(r'[^\w\- ]', '', o.lower()).strip().replace(' ', '-') for o in heads}
    if f.suffix=='.ipynb':
        sources = [''.join(c['source']) for c in json.loads(f.read_text(encoding='utf-8'))['cells']]
        code = '\n'.join(o for o in sources if re.match(r'#\| *exports?\b', o))
        ids |= {o.lower() for o in re.findall(r'^(?:def|class) +(\w+)', code, re.M)}
    return ids

def wrong(f, link):
    "Why `link` in file `f` leads nowhere, or None"
    if re.match(r'[a-z][a-z+.-]*:', link, re.I): return
    path,_,anchor = link.partition('#')
    to = (f.parent/path).resolve() if path else f
    if f.suffix=='.ipynb' and nbs not in to.parents:
        name = to.relative_to(root) if root in to.parents else to
        return f'{name} is not on the site: only what is in nbs/ is'
    to = pages.get(to, to)
    if not to.exists(): return 'no such file or page'
    if anchor and to.suffix in ('.md','.ipynb') and anchor.lower() not in anchors(to): return f'no such heading in {to.name}'

files = sorted(root.glob('*.md'))+sorted((root/'benchmarks').glob('*.md'))+notebooks
found = [(f,first) for f in files for o in links(f) for first in o if first]
bad = [(f,o,w) for f,o in found if (w := wrong(f, o))]
for f,o,w in bad: print(f'{f.relative_to(root)}: {o}: {w}')
print(f'{sum(not re.match("[a-z]+:", o) for _,o in found)} relative links in {len(files)} files, {len(bad)} of them broken')
sys.exit(bool(bad))
