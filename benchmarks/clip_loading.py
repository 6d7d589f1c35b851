"Reading one clip of 8 frames at 112 pixels, spread over the video: from the video itself, and from stored frames"
from _bench import *
import simplejpeg

def idxs(n, fps=None): return clip_idxs(n, 8)

def pyav_pil(f):
    "The obvious way: decode all frames, keep those of the clip, resize and crop them with PIL"
    with av.open(str(f)) as c:
        ims = [o.to_image() for o in c.decode(video=0)]
    return np.stack([np.asarray(ims[i].resize((149,112)).crop((18,0,130,112))) for i in idxs(len(ims))])

def ours(f): return crop_clip(TensorVideo.create(f, idxs, 112), 112)

def torchcodec(f):
    from torchcodec.decoders import VideoDecoder
    d = VideoDecoder(str(f), num_ffmpeg_threads=1)
    return crop_clip(d.get_frames_at(idxs(len(d))).data, 112)

def decord(f):
    from decord import VideoReader
    d = VideoReader(str(f), num_threads=1)
    return crop_clip(torch.from_numpy(d.get_batch(idxs(len(d))).asnumpy()).permute(0,3,1,2), 112)

def tutorial(d): return torch.stack([ToTensor()(Resize(112)(PILImage.create(d/f'{i}.jpg'))) for i in idxs(180)])

def works(f, *args):
    try: f(*args)
    except Exception as e: print(f'{f.__name__} left out: {type(e).__name__} {str(e).splitlines()[0][:80]}')
    else: return True

@call_parse
def main(
    n:int=10,        # Videos of each kind
    rounds:int=7,    # Times that everything is timed
    path:str=None    # Folder for the videos, kept; None: a temporary one
):
    torch.set_num_threads(1)
    td = Path(tempfile.mkdtemp())
    vids = make_videos(Path(path or td/'videos'), n)
    def each(f, files): return lambda: [f(o) for o in files]
    readers = [f for f in (pyav_pil,ours,torchcodec,decord) if works(f, get_video_files(vids)[0])]
    for kind in kinds:
        files = get_video_files(vids/kind)
        ways = {'decode all, convert nothing':each(decode_only, files), **{f.__name__:each(f, files) for f in readers}}
        show(f'On the fly, {kind}', medians(ways, rounds), 'pyav_pil')
    for f in get_video_files(vids/'xvid'): tutorial_store(f, td/'full'/f.stem)
    for store in 'jpg','mjpeg': extract_all(vids/'xvid', td/store, size=128, store=store, progress=False)
    full,jpg,packed = (td/'full').ls(),get_instances(td/'jpg'),get_instances(td/'mjpeg')
    blobs = [[(o/f'{i}.jpg').read_bytes() for i in idxs(180)] for o in jpg]
    ways = {'tutorial: full-size JPGs, PIL, Resize':each(tutorial, full),
            "ours, store='jpg', 128 pixels":each(ours, jpg),
            "ours, store='mjpeg', 128 pixels":each(ours, packed),
            'floor: JPEG decoding in memory':lambda: [[simplejpeg.decode_jpeg(b) for b in o] for o in blobs]}
    show('Stored frames', medians(ways, rounds), 'tutorial: full-size JPGs, PIL, Resize')
    shutil.rmtree(td)
