"What pyproject.toml declares as dynamic, read from settings.ini"
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup,find_packages

cfg = ConfigParser(interpolation=None)
cfg.read_string(Path(__file__).with_name('settings.ini').read_text(encoding='utf-8'))
cfg = cfg['DEFAULT']

def lines(key): return cfg[key].strip().splitlines()

setup(
    packages           = find_packages(include=['fastvideo', 'fastvideo.*']),
    description        = cfg['description'],
    keywords           = cfg['keywords'].split(),
    author             = cfg['author'],
    license_expression = cfg['license'],
    classifiers        = lines('classifiers'),
    install_requires   = lines('requirements'),
    extras_require     = {o:lines(f'{o}_requirements') for o in ('dev','transformers','distributed','onnx','app','annotations')},
    entry_points       = dict(console_scripts=lines('console_scripts'), nbdev=['fastvideo = fastvideo._modidx:d']))
