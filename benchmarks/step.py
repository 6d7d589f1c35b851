"""The time that `Learner` adds to a training step

A `VideoLearner`, and one with fastai's Adam, are compared with a plain loop with PyTorch's fused AdamW and its one-cycle schedule. A number
above 1 says how many times as long a step takes; beside it is the number of operations that Python calls in a step. Clips are tiny, so that
the time outside the model shows."""
from _bench import *
from fastcore.script import *
from torch.profiler import profile, ProfilerActivity

def plain(m, b):
    "A step of a loop by hand"
    x,y = [o.as_subclass(Tensor) for o in b]
    loss_func,total = nn.CrossEntropyLoss(),[0.]
    opt = torch.optim.AdamW(m.train().parameters(), lr=1e-3, betas=(.95,.99), eps=1e-5, fused=True)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, 1e-3, total_steps=10**6)
    def step():
        loss = loss_func(m(x), y)
        loss.backward()
        opt.step()
        sched.step()
        opt.zero_grad()
        total[0] = .98*total[0]+.02*loss.detach()
    return step

def by_learner(dls, m, b, **kwargs):
    "A step of a learner in the middle of `fit_one_cycle`, without a progress bar"
    learn = VideoLearner(dls, m, splitter=video_splitter, metrics=accuracy, **kwargs)
    learn.create_opt()
    learn.add_cb(ParamScheduler({'lr':combined_cos(.25, 4e-5, 1e-3, 1e-8), 'mom':combined_cos(.25, .95, .85, .95)}))
    learn.remove_cb(ProgressCallback)
    learn.n_epoch,learn.epoch = 1,0
    learn.dl,learn.n_iter = dls.train,10**6
    for o in 'before_fit','before_epoch','before_train': learn(o)
    return lambda: learn.one_batch(0, b)

def n_ops(f):
    with profile(activities=[ProfilerActivity.CPU]) as p: f()
    return sum(o.cpu_parent is None and o.name.startswith('aten::') for o in p.events())

@call_parse
def main(rounds:int=15):  # Rounds of ten steps of each way
    warnings.filterwarnings('ignore')
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as td:
        moving_shapes(Path(td), n_per_class=8, n_frames=8, size=32, seed=0)
        print('| model | clips | plain loop | `VideoLearner` | with fastai\'s Adam |\n|---|---|---|---|---|')
        for arch,n,size in (('small_cnn',2,16), (resnet18,2,16), (resnet18,4,32), (resnet34,4,32)):
            dls = VideoDataLoaders.from_folder(td, n_frames=n, size=size, bs=4, seed=0, num_workers=0, device='cpu')
            b,model = dls.one_batch(),partial(create_video_model, arch, dls.c, pool='lstm', pretrained=False)
            ways = dict(plain=plain(model(), b), ours=by_learner(dls, model(), b), adam=by_learner(dls, model(), b, opt_func=Adam))
            def ten(f): return lambda: [f() for _ in range(10)]
            medians(ways, 3)                    # the first steps allocate memory
            secs = medians({k:ten(f) for k,f in ways.items()}, rounds)
            row = [f'{secs[k]/secs["plain"]:.2f}, {n_ops(f)} operations' for k,f in ways.items()]
            print(f'| {getattr(arch, "__name__", arch)} | 4 × {n} × {size}² | {" | ".join(row)} |', flush=True)
