"Damaged videos for `video_info`, `read_clip` and `extract_all`: each must give frames, or raise one `VideoError` that names the file"
from fastvideo.all import *
import av, json, re, resource, subprocess, sys, tempfile, threading

# the order says which mutant is of which kind
quick = {'deadline':'realtime', 'cpu-used':'8'}
kinds = {'avi':{},
         'mp4':{},
         'mkv':dict(options={'g':'12', 'bf':'2'}),
         'mov':{},
         'mpg':{},
         'webm':dict(options=quick),
         'hevc.mp4':dict(codec='libx265', options={'x265-params':'log-level=error:keyint=12'}),
         'vp8.webm':dict(codec='libvpx', options=quick),
         'mjpeg.avi':dict(codec='mjpeg', pix_fmt='yuvj420p'),
         'gif':dict(codec='gif', pix_fmt='rgb8')}

def sources(path):
    "One small video of each kind, as bytes"
    rng = np.random.default_rng(0)
    ground = np.kron(rng.integers(0, 255, (12,24,3)), np.ones((8,8,1))).astype(np.uint8)
    frames = [np.roll(ground, (k,2*k), (0,1))[:64,:96] for k in range(40)]
    return {k:write_video(path/f'x.{k}', frames, **kw).read_bytes() for k,kw in kinds.items()}

def mutate(rng, b, others):
    "`b` after up to three changes: bits flipped, the end cut off, zeros, a part repeated, or the beginning of another file"
    b = bytearray(b)
    for _ in range(rng.integers(1, 4)):
        i,n = int(rng.integers(0, max(1, len(b)))),int(rng.integers(1, 400))
        what = rng.integers(0, 6)
        if what in (0,1):
            # half of them at the beginning, where containers keep their structure
            end = len(b) if what else min(len(b), 600)
            for j in rng.integers(0, max(1, end), rng.integers(1, 20)):
                if j<len(b): b[j] ^= 1<<int(rng.integers(8))
        elif what==2: del b[i:]
        elif what==3: b[i:i+n] = bytes(len(b[i:i+n]))
        elif what==4: b[i:i] = b[i:i+n]
        else: b[:n] = others[int(rng.integers(len(others)))][:n]
    return bytes(b)

def outcome(f, name):
    "'frames' or 'VideoError'; anything else is a defect that is looked for"
    try: f()
    except VideoError as e: return 'VideoError' if name in str(e) else f'VideoError without the name: {e}'
    except Exception as e: return f'{type(e).__name__}: {str(e)[:100]}'
    return 'frames'

def extracted(path, dest, store):
    "'frames' or 'VideoError', as the report says of the one video in `path`; or another error"
    row = extract_all(path, dest, size=32, store=store, progress=False).iloc[0]
    if not row.error: return 'frames'
    another = Path(row.file).name not in row.error or re.search(r'\w+(Error|Exception)\(', row.error)
    return row.error if another else 'VideoError'

def same(f):
    "Is frame 30 of a clip the 31st of a full decode? In damaged files a decoder drops frames, or makes frames of those it has seen"
    try: ref = list(video_frames(f))
    except VideoError: return 'cannot all be decoded'
    if len(ref)<31: return 'has no such frame'
    o = read_clip(f, [30])[0].permute(1,2,0).numpy()
    at = [i for i,r in enumerate(ref) if np.array_equal(o, r)]
    if 30 in at: return 'as in a full decode'
    return 'is another frame of a full decode' if at else 'is made up otherwise'

def check(seed, srcs, td):
    "The outcome of each of the three functions for mutant `seed`"
    rng = np.random.default_rng(seed)
    k = list(srcs)[seed%len(srcs)]
    f = td/'in'/f'{seed}.{k}'
    f.parent.mkdir(exist_ok=True)
    f.write_bytes(mutate(rng, srcs[k], list(srcs.values())))
    res = {'video_info':outcome(lambda: video_info(f, exact=True, cache=False), f.name),
           'read_clip':outcome(lambda: read_clip(f, lambda n,fps: clip_idxs(n, 8), 32), f.name),
           'read_clip at 30':outcome(lambda: read_clip(f, [30]), f.name)}
    res.update({f'extract_all, {o}':extracted(f.parent, td/o, o) for o in ('jpg','mjpeg')})
    res['frame 30'] = same(f)
    f.unlink()
    for o in 'jpg','mjpeg': shutil.rmtree(td/o)
    return res

@call_parse
def main(
    n:int=2000,      # Mutants
    seed:int=0,      # The first one
    limit:int=60,    # Seconds for one; one that takes longer counts as hanging
    child:bool_arg=False  # Internal: run in this process
):
    warnings.simplefilter('ignore')
    if child:
        av.logging.set_level(av.logging.PANIC)
        td = Path(tempfile.mkdtemp())
        srcs = sources(td)
        for i in range(seed, seed+n):
            res = check(i, srcs, td)
            print(json.dumps([i,res,resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024]), flush=True)
        return
    got,peak,todo = Counter(),0,seed
    while todo<seed+n:
        cmd = [sys.executable, '-W', 'ignore', __file__, '--n', str(seed+n-todo), '--seed', str(todo), '--child', '1']
        p = subprocess.Popen(cmd, stdout=subprocess.PIPE, text=True)
        watch = threading.Timer(limit+30, p.kill)
        watch.start()
        for line in p.stdout:
            watch.cancel()
            watch = threading.Timer(limit, p.kill)
            watch.start()
            i,res,mb = json.loads(line)
            todo,peak = i+1,max(peak, mb)
            for k,v in res.items():
                got[k,v] += 1
                if k!='frame 30' and v not in ('frames','VideoError'): print(f'mutant {i}, {k}: {v}')
        watch.cancel()
        if p.wait()!=0 and todo<seed+n:
            print(f'mutant {todo}: the process ended with {p.returncode}, or hung for {limit} s')
            got['process','died'] += 1
            todo += 1
    print('\n| function | outcome | mutants |\n|---|---|---|')
    for (k,v),c in sorted(got.items()): print(f'| {k} | {v} | {c} |')
    print(f'\nPeak memory of the process: {peak} MB')
