"Extraction of frames to disk, at 128 pixels; the tutorial's way is at full size"
from _bench import *

def ffmpeg(f, dest):
    dest.mkdir(parents=True)
    scale = '-vf','scale=-2:128:flags=area','-q:v','3','-start_number','0'
    subprocess.run(['ffmpeg','-v','error','-threads','1','-i',f,*scale,dest/'%d.jpg'], check=True)

@call_parse
def main(
    n:int=10,          # Videos of each kind
    rounds:int=5,      # Times that everything is timed
    path:str=None,     # Folder for the videos, kept; None: a temporary one
    dest:str=None,     # Folder for the frames; None: a temporary one. With a tmpfs the difference is the time of the disk
    n_workers:int=0    # Processes for `extract_all`
):
    td = Path(tempfile.mkdtemp(dir=dest))
    vids = make_videos(Path(path or td/'videos'), n)
    def each(f, files): return lambda: [f(o, td/'out'/o.stem) for o in files]
    def ours(kind, **kwargs): return lambda: extract_all(vids/kind, td/'out', size=128, n_workers=n_workers, progress=False, **kwargs)
    for kind in 'xvid','h264':
        files = get_video_files(vids/kind)
        ways = {'tutorial: all frames, full size':each(tutorial_store, files),
                'all frames':ours(kind),
                "all frames, store='mjpeg'":ours(kind, store='mjpeg'),
                'n_frames=16':ours(kind, n_frames=16),
                "n_frames=16, store='mjpeg'":ours(kind, n_frames=16, store='mjpeg'),
                'floor: decode only':lambda: [decode_only(o) for o in files]}
        if shutil.which('ffmpeg'): ways['ffmpeg command line, all frames'] = each(ffmpeg, files)
        def clear(): shutil.rmtree(td/'out', ignore_errors=True)
        show(f'Extraction, {kind}', medians(ways, rounds, clear), 'tutorial: all frames, full size')
    shutil.rmtree(td)
