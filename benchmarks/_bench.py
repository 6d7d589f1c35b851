"What the benchmarks share: videos like UCF101's, interleaved timing, a table of ratios"
from fastvideo.all import *
import av, statistics, subprocess, tempfile

kinds = dict(xvid=('.avi', dict(codec='mpeg4', options={'g':'250', 'bf':'2', 'b':'400000'})),
             h264=('.mp4', dict(codec='libx264', options={'g':'250', 'crf':'23'})),
             h264_gop12=('.mp4', dict(codec='libx264', options={'g':'12', 'crf':'23'})))

def scene(rng, n=180, h=240, w=320):
    "`n` frames of a camera that moves over a landscape of noise, with something that moves the other way, and the noise of a sensor"
    def ground(h, w): return np.asarray(Image.fromarray(rng.integers(0, 255, (h//24,w//24,3), dtype=np.uint8)).resize((w,h), Image.BICUBIC))
    back,thing,(dx,dy) = ground(2*h, 2*w),ground(96, 96),rng.uniform(-1, 1, 2)
    for k in range(n):
        y,x,i = int(h/2+dy*k*h/2/n), int(w/2+dx*k*w/2/n), int((h-96)*(k/n))
        o = back[y:y+h, x:x+w].copy()
        o[i:i+96, i:i+96] = thing
        yield (o+rng.normal(0, 1.5, (h,w,1))).clip(0, 255).astype(np.uint8)

def make_videos(path, n, kinds=kinds):
    "`n` videos of each of `kinds` in folders of that name; the same ones in each"
    for k,(suf,kw) in kinds.items():
        for i in range(n):
            f = path/k/f'{i}{suf}'
            if not f.exists(): write_video(f, scene(np.random.default_rng(i)), **kw)
    return path

def tutorial_store(f, dest):
    "The UCF101 tutorial's extraction: every frame, in full size, by PIL"
    dest.mkdir(parents=True)
    with av.open(str(f)) as c:
        for i,o in enumerate(c.decode(video=0)): o.to_image().save(dest/f'{i}.jpg')

def decode_only(f):
    "The floor: all frames, nothing done with them"
    with av.open(str(f)) as c:
        c.streams.video[0].thread_type = 'NONE'
        for _ in c.decode(video=0): pass

def medians(ways, rounds, reset=noop):
    "Median seconds of each of `ways`, {name: function}, all called in turn in each of `rounds`"
    secs = {k:[] for k in ways}
    for _ in range(rounds):
        for k,f in ways.items():
            reset()
            t = time.perf_counter()
            f()
            secs[k].append(time.perf_counter()-t)
    return {k:statistics.median(v) for k,v in secs.items()}

def show(title, secs, base):
    "The table: how many times as fast as `base`"
    print(f'\n{title}\n\n| way | × |\n|---|---|')
    for k,v in secs.items(): print(f'| {k} | {secs[base]/v:.2f} |')
