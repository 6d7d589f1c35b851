"Batches of clips of 8 frames at 112 pixels, from a fastai DataLoader"
from _bench import *
from collections import deque
import simplejpeg

class Tutorial(Transform):
    "The UCF101 tutorial's reader, with frames spread over the video: a tuple of PIL images, which become T tensors"
    def __init__(self): self.idxs = clip_idxs(180, 8)
    def encodes(self, d:Path): return fastuple(*[PILImage.create(d/f'{i}.jpg') for i in self.idxs])

def tutorial_dls(files, **kwargs):
    ds = Datasets(files, [[Tutorial()], [lambda o: int(o.name)%2]], splits=[range_of(files), [0]])
    norm = Normalize.from_stats(*imagenet_stats, cuda=False)
    return ds.dataloaders(after_item=[Resize(112), ToTensor], after_batch=[IntToFloatTensor, norm], device='cpu', **kwargs)

def our_dls(files, **kwargs):
    norm = Normalize.from_stats(*imagenet_stats, cuda=False)
    return VideoDataLoaders.from_path_func('.', files, lambda o: int(o.stem)%2, size=112, device='cpu', batch_tfms=norm, **kwargs)

@call_parse
def main(
    n:int=40,          # Videos
    rounds:int=7,      # Times that everything is timed
    path:str=None      # Folder for the videos, kept; None: a temporary one
):
    torch.set_num_threads(1)
    td = Path(tempfile.mkdtemp())
    vids = make_videos(Path(path or td/'videos'), n, {'xvid':kinds['xvid']})/'xvid'
    files = get_video_files(vids)[:n]
    for f in files: tutorial_store(f, td/'full'/f.stem)
    for store in 'jpg','mjpeg': extract_all(vids, td/store, size=128, store=store, progress=False)
    blobs = [[(td/f'jpg/{o.stem}/{i}.jpg').read_bytes() for i in clip_idxs(180, 8)] for o in files]
    for n_workers in 0,2:
        kw = dict(bs=8, num_workers=n_workers)
        dls = {'tutorial: full-size JPGs, tuple of T tensors':tutorial_dls((td/'full').ls(), **kw),
               **{f"ours, store='{o}'":our_dls(get_instances(td/o), **kw) for o in ('jpg','mjpeg')},
               'ours, from the videos':our_dls(files, **kw)}
        # the splits have different sizes, so the time of one clip is compared
        def epoch(dl): return lambda: deque(dl, maxlen=1)
        def decode(): return [simplejpeg.decode_jpeg(b) for o in blobs for b in o]
        epochs = medians({k:epoch(d.train) for k,d in dls.items()}, rounds)
        secs = {k:v/(len(dls[k].train)*8) for k,v in epochs.items()}
        if n_workers==0: secs['floor: JPEG decoding in memory'] = medians({'':decode}, rounds)['']/len(files)
        show(f'DataLoader, {n_workers} workers', secs, 'tutorial: full-size JPGs, tuple of T tensors')
    shutil.rmtree(td)
