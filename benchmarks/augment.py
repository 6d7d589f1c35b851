"""Batch transforms of clips, against a loop over frames, fastai on a tuple of T tensors, and torchvision v2 clip by clip

A number above 1 says how many times as fast ours is. Angles, flips and crops are the same in all ways, and the results are compared where
the formula is the same. For light and colour torchvision has another formula: it multiplies, and fastai adds to the logit. Our time
includes the random draws; torchvision's Flip, Rotate and RandomResizedCrop get their parameters. In a loop RandomErasing makes new noise
for each frame; here the noise is made once."""
from _bench import *
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as TF

def per_clip(f, *params):
    "`f` of torchvision on each clip, with the clip's own parameters"
    return lambda x: torch.stack([f(o, *ps) for o,*ps in zip(x, *params)])

def transforms(bs, size):
    "{name: (transform, torchvision's way, largest mean difference of the two; None: the formula or the draws differ)}"
    rng = random.Random(0)
    def draw(a, b): return [rng.uniform(a, b) for _ in range(bs)]
    flips = [float(i%2) for i in range(bs)]
    angles,light = draw(-30, 30),draw(.4, .6)
    bilinear = v2.InterpolationMode.BILINEAR
    crop = RandomResizedCropGPU(size, min_scale=.5, max_scale=.5)
    boxes = [[t,l,h,w] for (t,l),(h,w) in crop_boxes(crop, bs, size)]
    rotate = Rotate(draw=angles, p=1., pad_mode=PadMode.Zeros, align_corners=False)
    jitter = v2.Compose([v2.RandomHorizontalFlip(), v2.RandomAffine(10, scale=(1,1.1), interpolation=bilinear),
                         v2.RandomPerspective(.2, p=1.), v2.ColorJitter(.2, .2)])
    aug = Pipeline(aug_transforms(p_affine=1., p_lighting=1., pad_mode=PadMode.Zeros), split_idx=0)
    def resized_crop(o, box): return TF.resized_crop(o, *box, [size,size], bilinear, antialias=False)
    # the probability is 1: a transform that has nothing to do only copies, and would look faster than it is
    return {'Flip': (Flip(draw=flips, p=1.), per_clip(lambda o,f: TF.horizontal_flip(o) if f else o, flips), 1e-6),
            'Rotate': (rotate, per_clip(lambda o,a: TF.rotate(o, -a, bilinear), angles), 1e-4),
            'Warp': (Warp(p=1., pad_mode=PadMode.Zeros), per_clip(v2.RandomPerspective(.2, p=1.)), None),
            'RandomResizedCropGPU': (crop, per_clip(resized_crop, boxes), .02),
            'Brightness': (Brightness(draw=light, p=1.), per_clip(lambda o,f: TF.adjust_brightness(o, .5+f), light), None),
            'Brightness and Contrast': (first(setup_aug_tfms([Brightness(p=1.), Contrast(p=1.)])), per_clip(v2.ColorJitter(.2, .2)), None),
            'Saturation': (Saturation(p=1.), per_clip(v2.ColorJitter(saturation=.2)), None),
            'Hue': (Hue(p=1.), per_clip(v2.ColorJitter(hue=.1)), None),
            'RandomErasing': (RandomErasing(p=1.), per_clip(v2.RandomErasing(1., (0,.3), value='random')), None),
            'aug_transforms': (aug, per_clip(jitter), None)}

def crop_boxes(crop, bs, size):
    "The boxes that `crop` draws with the seed that `seeded` sets"
    set_seed(0)
    crop.before_call(TensorVideo(torch.empty(bs,1,1,size,size)), 0)
    return crop.boxes

def train(tfm, x): return tfm(x) if isinstance(tfm, Pipeline) else tfm(x, split_idx=0)

def seeded(tfm, x):
    "The result of `tfm` on `x`, with the same draws each time"
    set_seed(0)
    return train(tfm, x)

@call_parse
def main(
    bs:int=8,            # Clips in a batch
    n_frames:int=8,      # Frames of a clip
    size:int=112,        # Their height and width, pixels
    rounds:int=9,        # Times that everything is timed
    device:str='cpu'     # Or cuda
):
    if size<96: raise ValueError(f'size must be 96 or more, not {size}: the square that moves in the scene is 96 pixels wide')
    torch.set_num_threads(1)
    def clip(i): return np.stack(list(scene(np.random.default_rng(i), n_frames, size, size)))
    x = torch.from_numpy(np.stack([clip(i) for i in range(bs)])).to(device)/255
    x = TensorVideo(x.movedim(-1,2))     # with channels last in memory, as a batch from files
    frames = fastuple(*[TensorImage(x[:,t]) for t in range(n_frames)])
    clips = x.as_subclass(Tensor)
    def synced(f):
        def _f():
            f()
            if x.is_cuda: torch.cuda.synchronize()
        return _f
    print(f'Batches of {bs} clips, {n_frames} frames of {size}×{size}, {x.device}\n')
    print('| transform | loop over frames | tuple of T tensors | torchvision v2 |\n|---|---|---|---|')
    for name,(tfm,tv,eps) in transforms(bs, size).items():
        def ours(tfm): return tfm(x)
        def loop(tfm): return torch.stack([tfm(TensorImage(x[:,t])) for t in range(n_frames)], dim=1)
        def tup (tfm): return tfm(frames)
        y,as_loop,as_tup = [f(partial(seeded, tfm)) for f in (ours,loop,tup)]
        y = y.as_subclass(Tensor)
        if name not in ('RandomResizedCropGPU','RandomErasing'):       # there fastai draws once for all clips
            for o in as_loop,torch.stack(list(as_tup), dim=1): test_close(y, o.as_subclass(Tensor), eps=1e-4)
        test_eq(tv(clips).shape, y.shape)
        if eps: assert (d := (tv(clips)-y).abs().mean())<eps, f'{name} differs from torchvision by {d}'
        ways = {f.__name__:partial(f, partial(train, tfm)) for f in (ours,loop,tup)} | {'tv':partial(tv, clips)}
        secs = medians({k:synced(f) for k,f in ways.items()}, rounds)
        print(f'| {name} | '+' | '.join(f'{secs[k]/secs["ours"]:.2f}' for k in ('loop','tup','tv'))+' |', flush=True)
