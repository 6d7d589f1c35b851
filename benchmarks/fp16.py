"""Training in 16 bits against 32, with channels last and `torch.compile`: clips/s and peak memory as ratios, and the share of a step spent waiting for data.

On a GPU: 2D and 3D CNNs and a TimeSformer at full size. On a CPU: bf16 only, and small clips. `python benchmarks/fp16.py [--rounds N] [--only NAME]`"""
from _bench import *
from fastcore.script import *
import gc, platform, sys

models = {'CNN-LSTM resnet34':(dict(arch=resnet34, pool='lstm'), 8, 224), 'TimeSformer':(dict(arch='timesformer_vit_small_patch16_224'), 8, 224),
          'x3d_m':(dict(arch='x3d_m'), 16, 224), 'r2plus1d_18':(dict(arch='r2plus1d_18'), 16, 112)}

def ways(cuda):
    "{name: options of `video_learner`}, the plain way first"
    res = {'fp32':dict(precision='fp32')}
    if cuda: res |= {'tf32':dict(precision='fp32', tf32=True), 'fp16':dict(precision='fp16')}
    res['bf16'] = dict(precision='bf16')
    half = ['fp16','bf16'] if cuda else ['bf16']
    res |= {f'{k}, channels last':dict(precision=k, channels_last=True) for k in (['fp32']+half)}
    return res | {f'{k}, compiled':dict(precision=k, channels_last=True, compile=True) for k in half}

class Waits(Callback):
    "Seconds spent waiting for batches, and in all, since the second batch of an epoch"
    order = -100
    def __init__(self): self.wait,self.total = [],[]
    def before_train(self): self.last = None
    def before_batch(self):
        if self.last is not None: self.wait.append(time.perf_counter()-self.last)
    def after_batch(self):
        if self.training:
            if self.dls.device.type=='cuda': torch.cuda.synchronize()
            now = time.perf_counter()
            if self.last is not None: self.total.append(now-self.last)
            self.last = now

def batch_of(learn, bs, n, size):
    dev = learn.dls.device
    return (TensorVideo(torch.rand(bs, n, size, size, 3, device=dev).permute(0,1,4,2,3)), TensorCategory(torch.randint(0, learn.dls.c, (bs,), device=dev)))

def make(dls, arch, tf32=False, **kwargs):
    "A learner, and a function that takes one step of training on a given batch"
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        learn = video_learner(dls, pretrained=False, metrics=[], normalize=False, **{'arch':arch, **kwargs})
    learn.create_opt()
    def step(b):
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
        learn.one_batch(0, b)
    return learn,step

def compare(path, name, rounds, cuda, size, n, bs, steps):
    "{way: (seconds of a step, bytes at the peak)}, medians of interleaved rounds"
    kw,*_ = models[name]
    dls = VideoDataLoaders.from_folder(path, n_frames=n, size=size, bs=2, num_workers=0, seed=0)
    secs,mem = {k:[] for k in ways(cuda)},{}
    for r in range(rounds+1):
        for k,o in ways(cuda).items():
            if mem.get(k, 0) is None: continue
            torch._dynamo.reset()
            gc.collect()
            learn,step = make(dls, **kw, **o)
            with learn.no_bar(), learn.no_logging():
                learn.dl,learn.n_iter = dls.train,steps
                for o in ('before_fit','before_epoch','before_train'): learn(o)
                b = batch_of(learn, bs, n, size)
                # what is compiled on the way, and the clock of the GPU, settle in the first steps
                for _ in range(3): step(b)
                if cuda:
                    torch.cuda.synchronize()
                    torch.cuda.reset_peak_memory_stats()
                t = time.perf_counter()
                for _ in range(steps): step(b)
                if cuda: torch.cuda.synchronize()
                # the first round warms up the machine
                if r: secs[k].append((time.perf_counter()-t)/steps)
                if cuda: mem[k] = torch.cuda.max_memory_allocated()
                for o in ('after_train','after_epoch','after_fit'): learn(o)
            del learn,step,b
            if cuda: torch.cuda.empty_cache()
    return {k:(statistics.median(v),mem.get(k)) for k,v in secs.items()}

def waiting(path, name, cuda, size, n, bs):
    "The share of a step that waits for data in a real epoch, in the learner's own precision"
    kw,*_ = models[name]
    frames = path.parent/f'frames-{size}'
    if not frames.exists(): extract_all(path, frames, size=size, store='mjpeg', progress=False)
    dls = VideoDataLoaders.from_folder(frames, n_frames=n, size=size, bs=bs, seed=0, epoch_clips=bs*8, num_workers=defaults.cpus)
    cb = Waits()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        learn = video_learner(dls, pretrained=False, metrics=[], cbs=cb, **kw)
        with learn.no_bar(), learn.no_logging(): learn.fit(1)
    return sum(cb.wait)/sum(cb.total)

@call_parse
def main(
    rounds:int=3,       # Interleaved rounds
    steps:int=None,     # Steps in a round
    only:str=None       # One of the models
):
    cuda = torch.cuda.is_available()
    print(f'{torch.cuda.get_device_name() if cuda else f"CPU, {torch.get_num_threads()} thread(s)"}; torch {torch.__version__}, Python {platform.python_version()}')
    path = Path(tempfile.mkdtemp())/'videos'
    for c in 'ab':
        for i in range(8): write_video(path/c/f'{i}.mp4', scene(np.random.default_rng(i), 32))
    for name,(_,n,size) in models.items():
        if only and only!=name: continue
        # a CPU takes small clips, and few
        n,size,bs,k = (n,size,16,ifnone(steps, 20)) if cuda else (min(n, 8),64,4,ifnone(steps, 3))
        res = compare(path, name, rounds, cuda, size, n, bs, k)
        base = res['fp32']
        print(f'\n{name}, {bs} clips of {n} × {size}²\n\n| | clips/s × | memory × |\n|---|---|---|')
        for w,(s,m) in res.items(): print(f'| {w} | {base[0]/s:.2f} | {f"{m/base[1]:.2f}" if m else ""} |')
        print(f'\nwaiting for data: {waiting(path, name, cuda, size, n, bs):.0%} of a step', flush=True)
