"What the benchmarks share: videos like those of UCF101, timing in turns, and a table of ratios"
from fastvideo.all import *
import av, statistics, subprocess, tempfile

kinds = dict(xvid=('.avi', dict(codec='mpeg4', options={'g':'250', 'bf':'2', 'b':'400000'})),
             h264=('.mp4', dict(codec='libx264', options={'g':'250', 'crf':'23'})),
             h264_gop12=('.mp4', dict(codec='libx264', options={'g':'12', 'crf':'23'})))

def scene(rng, n=180, h=240, w=320):
    "`n` frames of a camera that moves over a landscape of noise. A square moves another way, and a sensor adds noise"
    def ground(h, w):
        small = rng.integers(0, 255, (h//24,w//24,3), dtype=np.uint8)
        return np.asarray(Image.fromarray(small).resize((w,h), Image.BICUBIC))
    back,thing = ground(2*h, 2*w),ground(96, 96)
    dx,dy = rng.uniform(-1, 1, 2)
    for k in range(n):
        y,x = int(h/2+dy*k*h/2/n),int(w/2+dx*k*w/2/n)
        i = int((h-96)*(k/n))
        o = back[y:y+h, x:x+w].copy()
        o[i:i+96, i:i+96] = thing
        yield (o+rng.normal(0, 1.5, (h,w,1))).clip(0, 255).astype(np.uint8)

def make_videos(path, n, kinds=kinds):
    "`n` videos of each of `kinds`, in a folder with the name of the kind; each folder has the same scenes"
    for k,(suf,kw) in kinds.items():
        for i in range(n):
            f = path/k/f'{i}{suf}'
            if not f.exists(): write_video(f, scene(np.random.default_rng(i)), **kw)
    return path

def tutorial_store(f, dest):
    "Extract frames as the UCF101 tutorial does: every frame, in full size, by PIL"
    dest.mkdir(parents=True)
    with av.open(str(f)) as c:
        for i,o in enumerate(c.decode(video=0)): o.to_image().save(dest/f'{i}.jpg')

def decode_only(f):
    "The least that is needed: decode all frames, and do nothing with them"
    with av.open(str(f)) as c:
        c.streams.video[0].thread_type = 'NONE'
        for _ in c.decode(video=0): pass

def medians(ways, rounds, reset=noop):
    "Median seconds of each of `ways`, {name: function}; in each of `rounds` they are called one after the other"
    secs = {k:[] for k in ways}
    for _ in range(rounds):
        for k,f in ways.items():
            reset()
            t = time.perf_counter()
            f()
            secs[k].append(time.perf_counter()-t)
    return {k:statistics.median(v) for k,v in secs.items()}

def show(title, secs, base):
    "Print a table: how many times as fast as `base` each way is"
    print(f'\n{title}\n\n| way | × |\n|---|---|')
    for k,v in secs.items(): print(f'| {k} | {secs[base]/v:.2f} |')
