"Windows of two seconds from recordings of an hour: what one costs, what loaders of many cost, and whether memory stays flat"
from _bench import *
from fastvideo.video import scans
import psutil, shutil

def packets(file, repeats, dest):
    "Copy the packets of `file` into `dest`, `repeats` times one after the other: a long recording without the time to encode it"
    with av.open(str(file)) as c, av.open(str(dest), 'w') as out:
        s = c.streams.video[0]
        t = out.add_stream_from_template(s)
        ps = [(bytes(p),p.pts,p.dts,p.is_keyframe) for p in c.demux(s) if p.size]
        step = round(1/(s.average_rate*s.time_base))
        for k in range(repeats):
            for b,pts,dts,key in ps:
                p = av.Packet(b)
                p.stream,p.time_base,p.is_keyframe,p.duration = t,s.time_base,key,step
                p.pts,p.dts = pts+k*step*len(ps),dts+k*step*len(ps)
                out.mux(p)
    return dest

def hour(dest, fps, h, w, gop=250):
    "A recording of an hour, H.264 with a key frame every `gop` frames: `2*gop` frames, again and again"
    base = dest.with_name(f'base_{dest.name}')
    frames = scene(np.random.default_rng(0), 2*gop, h, w) if h>96 else [np.roll(np.eye(h, w, dtype=np.uint8)*255, i, 1) for i in range(2*gop)]
    write_video(base, frames, fps=fps, options={'g':f'{gop}', 'keyint_min':f'{gop}', 'sc_threshold':'0', 'crf':'28', 'preset':'veryfast'})
    packets(base, 3600*fps//(2*gop), dest)
    base.unlink()
    return dest

def pyav(f, need, start):
    "The least that gives the frames `need`: decode from frame `start`, which is a key frame"
    with av.open(str(f)) as c:
        s = c.streams.video[0]
        s.thread_type = 'NONE'
        if start: c.seek(round(start/s.average_rate/s.time_base)+(s.start_time or 0), stream=s)
        want,res = {*need},[]
        for i,o in enumerate(c.decode(s), start):
            if i in want: res.append(o.to_ndarray(format='rgb24'))
            if i==need[-1]: return np.stack(res)

def ours(f, need): return read_clip(f, need).permute(0,2,3,1).numpy()

def torchcodec(f, need, **kwargs):
    from torchcodec.decoders import VideoDecoder
    return VideoDecoder(str(f), num_ffmpeg_threads=1, **kwargs).get_frames_at(need).data.permute(0,2,3,1).numpy()

def forget(disk=False):
    "As in a new process; with `disk`, as on a machine that has never seen the file"
    scans._memory.__init__(scans._memory.most)
    if disk: shutil.rmtree(Path(os.environ['XDG_CACHE_HOME'])/'fastvideo', ignore_errors=True)

def one_window(f, rounds, gop=250):
    "A window from the middle of the hour and of its group of pictures"
    key  = 180*gop
    need = [int(o) for o in np.linspace(key+100, key+149, 8)]
    minute = 60*25
    def first_time():
        forget(disk=True)
        ours(f, need)
    def new_process():
        forget()
        ours(f, need)
    ways = {'PyAV, from the key frame before':lambda: pyav(f, need, key),
            'fastvideo':lambda: ours(f, need),
            'fastvideo, first in its process':new_process,
            'fastvideo, first on this machine':first_time}
    for name,kw in ('exact',{}),('approximate',dict(seek_mode='approximate')):
        try: same = np.array_equal(torchcodec(f, need, **kw).shape, ours(f, need).shape)
        except Exception as e: print(f'torchcodec, {name}, left out: {type(e).__name__}')
        else:
            if same: ways[f'torchcodec, {name}'] = partial(torchcodec, f, need, **kw)
    assert np.array_equal(pyav(f, need, key), ours(f, need))
    # in its own turn, since the rows above it need the index that it deletes
    order = ['fastvideo, first on this machine',*[o for o in ways if o!='fastvideo, first on this machine']]
    secs = medians({k:ways[k] for k in order}, rounds)
    start = medians({'':lambda: pyav(f, [minute-1], 0)}, 3)['']
    secs['PyAV, from the start (a minute of it, times 30)'] = start*need[-1]/minute
    show('A window of 2 s, 8 frames, from the middle of an hour', secs, 'PyAV, from the key frame before')

def many(td, n, n_rows, rounds):
    "Loaders of `n` recordings with `n_rows` intervals, against the time to read the table"
    rng = np.random.default_rng(0)
    folder = td/'many'
    folder.mkdir()
    one = hour(td/'one.mp4', 5, 48, 64)
    for i in range(n): shutil.copy(one, folder/f'{i:03}.mp4')
    start = rng.uniform(0, 3590, n_rows).round(2)
    df = pd.DataFrame(dict(file=[f'{i%n:03}.mp4' for i in range(n_rows)], start=start, end=start+rng.uniform(1, 3, n_rows).round(2),
                           label=rng.choice([*'abcdefgh'], n_rows)))
    df.to_csv(td/'labels.csv', index=False)
    def read(): return read_annotations(td/'labels.csv', folder)
    read()                                      # the lengths of recordings are known from then on
    table = read()
    ways = {'read_annotations':read,
            'from_annotations':lambda: VideoDataLoaders.from_annotations(table, folder, window=2., device='cpu', num_workers=0)}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        secs = medians(ways, rounds)
    print(f'\n{n} recordings of an hour, {n_rows:,} intervals: from_annotations takes '
          f'{secs["from_annotations"]/secs["read_annotations"]:.2f} times as long as read_annotations ({secs["read_annotations"]:.1f} s)')
    return folder

def memory(folder, n_windows):
    "Memory of this process after a tenth of the windows, and after all"
    rng,files,used = random.Random(0),get_video_files(folder),{}
    for i in range(n_windows):
        a = rng.randrange(17_900)
        read_clip(rng.choice(files), range(a, a+10))
        if i+1 in (n_windows//10,n_windows): used[i+1] = psutil.Process().memory_info().rss/2**20
    print('\n'+', '.join(f'after {k:,} windows {v:,.0f} MB' for k,v in used.items()))

@call_parse
def main(
    rounds:int=7,        # Times that everything is timed
    n:int=100,           # Recordings …
    n_rows:int=100_000,  # … and intervals in them
    n_windows:int=5000   # Windows that are read while memory is watched
):
    torch.set_num_threads(1)
    td = Path(tempfile.mkdtemp())
    os.environ['XDG_CACHE_HOME'] = str(td/'cache')
    one_window(hour(td/'hour.mp4', 25, 240, 320), rounds)
    memory(many(td, n, n_rows, 3), n_windows)
    shutil.rmtree(td)
