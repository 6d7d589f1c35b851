"""The parts of `fp16.py`, which starts this file

`python benchmarks/_fp16.py FOLDER NAME=SECONDS,NAME=SECONDS END [--path VIDEOS] [--small]`"""
from _bench import *
from fastcore.script import *
import contextlib, faulthandler, fastvideo.cli.demo as demo, gc, io, platform, sys, traceback

cuda = torch.cuda.is_available()
# of each model: name in tables, arguments of `video_learner`, frames, pixels, clips in a batch
full = SimpleNamespace(n_videos=96, n_frames=120, size=224, steps=8, rounds=3, batches=64, demo=dict(epochs=3), models=dict(
    cnn_lstm    = ('CNN-LSTM, ResNet-34', dict(arch=resnet34, pool='lstm'), 8, 224, 16),
    timesformer = ('TimeSformer-S/16', dict(arch='timesformer_vit_small_patch16_224'), 8, 224, 16),
    x3d         = ('X3D-M', dict(arch='x3d_m'), 16, 224, 16),
    r2plus1d    = ('R(2+1)D-18', dict(arch='r2plus1d_18'), 16, 112, 16)))
tiny = SimpleNamespace(n_videos=12, n_frames=16, size=32, steps=1, rounds=1, batches=3, demo=dict(epochs=1), models=dict(
    cnn_lstm    = ('small CNN-LSTM', dict(arch='small_cnn', pool='lstm'), 4, 32, 2),
    timesformer = ('small TimeSformer', dict(arch='timesformer', dim=32, depth=2, heads=2), 4, 32, 2),
    x3d         = ('X3D-M', dict(arch='x3d_m'), 2, 32, 2),
    r2plus1d    = ('R(2+1)D-18', dict(arch='r2plus1d_18'), 2, 16, 2)))
cfg = full    # or `tiny`; `main` adds `dir`, a folder for files, and `path`, one of videos or None

def table(title, rates, base, unit='clips/s', **cols):
    "Print rates, and each as a multiple of that of `base`; on a CPU only the latter. `cols` are further columns, {name of a row: text}"
    cols = {unit:{k:f'{v:.0f}' for k,v in rates.items()}, **cols} if cuda else {}
    print(f'\n**{title}**\n\n| | {"".join(f"{o} | " for o in cols)}× |\n|---|{"---|"*len(cols)}---|')
    for k,v in rates.items(): print(f'| {k} | {"".join(o.get(k, "–")+" | " for o in cols.values())}{v/rates[base]:.2f} |')

def synchronize():
    if cuda: torch.cuda.synchronize()

def seconds(f):
    "How long `f` takes, including what the GPU still has to do after the call"
    synchronize()
    t = time.perf_counter()
    f()
    synchronize()
    return time.perf_counter()-t

# Data

def _video(i, path): write_video(path/'ab'[i%2]/f'{i}.mp4', scene(np.random.default_rng(i), cfg.n_frames), **kinds['h264'][1])

def whole(path, make):
    "`path`, which `make` fills; it has its name only when it is whole, since a part of the benchmark may be ended anywhere"
    if not path.exists():
        tmp = Path(tempfile.mkdtemp(dir=path.parent))
        make(tmp)
        tmp.rename(path)
    return path

def videos():
    def make(o): parallel(_video, range(cfg.n_videos), path=o, n_workers=defaults.cpus, progress=False)
    return cfg.path or whole(cfg.dir/'videos', make)

def frames():
    def make(o): extract_all(videos(), o, size=cfg.size, n_frames=min(32, cfg.n_frames), store='mjpeg', progress=False)
    return whole(cfg.dir/'frames', make)

def loaders(path, model='cnn_lstm', **kwargs):
    _,_,n,size,bs = cfg.models[model]
    kwargs = merge(dict(num_workers=defaults.cpus, epoch_clips=bs*cfg.batches), kwargs)
    return VideoDataLoaders.from_folder(path, n_frames=n, size=size, bs=bs, seed=0, **kwargs)

# Steps of training

class Ready(GetAttr):
    "Gives `n_batches` batches that are on the device already, in place of those of `dl`"
    _default = 'dl'
    def __init__(self, dl, batches, n_batches): store_attr()
    def __len__(self):  return self.n_batches
    def __iter__(self): return itertools.islice(itertools.cycle(self.batches), self.n_batches)

class NoValidation(Callback):
    def before_validate(self): raise CancelValidException

def learner(dls, model='cnn_lstm', **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return video_learner(dls, pretrained=False, metrics=[], **cfg.models[model][1], **kwargs)

def fit(learn):
    with learn.no_bar(), learn.no_logging(): learn.fit(1, 1e-4, cbs=NoValidation())

def compare(model, ways, steps=8, rounds=3):
    """A table of steps of training in `ways`, {name: (arguments of `video_learner`, tf32, cudnn.benchmark)}

    Each learner is made, and compiled, once; then they take turns."""
    title,_,n,size,bs = cfg.models[model]
    steps,rounds = min(steps, cfg.steps),min(rounds, cfg.rounds)
    dls = loaders(moving_shapes(cfg.dir/'shapes', n_per_class=6), model, num_workers=0, epoch_clips=None)
    def batch():
        x = torch.rand(bs, n, size, size, 3, device=dls.device).permute(0,1,4,2,3)
        y = torch.randint(0, dls.c, (bs,), device=dls.device)
        return TensorVideo(x),TensorCategory(y)
    dls.loaders[0] = ready = Ready(dls.train, [batch() for _ in range(3)], 1)
    fits,first_step,mem = {},{},{}
    for k,(kw,tf32,bench) in ways.items():
        before = torch.cuda.memory_allocated() if cuda else 0
        if cuda: torch.cuda.reset_peak_memory_stats()
        learn = learner(dls, model, normalize=False, **kw)
        if 'in 2D' in k: depthwise_in_2d(learn.model)
        # to compile C++ for a CPU takes a minute; to see that it works, the graphs without it are enough
        if cfg is tiny and kw.get('compile'): learn.model.compile(backend='eager')
        def one(learn=learn, tf32=tf32, bench=bench):
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
            torch.backends.cudnn.benchmark = bench
            fit(learn)
            synchronize()
        fits[k],ready.n_batches = one,1
        first_step[k],ready.n_batches = f'{seconds(one):.1f}',3
        # the clock of the GPU settles, and what is compiled only at the second batch is compiled
        one()
        if cuda: mem[k] = f'{(torch.cuda.max_memory_allocated()-before)/2**30:.2f}'
    ready.n_batches = steps
    rates = {k:bs*steps/v for k,v in medians(fits, rounds).items()}
    cols = {'GiB at the peak':mem, 'first step, s':first_step}
    table(f'Training step, {title}, {bs} clips of {n} × {size}²', rates, first(rates), **cols)

def ways(*names):
    "The `ways` of `compare` from words like 'fp16 channels_last compiled'. On a CPU bf16 stands for fp16, and there is no tf32"
    res = {}
    for o in names if cuda else [o.replace('fp16', 'bf16') for o in names if o!='tf32']:
        precision = o.split()[0].strip(',')
        kw = {k:True for k in ('channels_last','compile','grad_ckpt') if k in o}
        kw['precision'] = 'fp32' if precision=='tf32' else precision
        res[o] = kw,precision=='tf32','cudnn.benchmark off' not in o
    return res

most = 'fp32','tf32','fp16','bf16','fp16 channels_last','fp16 + grad_ckpt'
compiled = 'fp32','fp16 channels_last','fp16 channels_last compiled'
def cnn_lstm():             compare('cnn_lstm',    ways(*most))
def timesformer():          compare('timesformer', ways(*most))
def cnn_lstm_compiled():    compare('cnn_lstm',    ways(*compiled))
def timesformer_compiled(): compare('timesformer', ways(*compiled))
# many CPUs take ten times as long in bf16
def r2plus1d():             compare('r2plus1d',    ways('fp32', *(('fp16','fp16 channels_last') if cuda else ('fp32 channels_last',))), 4)

def _planes(m, x):
    "The output of the depthwise convolution 3×3×3 `m`, by three convolutions in 2D: of the frame before, of this frame, of the next"
    b,t = x.shape[0],x.shape[2]
    x = x.transpose(1,2).flatten(0,1)
    def conv(w): return F.conv2d(x, w, stride=m.stride[1:], padding=m.padding[1:], groups=m.groups).unflatten(0, (b,t))
    before,this,after = map(conv, m.weight.unbind(2))
    return (this+F.pad(before[:,:-1], (0,)*6+(1,0))+F.pad(after[:,1:], (0,)*6+(0,1))).transpose(1,2)

def depthwise_in_2d(model):
    for m in model.modules():
        if isinstance(m, nn.Conv3d) and m.groups==m.in_channels>1 and m.kernel_size==(3,3,3): m.forward = partial(_planes, m)

def x3d():
    names = 'fp16','fp16 channels_last'
    off,in_2d = [f'{o}, cudnn.benchmark off' for o in names if cuda],[f'{o}, depthwise in 2D' for o in names]
    compare('x3d', ways('fp32', *names, *off, *in_2d), 2, 2)

# Loaders, and training that waits for them

class Waits(Callback):
    "Records when steps begin and end on the GPU. A batch that comes before the GPU is done with the last batch was not waited for"
    order = -100
    def before_train(self): self.begin,self.end = [],[]
    def before_batch(self): self.begin.append(self.now())
    def after_batch(self):  self.end.append(self.now())
    def now(self):
        if not cuda: return time.perf_counter()
        o = torch.cuda.Event(enable_timing=True)
        o.record()
        return o
    def found(self):
        "Seconds from the end of the first step to that of the last, and the share of them between steps"
        synchronize()
        def secs(a, b): return a.elapsed_time(b)/1000 if cuda else b-a
        total = secs(self.end[0], self.end[-1])
        return total,sum(secs(a, b) for a,b in zip(self.end, self.begin[1:]))/total

def training():
    for model,(name,path) in itertools.product(('cnn_lstm','timesformer'), (('stored frames',frames()), ('videos',videos()))):
        dls = loaders(path, model)
        learn = learner(dls, model)
        bs,dl = dls.bs,dls.train
        dls.loaders[0] = Ready(dl, [dls.one_batch()], n := min(16, len(dl)))
        fit(learn)
        alone,dls.loaders[0] = bs*n/seconds(lambda: fit(learn)),dl
        with learn.added_cbs(Waits()):
            fit(learn)
            secs,share = learn.waits.found()
        title = f'Training, {cfg.models[model][0]}, {name}, {dl.fake_l.num_workers} workers, default precision'
        table(title, {'the step alone':alone, 'training':bs*(len(dl)-1)/secs}, 'the step alone')
        print(f'\nbetween two steps, waiting for data and making floats of it: {share:.0%} of a step')

def loader():
    dls = {'stored frames':loaders(frames()),
           'stored frames, augmented':loaders(frames(), batch_tfms=clip_aug_transforms()),
           'videos':loaders(videos())}
    n = len(dls['videos'].train)
    wait,rates = defaultdict(list),defaultdict(list)
    for _ in range(cfg.rounds):
        for k,d in dls.items():
            ts = [time.perf_counter()]
            for _ in d.train:
                synchronize()
                ts.append(time.perf_counter())
            wait[k].append(ts[1]-ts[0])
            rates[k].append(d.bs*(n-1)/(ts[-1]-ts[1]))
    title = f'The loader alone, {dls["videos"].train.fake_l.num_workers} workers, {n} batches'
    waited = {k:f'{statistics.median(v):.1f}' for k,v in wait.items()}
    table(title, {k:statistics.median(v) for k,v in rates.items()}, 'stored frames', **{'first batch, s':waited})

# What comes after training

def evaluate():
    dls = loaders(videos(), valid_pct=.45)
    learn,views = learner(dls),ViewsDL(dls.valid, 4, 3)
    b,n = views.one_batch(),12*len(views.vids)
    def forward(): learn.get_preds(dl=[b]*math.ceil(n/len(b[0])))
    with learn.no_bar():
        forward()
        secs = {'its forward passes alone':seconds(forward),
                'its views read alone':seconds(lambda: list(views)),
                'evaluate':seconds(lambda: learn.evaluate(n_clips=4, n_crops=3))}
    title = f'evaluate(n_clips=4, n_crops=3), {len(views.vids)} videos, {cfg.models["cnn_lstm"][0]}'
    table(title, {k:n/v for k,v in secs.items()}, 'its views read alone', 'views/s')

def predict_folder():
    dls,files = loaders(videos()),get_video_files(videos())
    learn = learner(dls)
    learn.predict_folder(files[:2], progress=False)
    secs = {'its clips read alone':seconds(lambda: list(dls.test_dl(files))),
            'predict_folder':seconds(lambda: learn.predict_folder(files, progress=False))}
    title = f'predict_folder, {len(files)} videos, {cfg.models["cnn_lstm"][0]}'
    table(title, {k:len(files)/v for k,v in secs.items()}, 'its clips read alone')

def demo_by_steps():
    secs,out = [],sys.stdout
    def timed(f):
        def _inner(*args, **kwargs):
            t = time.perf_counter()
            try: return f(*args, **kwargs)
            finally:
                secs.append((f.__name__, time.perf_counter()-t))
                if cuda: print(f'{f.__name__}: {secs[-1][1]:.1f} s', file=out)
        return _inner
    for o in 'moving_shapes','extract_all','_fit','save_pictures': setattr(demo, o, timed(getattr(demo, o)))
    path,frames = (videos(),'frames') if cfg is tiny else (None,'frames-0')
    def run():
        with contextlib.redirect_stdout(io.StringIO()): fastvideo_demo(out=cfg.dir/'demo', path=path, **cfg.demo)
    total = seconds(run)
    # the demo reads in one process: would workers be quicker, which start anew for each epoch and each validation?
    for w in 0,min(4, defaults.cpus):
        dls = VideoDataLoaders.from_folder(cfg.dir/'demo'/frames, n_frames=8, size=64, bs=16, seed=0, num_workers=w)
        secs.append((f'all its reading, {w} workers', 2*cfg.demo['epochs']*seconds(lambda: [None for dl in dls for _ in dl])))
    print(f'\n**fastvideo-demo**, {cfg.demo["epochs"]} epochs where 18 are usual\n\n| | of the time |\n|---|---|')
    for k,v in secs: print(f'| {k} | {v/total:.0%} |')

parts = dict(cnn_lstm=cnn_lstm, timesformer=timesformer, training=training, loader=loader, cnn_lstm_compiled=cnn_lstm_compiled,
             evaluate=evaluate, predict_folder=predict_folder, x3d=x3d, r2plus1d=r2plus1d, demo=demo_by_steps,
             timesformer_compiled=timesformer_compiled)

@call_parse
def main(
    dir:Path,                    # Folder for files; `at` in it says which part is being done
    names:str,                   # Parts and their seconds, 'loader=45,evaluate=40'
    end:float,                   # When all must end, seconds since 1970
    path:str=None,               # Folder of class folders with videos
    small:store_true=False       # Small models and clips?
):
    global cfg
    if not cuda and not small:
        print("fp16.py needs a GPU of NVIDIA's, and PyTorch sees none here. --tiny shows on a CPU, with small models, that it works",
              file=sys.stderr)
        sys.exit(2)
    if small: cfg = tiny
    cfg.dir,cfg.path = dir,path and Path(path)
    if not (dir/'head').exists():
        device = torch.cuda.get_device_name() if cuda else f'CPU, {torch.get_num_threads()} thread(s)'
        print(f'{device}; {defaults.cpus} workers; torch {torch.__version__}, Python {platform.python_version()}')
        (dir/'head').touch()
    for name,secs in [o.split('=') for o in names.split(',')]:
        (dir/'at').write_text(name)
        # from here on a thread that does not need Python watches this process
        stood = open(dir/'stood', 'w')
        faulthandler.dump_traceback_later(max(.1, min(float(secs), end-time.time())), exit=True, file=stood)
        try: parts[name]()
        except Exception as e:
            traceback.print_exc()
            print(f'\n{name}: {type(e).__name__}: {e}')
            os._exit(1)                 # after an error of CUDA nothing works, not even a regular exit
        faulthandler.cancel_dump_traceback_later()
        torch._dynamo.reset()
        gc.collect()
        if cuda: torch.cuda.empty_cache()
        # the settings with which PyTorch begins, and fastai for `benchmark`
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.benchmark = True
