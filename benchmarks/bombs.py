"""Small files that ask for much, through every call: each must give an answer or one error within 10 s of CPU time and 1 GB

`python benchmarks/bombs.py FOLDER [name …]` makes the files in FOLDER, if it is not there, and prints a line for each call. Linux only."""
from fastvideo.all import *
from fastvideo.cli.app import _visitor
from fractions import Fraction
from struct import pack
import av, contextlib, gzip, io, json, multiprocessing, re, sys, tarfile, tempfile, time, zipfile, zlib

def gif(w, h, frames=1, delay=0):
    "A GIF of some bytes that says it has w × h pixels"
    n = pack('<HH', w, h)
    one = b'!\xf9\4\0'+pack('<H', delay)+b'\0\0,\0\0\0\0'+n+b'\0\2\2\x44\1\0'
    return b'GIF89a'+n+b'\x80\0\0'+bytes(6)+one*frames+b';'

def _chunk(k, b): return pack('>I', len(b))+k+b+pack('>I', zlib.crc32(k+b))
def png(w, h, film=False):
    "A PNG that says it has w × h pixels, and has the first of them; as a `film` of one picture, if asked for"
    more = _chunk(b'acTL', pack('>II', 1, 0))+_chunk(b'fcTL', pack('>IIIIIHHBB', 0, w, h, 0, 0, 1, 10, 0, 0)) if film else b''
    head = _chunk(b'IHDR', pack('>IIBBBBB', w, h, 8, 2, 0, 0, 0))
    return b'\x89PNG\r\n\x1a\n'+head+more+_chunk(b'IDAT', zlib.compress(bytes(1000)))+_chunk(b'IEND', b'')

def jpeg(w, h):
    "A JPEG of 16 × 16 pixels that says it has w × h"
    f = io.BytesIO()
    Image.new('RGB', (16,16)).save(f, 'jpeg')
    return jpeg_says(f.getvalue(), w, h)

def jpeg_says(b, w, h): return re.sub(rb'(\xff\xc0...)....', lambda m: m[1]+pack('>HH', h, w), b, flags=re.S)

def bmp(w, h): return b'BM'+pack('<IHHIIiiHHIIiiII', 54, 0, 0, 54, 40, w, h, 1, 24, 0, 0, 0, 0, 0, 0)

fast = dict(preset='ultrafast', threads='1')
def film(path, w=64, h=48, codec='mpeg4', n=8, pix_fmt='yuv420p', rate=25, times=None, sar=None, options={}):
    "A grey film of w × h pixels, with its packets at the seconds `times`"
    with av.open(str(path), 'w') as out:
        s = out.add_stream(codec, rate=rate, width=w, height=h, pix_fmt=pix_fmt, options=fast if codec=='libx264' else options)
        s.bit_rate = 1000
        if sar: s.codec_context.sample_aspect_ratio = Fraction(sar)
        f,k = av.VideoFrame(w, h, pix_fmt),itertools.count()
        for o in f.planes: np.frombuffer(o, np.uint8)[:] = 128
        def put(packets):
            for p in packets:
                if times is not None: p.pts = p.dts = round(times[next(k)]/p.time_base)
                out.mux(p)
        for i in range(n):
            np.frombuffer(f.planes[0], np.uint8)[:64] = i%256
            f.pts = None
            put(s.encode(f))
        put(s.encode())
    return path.read_bytes()

def patched(b, *places):
    "The bytes `b` with other bytes: (what stands before them, bytes in between, the new bytes)"
    b = bytearray(b)
    for before,n,new in places:
        i = b.index(before)+len(before)+n
        b[i:i+len(new)] = new
    return bytes(b)

def pictures(td):
    "GIFs, and what else is one picture or many"
    for w,h in (16000,16000),(65535,65535),(65535,1000),(9000,9000): (td/f'gif_{w}x{h}.gif').write_bytes(gif(w, h))
    (td/'gif_100_frames.gif').write_bytes(gif(5000, 5000, 100))
    (td/'gif_slow.gif').write_bytes(gif(64, 64, 1000, 65535))
    (td/'gif_as.mp4').write_bytes(gif(16000, 16000))
    for w in 16000,60000: (td/f'apng_{w}.avi').write_bytes(png(w, w, film=True))
    (td/'png_as.mp4').write_bytes(png(60000, 60000))

def large_frames(td):
    "Films of large frames, of frames that grow, and of frames of another size than the header says"
    large = film(td/'h264_8192.mp4', 8192, 8192, 'libx264')
    film(td/'h264_8k.mp4', 7680, 4320, 'libx264')
    film(td/'h264_444_10bit.mp4', 5000, 5000, 'libx264', pix_fmt='yuv444p10le')
    ts = film(td/'h264_8192.ts', 8192, 8192, 'libx264')
    film(td/'ffv1_9000.mkv', 9000, 9000, 'ffv1', 2)
    film(td/'ffv1_line.mkv', 60000, 64, 'ffv1', 2)
    film(td/'mpeg4_8000.avi', 8000, 8000, n=2)
    film(td/'mjpeg_12000.mov', 12000, 12000, 'mjpeg', 2, 'yuvj420p')
    film(td/'raw_6000.nut', 6000, 6000, 'rawvideo', 1)
    (td/'grows.ts').write_bytes(film(td/'x.ts', codec='libx264')+ts)
    (td/'grows.mpg').write_bytes(film(td/'x.mpg', codec='mpeg1video')+film(td/'y.mpg', 4080, 4080, 'mpeg1video'))
    (td/'says_60000.avi').write_bytes(patched(film(td/'x.avi'), (b'strf', 8, pack('<ii', 60000, 60000))))
    (td/'says_16.mp4').write_bytes(patched(large, (b'avc1', 24, pack('>HH', 16, 16))))
    (td/'says_65535.mp4').write_bytes(patched(film(td/'x.mp4', codec='libx264'), (b'avc1', 24, pack('>HH', 65535, 65535))))
    (td/'says_65500.mov').write_bytes(jpeg_says(film(td/'x.mov', codec='mjpeg', pix_fmt='yuvj420p'), 65500, 65500))
    for sar in '1000','1/1000': film(td/f'sar_{sar.replace("/", "_")}.mp4', 640, 480, 'libx264', sar=sar)
    film(td/'sar_4.mp4', 8192, 4096, 'libx264', 2, sar='4')
    with av.open(str(td/'streams.mkv'), 'w') as out:
        for s in [out.add_stream('mpeg4', rate=25, width=1024, height=1024, pix_fmt='yuv420p') for _ in range(100)]:
            for p in [*s.encode(av.VideoFrame(1024, 1024, 'yuv420p')), *s.encode()]: out.mux(p)

def times(td):
    "Films whose frames, or whose headers, say times that cannot be"
    years = 30*365*24*3600.
    film(td/'thirty_years.mkv', n=17, times=[*np.arange(16)/25, years])
    film(td/'thirty_years_first.mkv', n=17, times=[0, *years+np.arange(16)/25])
    film(td/'ten_minutes_each.mkv', n=500, times=np.arange(500)*599.)
    film(td/'a_minute_each.mkv', n=1000, times=np.arange(1000)*59.)
    film(td/'all_at_once.mkv', n=2000, rate=1000, times=np.arange(2000)*1e-3)
    film(td/'50000_fps.mkv', n=50, rate=50000, times=np.arange(50.))
    film(td/'crowd.mp4', codec='libx264', n=10_000)
    avi = (td/'x.avi').read_bytes()
    for name,rate,n in ('ages',(1,1),2**32-1),('fast',(1,2**31),2**32-1),('slow',(2**31,1),1000):
        (td/f'avi_{name}.avi').write_bytes(patched(avi, (b'strh', 24, pack('<II', *rate)), (b'strh', 36, pack('<I', n))))
    mp4 = (td/'x.mp4').read_bytes()
    for k,n in ('mvhd',16),('mdhd',16),('tkhd',20): (td/f'mp4_{k}.mp4').write_bytes(patched(mp4, (k.encode(), n, b'\xff\xff\xff\xf0')))
    (td/'mp4_stsz.mp4').write_bytes(patched(mp4, (b'stsz', 4, pack('>II', 1, 2**27))))
    (td/'mp4_stts.mp4').write_bytes(patched(mp4, (b'stts', 4, pack('>III', 1, 2**31, 2**30))))
    (td/'slow.y4m').write_bytes(b'YUV4MPEG2 W16 H16 F1:100000000 C420\n'+(b'FRAME\n'+bytes(384))*5)

def frames(td):
    "Folders of frames, and a file of them"
    def put(name, b):
        (td/name).parent.mkdir(exist_ok=True)
        (td/name).write_bytes(b)
    for name,b in {'png/0.png':png(60000, 60000), 'jpg/0.jpg':jpeg(65500, 65500), 'bmp/0.bmp':bmp(60000, 60000), 'gif/0.png':gif(60000, 60000)}.items():
        put(f'frames_{name}', b)
    m = dict(frames=10**12, fps=25., source='x.mp4', bytes=1000)
    for name,text in ('ages',json.dumps(m)),('deep','['*1_000_000):
        put(f'frames_{name}/0.jpg', jpeg(16, 16))
        put(f'frames_{name}/manifest.json', text.encode())
    (td/'frames_big').mkdir()
    Image.new('RGB', (5900,5900)).save(td/'frames_big/0.jpg')
    for i in range(1, 64): os.link(td/'frames_big/0.jpg', td/f'frames_big/{i}.jpg')
    b = (td/'x.avi').read_bytes()
    put('spans.avi', b)
    put('spans.avi.json', json.dumps(dict(m, frames=1, spans=[[0,10**13]], packed=len(b))).encode())

def others(td):
    "Arrays, archives and a table"
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, dict(descr='|u1', fortran_order=False, shape=(100,1000,1000,1000)))
    (td/'one.npy').write_bytes(head.getvalue())
    for name,n in ('header.npz',0),('zeros.npz',1000):
        with zipfile.ZipFile(td/name, 'w', zipfile.ZIP_DEFLATED) as z:
            with z.open('x_train.npy', 'w', force_zip64=True) as f:
                f.write(head.getvalue())
                for _ in range(n): f.write(bytes(2**20))
            with z.open('y_train.npy', 'w') as f: np.save(f, np.zeros(100, int))
    with zipfile.ZipFile(td/'zeros.zip', 'w', zipfile.ZIP_DEFLATED) as z, z.open('x.avi', 'w') as f:
        for _ in range(1000): f.write(bytes(2**20))
    with tarfile.open(td/'zeros.tar.xz', 'w:xz') as t:
        i = tarfile.TarInfo('x.avi')
        i.size = 2**40
        t.fileobj.write(i.tobuf())
    (td/'table.csv').write_text(','*10_000_000)
    with gzip.open(td/'table.csv.gz', 'wb') as f:
        f.write(b'file,label\n')
        for _ in range(100): f.write(b'a.mp4,left\n'*100_000)

def make(td):
    td.mkdir(parents=True)
    for f in pictures,large_frames,times,frames,others: f(td)
    for o in 'x.ts','x.mpg','y.mpg','x.avi','x.mp4','x.mov': (td/o).unlink()

def calls(f, learn, out):
    "The calls for the file `f`, by name"
    if f.suffix in ('.npz','.npy'): return dict(npz=lambda: load_npz(f))
    if f.suffix in ('.zip','.xz'):  return dict(unrar=lambda: unrar(f, out/'unpacked', progress=False))
    if f.suffix in ('.csv','.gz'):  return dict(csv=lambda: VideoDataLoaders.from_csv(f.parent, f.name))
    def page():
        with limits.within(300, **_visitor): html = answer_html(learn, f)
        if 'fastvideo-error' in html: raise VideoError(f.name, re.sub('<.*?>', ' ', html))
    res = dict(all=lambda: TensorVideo.create(f), predict=lambda: learn.predict(f), page=page)
    if f.is_dir() or f.name=='spans.avi': return res
    def table(df):
        if len(df) and df.error[0]: raise VideoError(f.name, df.error[0])
    def extract():
        (out/'in').mkdir()
        os.link(f, out/'in'/f.name)
        table(extract_all(out/'in', out/'frames', size=112, n_workers=0, progress=False))
    line = pd.DataFrame([(0,1e12,'x',.5)], columns=['start','end','label','probability'])
    return dict(res, info=lambda: video_info(f, cache=False), clip=lambda: TensorVideo.create(f, lambda n,_: [0,n//2], 112),
                verify=lambda: table(verify_videos([f], n_workers=0, progress=False)), extract=extract,
                stream=lambda: learn.predict_stream(f, window=1), annotate=lambda: annotate_video(f, out/'labelled.mp4', line))

def memory(k): return int(re.search(rf'{k}:\s*(\d+)', Path('/proc/self/status').read_text())[1])/1024

def tried(f, learn, conn):
    "Send a row for each call: name, call, seconds of CPU time, MB above what was in use before, what came of it"
    torch.set_num_threads(1)
    out = Path(tempfile.mkdtemp(dir=f.parent.parent))
    for k,call in calls(f, learn, out).items():
        Path('/proc/self/clear_refs').write_text('5')            # the peak counts from here
        before,start,said = memory('VmRSS'),time.process_time(),'fine'
        with warnings.catch_warnings(record=True) as ws:
            warnings.simplefilter('always')
            try: call()
            except Exception as e: said = f'{type(e).__name__}: {e}'
        if said=='fine' and ws: said = f'fine, and a warning: {ws[0].message}'
        conn.send((f.name, k, time.process_time()-start, memory('VmHWM')-before, said.replace(str(f), f.name)))
    shutil.rmtree(out)

def learner(td):
    "A model, the smallest there is"
    for c in 'left','right':
        for i in range(4): write_video(td/f'{c}/{i}.avi', [np.full((32,32,3), 20*k, np.uint8) for k in range(8)], fps=8)
    dls = VideoDataLoaders.from_folder(td, n_frames=4, size=32, bs=4, seed=0, num_workers=0, sampling='random', stride=2)
    return video_learner(dls, 'small_cnn', pool='lstm', grid=4, pretrained=False)

if __name__=='__main__':
    torch.set_num_threads(1)                # a forked process has none of the others
    td,names = Path(sys.argv[1]),sys.argv[2:]
    if not td.exists(): make(td)
    bad,n,mp = 0,0,multiprocessing.get_context('fork')
    with tempfile.TemporaryDirectory() as tmp:
        learn = learner(Path(tmp))
        for f in sorted(o for o in td.iterdir() if o.name in names or not names and o.suffix!='.json'):
            ours,theirs = mp.Pipe(False)
            p = mp.Process(target=tried, args=(f,learn,theirs))
            p.start()
            theirs.close()
            n += 1
            with contextlib.suppress(EOFError):
                while True:
                    name,k,secs,mb,said = ours.recv()
                    wrong = secs>10 or mb>1024 or not said.startswith(('fine','VideoError','ValueError'))
                    bad += wrong
                    print(f'{"!" if wrong else " "} {name:24} {k:8} {secs:5.1f} s {mb:6.0f} MB  {said[:140]}', flush=True)
            p.join()
            if p.exitcode: print(f'! {f.name}: its process ended with {p.exitcode}')
            bad += p.exitcode!=0
    print(f'{n} files, {bad} calls that took too long, too much, or ended in another error')
    sys.exit(bad>0)
