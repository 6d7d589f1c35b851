__version__ = "0.0.1"

import warnings
# fastai 2.8 compiles two functions with torch.jit.script when it is imported, and torch 2.15 warns of it: nothing for our users to act on
warnings.filterwarnings('ignore', message='`torch.jit.script` is deprecated', category=FutureWarning)
