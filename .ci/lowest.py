"Constraints for pip, a line for each requirement in settings.ini with its lowest version: `PIP_CONSTRAINT` names the file that this prints"
from configparser import ConfigParser
from pathlib import Path
import re

def lowest():
    "{name: lowest version} of what the package and its tests need"
    cfg = ConfigParser(interpolation=None)
    cfg.read(Path(__file__).resolve().parents[1]/'settings.ini', encoding='utf-8')
    lines = [o for k,v in cfg['DEFAULT'].items() if k.endswith('requirements') for o in v.split()]
    return dict(re.match(r'([\w-]+)>=([\w.]+)', o).groups() for o in lines)

if __name__=='__main__':
    for name,version in lowest().items(): print(f'{name}=={version}')
