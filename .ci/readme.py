"Write README.md from nbs/index.ipynb, without the quarto that nbdev-readme needs; with --check only compare the two"
import difflib,json,re,sys
from pathlib import Path
from textwrap import indent

root = Path(__file__).resolve().parents[1]

def output(o):
    "The text of output `o` as a terminal shows it: without pictures and warnings, and of a progress bar only the end"
    if o.get('name')=='stderr': return ''
    data = o.get('data', {})
    if any(k.startswith('image/') for k in data): return ''
    txt = ''.join(o.get('text') or data.get('text/plain', ''))
    return re.sub(r'.*\r', '', txt).strip('\n')

repo = re.search(r'^Repository *= *"(.*)"', (root/'pyproject.toml').read_text(encoding='utf-8'), re.M)[1]

def from_root(src):
    "`src` for a file in the root: relative links start at nbs/, and addresses of files of the repository become relative links"
    return re.sub(r'\]\((?!#|[a-z]+:)', '](nbs/', src).replace(f']({repo}/blob/main/', '](')

def render(cell):
    "The Markdown of `cell`; empty if the cell is hidden"
    src = ''.join(cell['source'])
    if cell['cell_type']=='markdown': return from_root(src)
    if cell['cell_type']!='code' or re.search(r'^#\| *hide *$', src, re.M): return ''
    code = re.sub(r'^#\|.*\n?', '', src, flags=re.M).strip('\n')
    outs = filter(None, map(output, cell['outputs']))
    return '\n\n'.join([f'```python\n{code}\n```', *(indent(o, ' '*4) for o in outs)])

nb = json.loads((root/'nbs/index.ipynb').read_text(encoding='utf-8'))
new = '\n\n'.join(filter(None, map(render, nb['cells'])))+'\n'
readme = root/'README.md'
if sys.argv[1:]==['--check']:
    old = readme.read_text(encoding='utf-8') if readme.exists() else ''
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), 'README.md', 'nbs/index.ipynb'))
    sys.exit(old!=new)
readme.write_text(new, encoding='utf-8')
