"Epochs of a head on a frozen ResNet-18: on clips of 8 frames at 112 pixels, and on stored features"
from _bench import *

def learner(files, train_bn, **kwargs):
    set_seed(0)
    dls = VideoDataLoaders.from_path_func('.', files, lambda o: int(o.stem)%2, size=112, seed=0, **kwargs)
    learn = video_learner(dls, resnet18, pool='lstm', pretrained=False, precision='fp32', train_bn=train_bn)
    learn.remove_cbs([ProgressCallback,Recorder])
    learn.freeze()
    return learn

@call_parse
def main(
    n:int=40,          # Videos
    rounds:int=5,      # Times that everything is timed
    epochs:int=5,      # Epochs in the rows that include the encoding
    bs:int=8,          # Clips in a batch
    n_workers:int=0,   # Processes that read
    path:str=None      # Folder for the videos, kept; None: a temporary one
):
    torch.set_num_threads(1)
    td = Path(tempfile.mkdtemp())
    files = get_video_files(make_videos(Path(path or td/'videos'), n, {'xvid':kinds['xvid']})/'xvid')[:n]
    def make(train_bn=None, **kwargs): return learner(files, train_bn, bs=bs, num_workers=n_workers, device='cpu')
    fastai = make(True)
    pixels,kept,new = [make() for _ in range(3)]
    kept.cache_features(path=td/'kept').fit(1)
    def encode():
        shutil.rmtree(td/'new', ignore_errors=True)
        return new.cache_features(path=td/'new')
    with_encoding = f'features, of {epochs} epochs with encoding'
    ways = {'videos':lambda: pixels.fit(1),
            'videos, train_bn=True':lambda: fastai.fit(1),
            'features, encoded before':lambda: kept.fit(1),
            'encoding alone':encode,
            with_encoding:lambda: encode().fit(epochs)}
    secs = medians(ways, rounds)
    secs[with_encoding] /= epochs
    n_train,n_valid = len(kept.dls.train_ds),len(kept.dls.valid_ds)
    show(f'An epoch of a frozen ResNet-18 with an LSTM, {n_train} videos train and {n_valid} validate, {n_workers} workers', secs, 'videos')
    print(f'\n{first((td/"kept").ls()).stat().st_size/n/1e3:.3g} KB on disk for each video')
    shutil.rmtree(td)
